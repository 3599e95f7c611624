"""Steps that are told only once the promise that they serve is broken, and no others."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.matrix.checking import Finding, Known, Problem, check
from escalation.matrix.climbing import simulate
from escalation.matrix.document import Begins, Document, Hours, Path, Row, Span, Step, Trigger, When
from escalation.matrix.lateness import _MONDAY, Pledge
from helpdesk.lib.business_time import WeekCalendar, seconds_between
from tests.escalation.matrix.documents import PARENTS, TEAM, documents

HOUR = 3600
OFFICE = WeekCalendar("Europe/Stockholm", (((480, 1020),),) * 5 + ((),) * 2)


def step(trigger: Trigger, minutes: int = 0, *, over: bool = False, percent: int = 0, metric: str = "") -> Step:
    return Step(When(trigger, minutes, percent, metric), (TEAM,), hands_over=over)


def start(minutes: int, *, over: bool = False) -> Step:
    return step(Trigger.START, minutes, over=over)


def silence(minutes: int, *, over: bool = False) -> Step:
    return step(Trigger.SILENCE, minutes, over=over)


def answer(minutes: int, priority: int = 1, hours: WeekCalendar | None = None, **more: str) -> Pledge:
    return Pledge(1, "client_response", priority, minutes * 60, hours, **more)


def late(document: Document, *promised: Pledge) -> list[Finding]:
    found = check(document, Known(parents=PARENTS, promised=promised))
    return [finding for finding in found if finding.problem is Problem.LATE]


def of(*steps: Step, row: Row | None = None) -> Document:
    return Document((row or Row("P"),), (Path("P", steps),))


def places(found: list[Finding]) -> list[tuple[int | None, int | None, str]]:
    return [(finding.row, finding.step, finding.name) for finding in found]


def test_what_waits_for_silence_adds_to_the_step_before() -> None:
    document = of(start(90), silence(30, over=True), silence(61))

    (found,) = late(document, answer(60), answer(240, 2))

    assert (found.row, found.step, found.priorities, found.minutes) == (1, 3, (1,), 60)


def test_the_answer_is_counted_from_the_step_that_hands_over() -> None:
    document = of(start(90, over=True), silence(60))

    assert late(document, answer(60)) == []
    assert places(late(document, answer(59))) == [(1, 2, "client_response")]


def test_before_anybody_hands_over_our_own_promises_count() -> None:
    document = of(start(90), silence(30, over=True), silence(500))
    solve = Pledge(1, "solve", 1, 100 * 60)
    first = Pledge(1, "first_response", 1, 60 * 60)
    begun = replace(document, rows=(Row("P", begins=Begins.OPENED),))

    assert places(late(document, solve, first)) == [(1, 2, "solve")]
    assert places(late(begun, solve, first)) == [(1, 1, "first_response"), (1, 2, "solve")]


def test_repeats_do_not_count() -> None:
    loud = replace(start(0, over=True), again_minutes=30, again_times=5)

    assert late(of(loud, silence(20)), answer(60)) == []


def test_more_than_the_whole_of_a_clock_is_too_late_by_itself() -> None:
    whole, more = (step(Trigger.SHARE, percent=percent, metric="solve") for percent in (100, 101))

    assert places(late(of(whole, more))) == [(None, 2, "solve")]


def test_what_waits_behind_a_share_of_the_answers_clock_is_known() -> None:
    share = step(Trigger.SHARE, percent=80, metric="client_response")
    document = of(start(0, over=True), share, silence(30))

    assert places(late(document, answer(100))) == [(1, 3, "client_response")]
    assert late(document, answer(200)) == []


def test_a_path_that_goes_on_as_another_goes_on_counting() -> None:
    paths = (Path("P", (start(0, over=True),), then="Q", then_minutes=90), Path("Q", (start(0),)))

    (found,) = late(Document((Row("P"),), paths), answer(60))

    assert (found.row, found.path, found.step) == (1, "Q", 1)


def test_business_time_is_held_against_its_own_hours() -> None:
    document = of(start(0, over=True), silence(24 * 60))

    # From one morning to the next nine hours of it run, however many there are in a day.
    assert late(document, answer(10 * 60, hours=OFFICE)) == []
    (found,) = late(document, answer(8 * 60, hours=OFFICE))
    assert found.at is not None
    assert found.at.strftime("%a %H:%M") == "Mon 08:00"


def test_a_row_for_the_nights_is_asked_at_night() -> None:
    night = of(start(0, over=True), silence(30), row=Row("P", hours=Hours(Span.SHUT)))

    assert late(night, answer(30, hours=OFFICE)) == []
    assert places(late(night, answer(15, hours=OFFICE))) == [(1, 2, "client_response")]


def test_special_promises_count_for_rows_that_can_match_them() -> None:
    paths = (Path("P", (start(0, over=True), silence(30))),)
    promised = (answer(60), answer(10, category="refund"), answer(10, tier="Fleet"))

    assert late(Document((Row("P", ("fitting",), tiers=("other",)),), paths), *promised) == []
    assert places(late(Document((Row("P", ("billing",), tiers=("other",)),), paths), *promised)) == [
        (1, 2, "client_response")
    ]
    assert places(late(Document((Row("P", ("fitting",)),), paths), *promised)) == [(1, 2, "client_response")]


def test_tickets_that_a_row_above_takes_are_none_of_its_own() -> None:
    quick, slow = Path("quick", (start(0, over=True),)), Path("slow", (start(0, over=True), silence(30)))
    above = (Row("quick", ("refund",)), Row("quick", tiers=("fleet",)))
    promised = (answer(60), answer(10, category="refund"), answer(10, tier="fleet"))

    assert late(Document((*above, Row("slow")), (quick, slow)), *promised) == []
    assert places(late(Document((*above[:1], Row("slow")), (quick, slow)), *promised)) == [(2, 2, "client_response")]


@settings(max_examples=60, deadline=None)
@given(documents(most=3), st.integers(1, 600), st.sampled_from([None, OFFICE]))
def test_whatever_is_told_is_late_by_the_simulation(
    document: Document, minutes: int, hours: WeekCalendar | None
) -> None:
    for found in late(document, *(answer(minutes, priority, hours) for priority in (1, 2, 3, 4))):
        if found.row is None:
            continue
        begun = found.at or _MONDAY
        path = document.paths[0]
        told = [one for one in simulate(document, path, begun) if not one.again]
        handed = [one.at for one in told if path.steps[one.step].hands_over]
        moments = [one.at for one in told if one.step + 1 == found.step]
        if not handed or not moments:
            # A share of the answer's clock, which this plain simulation does not know.
            continue
        ran = (
            seconds_between(hours, min(handed), moments[0])
            if hours
            else (moments[0] - min(handed)) / timedelta(seconds=1)
        )
        assert ran >= minutes * 60
