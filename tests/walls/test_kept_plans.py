"""A plan that a connection keeps serves everybody in turn, and shows each only what is theirs.

PL/pgSQL plans a function's statements anew for its first five calls and may then keep one plan
for all: so each person comes more often than that, mixed with the others, on one connection.
"""

import random
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection

from access import log, queries
from access.errors import NotFound
from access.models import AccessLogContent, User
from tests import factories
from tests.cast import World
from tickets.models import Message, Ticket
from tickets.queries import ticket_page

ROUNDS = 120
OURS, SHARED = "Between us of the vendor", "For both of us"


@pytest.fixture
def talked(world: World) -> Ticket:
    """A ticket with the customer's words, and a note of each kind."""
    ticket = factories.ticket(world, world.r1)
    factories.note(world, world.v1, ticket, OURS, Message.Audience.VENDOR)
    factories.note(world, world.v1, ticket, SHARED)
    return ticket


def in_turn(world: World, people: list[str], ask: Callable[[User], object]) -> dict[str, set[object]]:
    """What each person was shown over many turns on one connection."""
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    dice, seen = random.Random(5), {name: set[object]() for name in people}
    for _turn in range(ROUNDS):
        name = dice.choice(people)
        seen[name].add(ask(getattr(world, name)))
    assert connection.connection.info.backend_pid == backend
    return seen


def test_each_reads_the_notes_that_are_theirs(world: World, talked: Ticket) -> None:
    def notes(person: User) -> object:
        with world.enter(person) as actor:
            try:
                page = ticket_page.read(actor, talked.client_id, talked.number)
            except NotFound:
                return None
            return tuple(sorted(m.body for m in page.messages if m.audience != Message.Audience.PUBLIC))

    seen = in_turn(world, ["v1", "v12", "a1", "o2", "x"], notes)

    both, shared = {(OURS, SHARED)}, {(SHARED,)}
    assert seen == {"v1": both, "v12": both, "a1": shared, "o2": {None}, "x": {None}}


def test_the_draft_on_the_page_is_ones_own(world: World, superuser, talked: Ticket) -> None:
    for person in (world.v1, world.v12):
        superuser.execute(
            "INSERT INTO tickets_draft (client_id, user_id, ticket_id, body, audience, updated_at)"
            " VALUES (%s, %s, %s, %s, 'public', now())",
            [talked.client_id, person.pk, talked.pk, person.name],
        )

    def draft(person: User) -> object:
        with world.enter(person) as actor:
            found = ticket_page.read(actor, talked.client_id, talked.number).draft
            return found.body if found else None

    seen = in_turn(world, ["v1", "v12", "a1"], draft)

    assert seen == {"v1": {world.v1.name}, "v12": {world.v12.name}, "a1": {None}}


def test_another_clients_log_stays_shut(world: World, talked: Ticket) -> None:
    with world.enter(world.v1) as actor:
        log.record(actor, talked.client_id, log.Action.VIEW, (log.CUSTOMER, talked.customer_id))

    def sights(person: User) -> object:
        with world.enter(person):
            return bool(queries.seen_by(talked.client_id, log.CUSTOMER, talked.customer_id))

    assert in_turn(world, ["v12", "a1", "o2"], sights) == {"v12": {True}, "a1": {True}, "o2": {False}}


def test_an_entry_names_who_did_it(world: World, talked: Ticket) -> None:
    def opened(person: User) -> object:
        with world.enter(person) as actor:
            log.record(actor, talked.client_id, log.Action.VIEW, (log.TICKET, talked.pk))
            last = AccessLogContent.objects.filter(client_id=talked.client_id).order_by("-entry_id").first()
            assert last is not None
            return (last.user_id, last.side)

    seen = in_turn(world, ["v1", "v12", "a1"], opened)

    assert seen == {
        "v1": {(world.v1.pk, "vendor")},
        "v12": {(world.v12.pk, "vendor")},
        "a1": {(world.a1.pk, "client")},
    }


def test_nobody_writes_into_another_clients_log(world: World, talked: Ticket) -> None:
    for _turn in range(8):
        with world.enter(world.v1) as actor:
            log.record(actor, talked.client_id, log.Action.VIEW, (log.TICKET, talked.pk))
    with pytest.raises(DatabaseError), world.enter(world.o2) as actor:
        log.record(actor, talked.client_id, log.Action.VIEW, (log.TICKET, talked.pk))
