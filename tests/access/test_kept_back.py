"""A log entry is kept back: the next statement or the commit takes it along, and without it nothing is kept."""

from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from access import log, scope
from tests import factories
from tests.cast import World
from tickets.models import Customer


def _foreign(world: World) -> log.Entry:
    """An entry that the walls refuse: it is for a client outside the scope."""
    return log.Entry(world.c3.pk, log.Action.VIEW, ((log.CUSTOMER, world.r1.pk),))


def _entries(superuser: psycopg.Connection[Any]) -> int:
    row = superuser.execute("SELECT count(*) FROM access_accesslogcontent WHERE action = 'view'").fetchone()
    return int(row[0]) if row else 0


def test_an_entry_is_there_with_the_commit(world: World, superuser: psycopg.Connection[Any]) -> None:
    before = _entries(superuser)

    with world.enter(world.v1) as actor:
        log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
        assert _entries(superuser) == before

    assert _entries(superuser) == before + 1


def test_statements_after_it_are_answered_as_ever(world: World, superuser: psycopg.Connection[Any]) -> None:
    with world.enter(world.v1) as actor:
        for _each in range(3):
            log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
            assert Customer.objects.get(pk=world.r1.pk).name == world.r1.name
        with transaction.atomic(), connection.cursor() as cursor:
            log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
            cursor.execute("SELECT 7")
            assert cursor.fetchone() == (7,)
        log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
        with connection.cursor() as cursor, cursor.copy("COPY (SELECT 8) TO STDOUT") as out:
            assert b"".join(out) == b"8\n"

    assert _entries(superuser) == 5


def test_where_it_fails_the_commit_says_so_and_nothing_is_kept(
    world: World, superuser: psycopg.Connection[Any]
) -> None:
    def rename() -> None:
        with world.enter(world.v1) as actor:
            Customer.objects.filter(pk=world.r1.pk).update(name="Half done")
            log.write(actor, [_foreign(world)])

    with pytest.raises(DatabaseError):
        rename()

    assert superuser.execute("SELECT name FROM tickets_customer WHERE id = %s", [world.r1.pk]).fetchone() == (
        world.r1.name,
    )
    assert _entries(superuser) == 0
    with world.enter(world.v1):
        assert Customer.objects.get(pk=world.r1.pk).name == world.r1.name


def test_where_it_fails_the_next_statement_says_so_too(world: World) -> None:
    def read_on() -> None:
        with world.enter(world.v1) as actor:
            log.write(actor, [_foreign(world)])
            Customer.objects.get(pk=world.r1.pk)
            raise AssertionError("something was read behind an entry that is not there")

    with pytest.raises(DatabaseError):
        read_on()


def test_an_inner_block_that_fails_by_it_is_rolled_back_alone(world: World, superuser: psycopg.Connection[Any]) -> None:
    with world.enter(world.v1) as actor:
        log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
        with pytest.raises(DatabaseError), transaction.atomic():
            log.write(actor, [_foreign(world)])

    assert _entries(superuser) == 1


def test_a_transaction_that_is_given_up_takes_it_along(world: World, superuser: psycopg.Connection[Any]) -> None:
    class Enough(Exception):
        pass

    def give_up(entry: log.Entry) -> None:
        with world.enter(world.v1) as actor:
            log.write(actor, [entry])
            raise Enough

    for entry in (log.Entry(world.c1.pk, log.Action.VIEW), _foreign(world)):
        with pytest.raises(Enough):
            give_up(entry)

    assert _entries(superuser) == 0
    assert connection.is_usable()


def test_a_page_is_not_shown_without_its_entry(
    world: World, superuser: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = factories.ticket(world, world.r1, subject="A lamp in the hall")
    browser = world.browser(world.v1)
    assert "A lamp in the hall" in browser.get(f"/desk/voltarra/{ticket.number}/").content.decode()
    real = log.write
    monkeypatch.setattr(log, "write", lambda actor, entries: real(actor, [_foreign(world)]))

    answer = browser.get(f"/desk/voltarra/{ticket.number}/")

    assert answer.status_code == 503
    assert "A lamp in the hall" not in answer.content.decode()


def test_without_a_statement_after_it_it_goes_with_commit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def note(text: str, *more: Any, **named: Any) -> Any:
        sent.append(text)
        return real(text, *more, **named)

    actor = world.actor(world.v1)
    with transaction.atomic():
        scope.become(actor.scope())
        real = connection.connection.execute
        monkeypatch.setattr(connection.connection, "execute", note)
        log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
    scope.assume(None)

    assert sent == ["SELECT access_write_log(%s); COMMIT"]


def test_a_savepoint_given_up_takes_along_what_was_kept_back_after_it(
    world: World, superuser: psycopg.Connection[Any]
) -> None:
    with world.enter(world.v1) as actor:
        log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
        savepoint = transaction.savepoint()
        log.write(actor, [_foreign(world)])
        transaction.savepoint_rollback(savepoint)

    assert _entries(superuser) == 1


def test_a_connection_that_breaks_meanwhile_is_replaced(world: World, superuser: psycopg.Connection[Any]) -> None:
    def lose() -> None:
        with world.enter(world.v1) as actor, connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (number,) = cursor.fetchone()
            log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
            superuser.execute("SELECT pg_terminate_backend(%s)", [number])

    with pytest.raises(DatabaseError):
        lose()

    connection.close()
    assert _entries(superuser) == 0
    with world.enter(world.v1):
        assert Customer.objects.filter(pk=world.r1.pk).exists()
