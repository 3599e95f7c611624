"""A fortnight at one client, lived through the product's own actions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import time_machine

from escalation import actions as escalation
from escalation.actions import call_backs, excuses
from escalation.models import Clock
from helpdesk.lib import clock
from tests import cast, factories
from tickets.actions import handling
from tickets.actions.conversation import Then, write_as_customer

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOW = datetime(2026, 3, 13, 14, tzinfo=UTC)


def at(days: float, hours: float = 0):
    """The clock, stopped so long after Monday morning."""
    return time_machine.travel(MONDAY + timedelta(days=days, hours=hours), tick=False)


@pytest.fixture(scope="session")
def _lived() -> dict[str, Any]:
    """What the first test that asked for the fortnight has lived through."""
    return {}


@pytest.fixture
def fortnight(
    request: pytest.FixtureRequest,
    db: None,
    _lived: dict[str, Any],
    superuser: psycopg.Connection[Any],
    _tables: list[str],
) -> Iterator[cast.World]:
    """Tickets in every court, late and in time, escalated and answered, solved and opened again; now is `NOW`."""
    if not _lived:
        _lived["world"] = request.getfixturevalue("world")
        live(_lived["world"])
        _lived["snapshot"] = cast.Snapshot(superuser, _tables)
    else:
        _lived["snapshot"].put_back()
    with time_machine.travel(NOW, tick=False):
        yield cast.fresh(_lived["world"])


def live(world: cast.World) -> None:
    """Two weeks of Voltarra, and one ticket of Alderby's that no report of Voltarra's may count."""
    tickets = []
    for day in (0, 1, 2, 3, 7, 8, 9):
        with at(day):
            tickets.append(factories.ticket(world, world.r1, subject=f"Question of day {day}"))
    with at(0, 1):
        factories.ticket(world, world.r2, subject="Another client's")
        factories.reply(world, world.v1, tickets[0])
    with at(1, 9), world.enter(world.r1) as actor:
        write_as_customer(actor, client_id=world.c1.pk, ticket_id=tickets[0].pk, body="And now?")
    with at(4, 2):
        factories.reply(world, world.v1, tickets[0], then=Then.SOLVED)
        factories.reply(world, world.v12, tickets[1], then=Then.SOLVED)
    with at(5):
        with world.enter(world.v1) as actor:
            handling.close(actor, client_id=world.c1.pk, ticket_id=tickets[1].pk)
        with world.enter(world.r1) as actor:
            handling.reopen(actor, client_id=world.c1.pk, ticket_id=tickets[0].pk)
    _escalate(world, tickets[2], 3, answered_after=1)
    _escalate(world, tickets[4], 8, answered_after=None)
    _escalate(world, tickets[5], 9, answered_after=30)
    with at(9, 3):
        factories.reply(world, world.v1, tickets[6])
    _call_late(world, tickets[6], 11)
    _excuse(world)


def _escalate(world, ticket, day, *, answered_after):
    with at(day, 1), world.enter(world.v1) as actor:
        climb = escalation.escalate(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, reason="decision", question="Refund it?"
        )
    if answered_after is not None:
        with at(day, 1 + answered_after), world.enter(world.o1) as actor:
            escalation.return_to_support(actor, client_id=world.c1.pk, escalation_id=climb.pk, answer="Yes.")


def _call_late(world, ticket, day):
    about = {"client_id": world.c1.pk, "ticket_id": ticket.pk}
    with at(day, 1), world.enter(world.v1) as actor:
        hour = clock.now() + timedelta(minutes=30)
        call = call_backs.promise_call(actor, at=hour, zone="Europe/Stockholm", **about)
    with at(day, 2), world.enter(world.v1) as actor:
        call_backs.keep_call(actor, call_id=call.pk, outcome=call.Outcome.REACHED, **about)


def _excuse(world):
    """One broken promise of each kind is excused, where any is broken."""
    with at(11, 3), world.enter(world.c1):
        broken = [row for row in Clock.objects.order_by("-pk") if excuses.is_broken(row, clock.now())]
        first = {row.metric: row for row in broken}.values()
    for row in first:
        about = {"client_id": world.c1.pk, "ticket_id": row.ticket_id}
        with at(11, 3), world.enter(world.v1) as actor:
            excuse = excuses.propose_excuse(actor, clock_id=row.pk, reason="The line was cut", **about)
        with at(11, 4), world.enter(world.o1) as actor:
            excuses.accept_excuse(actor, excuse_id=excuse.pk, **about)
