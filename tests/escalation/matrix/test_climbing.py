"""How a climb goes on: in order, each step once, and nobody is told after a yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from escalation.matrix import climbing
from escalation.matrix.climbing import Climb, Then
from escalation.matrix.document import Document, Path, Step, Target, Trigger, When, Who
from tests.escalation.matrix.documents import paths

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEAD = (Who(Target.ROLE, "team_lead"),)
SHARES = {("first_response", share): MONDAY + timedelta(minutes=share) for share in (50, 80, 100)}


def minutes(told: list[climbing.Told]) -> list[tuple[str, int, int]]:
    return [(t.path, t.step, int((t.at - MONDAY).total_seconds()) // 60) for t in told]


def test_steps_are_told_after_their_delays_and_repeats_between_them() -> None:
    path = Path("P", (Step(When(), LEAD, again_minutes=10, again_times=2), Step(When(minutes=15), LEAD)))

    told = climbing.simulate(Document((), (path,)), path, MONDAY)

    assert minutes(told) == [("P", 0, 0), ("P", 0, 10), ("P", 1, 15), ("P", 0, 20)]


def test_silence_counts_from_when_the_step_before_was_told() -> None:
    path = Path("P", (Step(When(minutes=20), LEAD), Step(When(Trigger.SILENCE, 5), LEAD)))

    assert minutes(climbing.simulate(Document((), (path,)), path, MONDAY)) == [("P", 0, 20), ("P", 1, 25)]


def test_what_only_informs_is_told_once_and_no_silence_counts_from_it() -> None:
    informs = Step(When(minutes=10), LEAD, again_minutes=5, again_times=3, needs_yes=False)
    after = Step(When(Trigger.SILENCE, 30), LEAD)

    path = Path("P", (Step(When(), LEAD), informs, after))
    assert minutes(climbing.simulate(Document((), (path,)), path, MONDAY)) == [("P", 0, 0), ("P", 1, 10), ("P", 2, 30)]
    # Where none before it asks, whoever reads it may take it on all the same.
    path = Path("P", (informs, after))
    assert minutes(climbing.simulate(Document((), (path,)), path, MONDAY)) == [("P", 0, 10), ("P", 1, 40)]


def test_a_path_goes_on_as_another_and_that_one_ends() -> None:
    first = Path("A", (Step(When(), LEAD),), then="B", then_minutes=30)
    second = Path("B", (Step(When(minutes=5), LEAD),), ends_minutes=60)
    document = Document((), (first, second))

    assert minutes(climbing.simulate(document, first, MONDAY)) == [("A", 0, 0), ("B", 0, 35)]


def test_a_path_that_leads_back_to_itself_is_simulated_no_further_than_asked() -> None:
    path = Path("A", (Step(When(), LEAD),), then="A", then_minutes=1)

    assert len(climbing.simulate(Document((), (path,)), path, MONDAY, most=50)) == 50


def test_a_clocks_share_and_a_quiet_ticket_tell_their_steps() -> None:
    path = Path("P", (Step(When(Trigger.SHARE, 0, 80, "first_response"), LEAD), Step(When(Trigger.QUIET, 45), LEAD)))

    told = climbing.simulate(Document((), (path,)), path, MONDAY, shares=SHARES)

    assert minutes(told) == [("P", 1, 45), ("P", 0, 80)]


@given(paths(), st.lists(st.integers(0, 400), max_size=6))
def test_each_telling_comes_once_and_never_before_its_time(path: Path, waits: list[int]) -> None:
    told = climbing.simulate(Document((), (path,)), path, MONDAY, shares=SHARES)

    assert [t.at for t in told] == sorted(t.at for t in told)
    assert len({(t.step, t.again) for t in told}) == len(told)
    for number, step in enumerate(path.steps):
        times = [t.at for t in told if t.step == number]
        assert len(times) in (0, 1 + (step.again_times if step.needs_yes else 0))
        if times and step.when.trigger is Trigger.START:
            assert times[0] == MONDAY + timedelta(minutes=step.when.minutes)


@given(paths(), st.integers(0, 2000), st.integers(0, 600))
def test_an_outage_leaves_no_step_out_and_doubles_none(path: Path, down_from: int, down_for: int) -> None:
    """The engine sleeps for a while: what came due meanwhile is told late, in its order, and nothing twice."""
    asleep = (MONDAY + timedelta(minutes=down_from), MONDAY + timedelta(minutes=down_from + down_for))
    climb, told = climbing.begin(path, MONDAY), []
    while (due := climbing.next_due(climb, SHARES)) is not None and due.step is not None:
        at = asleep[1] if asleep[0] <= due.at < asleep[1] else due.at
        told.append((due.step, climb.stages[due.step].told))
        climb = climbing.told(climb, due.step, at)

    in_time = climbing.simulate(Document((), (path,)), path, MONDAY, shares=SHARES)
    assert len(set(told)) == len(told)
    assert set(told) == {(t.step, t.again) for t in in_time}


@given(paths(), st.integers(0, 500))
def test_after_a_yes_nobody_is_told_until_nothing_has_happened_for_so_long(path: Path, worked: int) -> None:
    yes, last = MONDAY + timedelta(minutes=7), MONDAY + timedelta(minutes=worked)
    climb = Climb(path, MONDAY, last, climbing.begin(path, MONDAY).stages, taken_on_at=yes)

    due = climbing.next_due(climb, SHARES)

    if path.idle_minutes:
        assert due == climbing.Due(max(yes, last) + timedelta(minutes=path.idle_minutes), then=Then.AGAIN)
    else:
        assert due is None


def test_a_step_that_reaches_nobody_is_not_waited_for() -> None:
    path = Path("P", (Step(When(), LEAD), Step(When(minutes=60), LEAD), Step(When(Trigger.SILENCE, 30), LEAD)))
    climb = climbing.told(climbing.begin(path, MONDAY), 0, MONDAY)
    unheard = replace(climb.stages[0], unheard_at=MONDAY + timedelta(minutes=3))
    climb = replace(climb, stages=(unheard, *climb.stages[1:]))

    due = climbing.next_due(climb, {})

    assert due is not None
    assert (due.at, due.step) == (MONDAY + timedelta(minutes=3), 1)


def test_an_unanswered_path_expires_once_it_says_so() -> None:
    path = Path("P", (Step(When(), LEAD),), ends_minutes=90)
    climb = climbing.told(climbing.begin(path, MONDAY), 0, MONDAY)

    due = climbing.next_due(climb, {})

    assert due is not None
    assert (due.at, due.then) == (MONDAY + timedelta(minutes=90), Then.EXPIRES)
