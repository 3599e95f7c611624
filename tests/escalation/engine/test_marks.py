"""Clocks at their shares: warned and missed once each, never while they rest, and the steps that wait for them."""

from datetime import timedelta

from escalation.matrix.document import Step, When
from escalation.models import Clock, ClockMark, Escalation, SlaPolicy
from tests import factories
from tests.cast import World
from tests.escalation.engine.things import at_share, contacts, escalations, kinds, one_path, put_in_force, sweep, told
from tests.escalation.test_life import escalate, solve_all

HOUR = timedelta(hours=1)


def shares(world: World, ticket: object) -> list[tuple[str, int]]:
    with world.enter(world.c1):
        return list(ClockMark.objects.filter(ticket=ticket).order_by("pk").values_list("metric", "share"))


def test_a_clock_warns_at_its_share_and_is_missed_at_its_end_each_once(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)

    for _quarter in range(5 * 4):
        clock.shift(HOUR / 4)
        sweep()
        sweep()

    assert shares(world, ticket) == [("first_response", 80), ("first_response", 100)]
    assert kinds(world, ticket, "clock_warned", "clock_missed") == ["clock_warned", "clock_missed"]


def test_a_mark_says_when_it_was_due_and_when_it_was_noted(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        due = Clock.objects.get(ticket=ticket, metric="first_response").due_at
    clock.shift(5 * HOUR)

    sweep()

    with world.enter(world.c1):
        mark = ClockMark.objects.get(ticket=ticket, share=100)
        assert (mark.due_at, mark.at) == (due, due + HOUR)


def test_a_clock_at_rest_comes_to_no_mark(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalate(world, ticket)

    clock.shift(timedelta(days=3))
    sweep()

    assert {metric for metric, _share in shares(world, ticket)} == {"client_response"}


def test_an_answer_in_time_leaves_no_mark(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    clock.shift(HOUR)
    factories.reply(world, world.v1, ticket)

    clock.shift(timedelta(days=1))
    sweep()

    assert ("first_response", 100) not in shares(world, ticket)


def test_a_contract_warns_when_it_says(world: World, clock) -> None:
    with world.enter(world.c1):
        SlaPolicy.objects.update(warn_at=[25, 50])
    ticket = factories.ticket(world, world.r1)

    clock.shift(2 * HOUR)
    sweep()

    assert shares(world, ticket) == [("first_response", 25), ("first_response", 50)]


def test_a_share_begins_the_climb_of_the_row_that_waits_for_it(world: World, clock) -> None:
    put_in_force(world, one_path(at_share(50), at_share(100)))
    ticket = factories.ticket(world, world.r1)
    sweep()
    clock.shift(2 * HOUR)
    sweep()

    (climb,) = escalations(world, ticket)
    assert (climb.origin, climb.row_position) == (Escalation.Origin.CLOCK, 1)
    assert told(world, ticket) == [(1, 1), (2, 0)]
    clock.shift(2 * HOUR)
    sweep()
    assert told(world, ticket) == [(1, 1), (2, 1)]
    assert len(escalations(world, ticket)) == 1


def test_a_climb_that_runs_goes_on_at_the_share_to_the_second(world: World, clock) -> None:
    asks = Step(When(), contacts(world), hands_over=True)
    put_in_force(world, one_path(asks, at_share(50, "client_response"), at_share(100, "client_response")))
    ticket = factories.ticket(world, world.r1)
    escalate(world, ticket)
    sweep()
    with world.enter(world.c1):
        half = Clock.objects.get(ticket=ticket, metric="client_response")
        wait = (half.due_at - half.started_at) / 2

    clock.shift(wait - timedelta(seconds=1))
    sweep()
    assert told(world, ticket) == [(1, 1), (2, 0), (3, 0)]
    clock.shift(timedelta(seconds=1))
    sweep()
    assert told(world, ticket) == [(1, 1), (2, 1), (3, 0)]
    clock.shift(wait)
    sweep()
    assert told(world, ticket) == [(1, 1), (2, 1), (3, 1)]


def test_a_solved_ticket_comes_to_no_mark_and_begins_no_climb(world: World, clock) -> None:
    put_in_force(world, one_path(at_share(50)))
    ticket = factories.ticket(world, world.r1)
    sweep()
    solve_all(world, ticket)

    clock.shift(timedelta(days=2))
    sweep()

    assert shares(world, ticket) == []
    assert escalations(world, ticket) == []


def test_after_an_outage_each_mark_is_noted_once_and_in_order(world: World, clock) -> None:
    put_in_force(world, one_path(at_share(50), at_share(80), at_share(100)))
    ticket = factories.ticket(world, world.r1)
    sweep()
    clock.shift(timedelta(days=1))

    sweep()
    sweep()

    assert [share for metric, share in shares(world, ticket) if metric == "first_response"] == [50, 80, 100]
    assert told(world, ticket) == [(1, 1), (2, 1), (3, 1)]
    with world.enter(world.c1):
        assert all(escalations(world, ticket)[0].steps.values_list("is_late", flat=True))
