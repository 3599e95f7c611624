"""A ticket that ends without an answer: nothing was kept by it, and opened again it is as if it had never ended."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from escalation import today
from escalation.models import Clock, Metric
from reporting import queries, sources
from reporting.periods import Preset, named
from reporting.sources import Number
from tests import factories
from tests.cast import World
from tickets.actions import conversation, handling
from tickets.models import Ticket, WaitSpan

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATE = timedelta(days=20)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ticket(world: World, clock) -> Ticket:
    return factories.ticket(world, world.r1)


def do(world: World, person, act, ticket: Ticket) -> Ticket:
    with world.enter(person) as actor:
        return act(actor, client_id=ticket.client_id, ticket_id=ticket.pk)


def first(world: World, ticket: Ticket) -> Clock:
    with world.enter(world.c1):
        return Clock.objects.get(ticket=ticket, metric=Metric.FIRST_RESPONSE)


def judged(world: World) -> dict[str, int]:
    """What report and console home say about first answers."""
    now = MONDAY + LATE + timedelta(hours=1)
    with world.enter(world.c1):
        period = named(Preset.MONTH, "UTC", now)
        lines = {line.metric: line for line in today.promises(world.c1.pk, MONDAY, now)}
        numbers = sources.measured(Metric.FIRST_RESPONSE)
        counts = {n: queries.count(world.c1.pk, n, period, now) for n in (numbers.taken, numbers.judged)}
    return {
        "home": lines[Metric.FIRST_RESPONSE].kept.judged,
        "missed": lines[Metric.FIRST_RESPONSE].kept.missed,
        "taken": counts[Number.FIRST_RESPONSE],
        "judged": counts[Number.FIRST_RESPONSE_JUDGED],
    }


@pytest.mark.parametrize("act", [handling.solve, handling.close])
def test_an_end_in_time_without_an_answer_is_shown_nowhere_as_kept(world: World, ticket: Ticket, act) -> None:
    do(world, world.v1, act, ticket)

    assert first(world, ticket).met is None
    assert judged(world) == {"home": 0, "missed": 0, "taken": 0, "judged": 0}


def test_the_customer_who_closes_in_time_judges_nobody(world: World, ticket: Ticket) -> None:
    do(world, world.r1, handling.close, ticket)

    assert first(world, ticket).met is None
    assert judged(world)["home"] == judged(world)["judged"] == 0


@pytest.mark.parametrize("who", ["v1", "r1"])
def test_an_overdue_end_without_an_answer_is_missed(world: World, ticket: Ticket, clock, who: str) -> None:
    clock.shift(LATE)

    do(world, getattr(world, who), handling.close, ticket)

    assert first(world, ticket).met is False
    assert judged(world) == {"home": 1, "missed": 1, "taken": 1, "judged": 1}


def test_an_answer_that_solves_is_kept(world: World, ticket: Ticket) -> None:
    factories.reply(world, world.v1, ticket, then=conversation.Then.SOLVED)

    assert first(world, ticket).met is True
    assert judged(world)["home"] == 1


@pytest.mark.parametrize("who", ["v1", "r1"])
@pytest.mark.parametrize("end", [handling.solve, handling.close])
def test_opened_again_the_first_answer_is_due_when_it_was(world: World, ticket: Ticket, clock, end, who: str) -> None:
    due = first(world, ticket).due_at
    clock.shift(timedelta(minutes=20))
    do(world, world.v1, end, ticket)
    clock.shift(LATE)

    again = do(world, getattr(world, who), handling.reopen, ticket)

    assert due is not None
    assert (first(world, ticket).due_at, first(world, ticket).stopped_at) == (due, None)
    with world.enter(world.c1):
        again.refresh_from_db()
        (wait,) = WaitSpan.objects.filter(ticket=ticket)
    assert (again.due_at, again.due_metric) == (due, Metric.FIRST_RESPONSE)
    assert (again.asked_at, wait.asked_at, wait.answered_at) == (MONDAY, MONDAY, None)


def test_a_late_answer_after_opening_again_is_late(world: World, ticket: Ticket, clock) -> None:
    do(world, world.v1, handling.solve, ticket)
    clock.shift(LATE)

    factories.reply(world, world.v1, ticket)

    assert first(world, ticket).met is False
    with world.enter(world.c1):
        (wait,) = WaitSpan.objects.filter(ticket=ticket)
    assert (wait.asked_at, wait.answered_at) == (MONDAY, MONDAY + LATE)


def test_an_answered_ticket_that_is_opened_again_waits_anew_with_a_next_answer_due(
    world: World, ticket: Ticket, clock
) -> None:
    factories.reply(world, world.v1, ticket, then=conversation.Then.SOLVED)
    clock.shift(timedelta(hours=2))

    again = do(world, world.r1, handling.reopen, ticket)

    assert first(world, ticket).met is True
    with world.enter(world.c1):
        again.refresh_from_db()
        assert Clock.objects.filter(ticket=ticket, metric=Metric.NEXT_RESPONSE, stopped_at=None).exists()
    assert again.asked_at == MONDAY + timedelta(hours=2)


def test_the_desk_says_that_nobody_answered_and_asks_before(world: World, ticket: Ticket) -> None:
    path = reverse("desk:ticket", kwargs={"client": "voltarra", "number": ticket.number})
    question = "Solved, although the customer has never got an answer?"
    browser = world.browser(world.v1)
    assert question in browser.get(path).content.decode()

    do(world, world.v1, handling.close, ticket)

    page = browser.get(path).content.decode()
    assert "the last message got no answer" in page
    assert "the last word is ours" not in page


def test_who_was_answered_is_not_asked_about(world: World, ticket: Ticket) -> None:
    factories.reply(world, world.v1, ticket)

    page = world.browser(world.v1).get(reverse("desk:ticket", kwargs={"client": "voltarra", "number": ticket.number}))

    assert "has never got an answer" not in page.content.decode()
    assert "the last word is ours" in page.content.decode()


def test_the_portal_says_again_by_when_we_answer(world: World, ticket: Ticket, clock) -> None:
    path = reverse("portal:ticket", kwargs={"client": "voltarra", "number": ticket.number})
    browser = world.browser(world.r1)
    before = browser.get(path).content.decode()
    do(world, world.r1, handling.close, ticket)
    clock.shift(timedelta(minutes=10))

    do(world, world.r1, handling.reopen, ticket)

    assert "We answer" in before
    assert "We answer" in browser.get(path).content.decode()
