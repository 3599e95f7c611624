"""Hours without cover: steps of the vendor's own people alone, against when they are at work."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from escalation.matrix.checking import Known, Problem, check
from escalation.matrix.cover import AHEAD
from escalation.matrix.document import Document, Hours, Path, Row, Span, Step, Target, Trigger, When, Who
from escalation.matrix.lateness import Pledge
from helpdesk.lib.business_time import WeekCalendar
from helpdesk.lib.stretches import Stretch, open_in

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TEAM, LEAD, ADA = Who(Target.TEAM, "Days"), Who(Target.ROLE, "team_lead"), Who(Target.CONTACT, "ada")
CALL = Who(Target.VENDOR_CALL, "nights")


def weekdays(opens: int, closes: int) -> WeekCalendar:
    return WeekCalendar("UTC", (((opens * 60, closes * 60),),) * 5 + ((),) * 2)


OFFICE = weekdays(8, 18)
BUSINESS, ROUND = Pledge(1, "solve", 2, 3600, OFFICE), Pledge(1, "solve", 1, 3600)


def gaps(
    step: Step, *at_work: tuple[Who, WeekCalendar], row: Row | None = None, promised: tuple[Pledge, ...] = (BUSINESS,)
) -> list[tuple[int | None, Who | None, str]]:
    rosters: dict[Who, list[Stretch]] = {}
    for who, hours in at_work:
        rosters.setdefault(who, []).extend(open_in(hours, MONDAY, MONDAY + AHEAD))
    document = Document((row or Row("P"),), (Path("P", (Step(When(), (ADA,)), step)),))
    every = frozenset({TEAM, LEAD, ADA, CALL})
    known = Known(targets=every, heard=every, many=every, promised=promised, rosters={1: rosters}, at=MONDAY)
    found = [finding for finding in check(document, known) if finding.problem is Problem.GAP]
    return [(finding.step, finding.who, f"{finding.at:%a %H:%M}") for finding in found]


def test_the_first_promised_hour_without_anybody_is_told_once() -> None:
    step = Step(When(), (TEAM,))

    assert gaps(step, (TEAM, OFFICE)) == []
    assert gaps(step, (TEAM, weekdays(8, 16))) == [(2, TEAM, "Mon 16:00")]


def test_together_they_cover_what_none_does_alone() -> None:
    step = Step(When(Trigger.SILENCE, 30), (TEAM,), instead=(LEAD,))

    assert gaps(step, (TEAM, weekdays(8, 13)), (LEAD, weekdays(13, 18))) == []
    assert gaps(step, (TEAM, weekdays(8, 12)), (LEAD, weekdays(13, 18))) == [(2, TEAM, "Mon 12:00")]


@pytest.mark.parametrize("other", [ADA, CALL])
def test_a_step_that_tells_others_too_rests_on_no_roster(other: Who) -> None:
    assert gaps(Step(When(), (TEAM,), instead=(other,)), (TEAM, weekdays(8, 9))) == []


def test_of_people_without_hours_nothing_is_claimed() -> None:
    assert gaps(Step(When(), (TEAM,)), (LEAD, weekdays(8, 9))) == []


def test_people_with_hours_who_are_not_there_that_week_cover_nothing() -> None:
    assert gaps(Step(When(), (TEAM,)), (TEAM, WeekCalendar("UTC", ((),) * 7))) == [(2, TEAM, "Mon 08:00")]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Row("P"), "Mon 06:00"),
        (Row("P", hours=Hours(Span.SHUT)), "Mon 06:00"),
        (Row("P", hours=Hours(Span.OPEN)), None),
        (Row("P", hours=Hours(Span.OWN, ((9 * 60, 20 * 60),))), "Mon 18:00"),
        (Row("P", priority_from=2), None),
    ],
)
def test_by_day_and_night_the_rows_own_hours_are_needed(row: Row, told: str | None) -> None:
    found = gaps(Step(When(), (TEAM,)), (TEAM, OFFICE), row=row, promised=(BUSINESS, ROUND))

    assert [at for _step, _who, at in found] == ([told] if told else [])


def test_what_is_promised_to_no_ticket_of_the_rows_needs_nobody() -> None:
    assert gaps(Step(When(), (TEAM,)), (TEAM, weekdays(8, 9)), row=Row("P", priority_from=3)) == []


def test_a_schedule_with_nobody_on_call_is_told_with_its_moment() -> None:
    step = Step(When(), (CALL,), instead=(ADA,))
    every = frozenset({CALL, ADA})
    known = Known(targets=every, heard=every, many=every, gaps={CALL: MONDAY})

    found = check(Document((Row("P"),), (Path("P", (step,)),)), known)

    assert [(f.step, f.who, f.at) for f in found if f.problem is Problem.GAP] == [(1, CALL, MONDAY)]
    assert not [f for f in check(Document(), replace(known)) if f.problem is Problem.GAP]
