"""A ticket's page commits its log entry while it is drawn; it leaves after the commit, and never without it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse

from access import log, scope
from access.actor import Actor
from helpdesk.postgres.base import commit_ahead
from tests import factories
from tests.cast import World
from tests.faults.house import wait_for
from tickets.desk import ticket as desk_ticket
from tickets.models import Customer, Ticket

Superuser = psycopg.Connection[Any]


@pytest.fixture
def ticket(world: World) -> Ticket:
    return factories.ticket(world, world.r1, subject="A lamp in the hall")


@pytest.fixture
def browser(world: World, ticket: Ticket) -> Any:
    """A browser that has seen the page before, so that the frame has been drawn."""
    browser = world.browser(world.v1)
    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200
    return browser


@pytest.fixture
def while_drawing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Have something done while the page is drawn, after the COMMIT was sent."""
    real = desk_ticket.render_page

    def do(what: Callable[[], None]) -> None:
        def draw(*arguments: Any, **named: Any) -> HttpResponse:
            what()
            return real(*arguments, **named)

        monkeypatch.setattr(desk_ticket, "render_page", draw)

    return do


def _views(superuser: Superuser) -> int:
    row = superuser.execute("SELECT count(*) FROM access_accesslogcontent WHERE action = 'view'").fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def _held(superuser: Superuser) -> Iterator[None]:
    """Nobody writes to the log meanwhile."""
    superuser.execute("BEGIN")
    try:
        superuser.execute("LOCK TABLE access_accesslogentry IN SHARE MODE")
        yield
    finally:
        superuser.execute("COMMIT")


def test_the_entry_is_there_while_the_page_is_drawn(browser, ticket, superuser, while_drawing) -> None:
    before, seen = _views(superuser), []
    there = partial(wait_for, lambda: _views(superuser) == before + 1, what="the entry")
    while_drawing(lambda: seen.append(there()))

    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200

    assert seen == [True]


def test_the_page_waits_for_the_commit(browser, ticket, superuser, while_drawing) -> None:
    """Somebody else holds the log's table until the page has been drawn; the entry comes after it all the same."""
    before, order = _views(superuser), []

    def let_go() -> None:
        order.append(_views(superuser))
        held.close()

    while_drawing(let_go)
    with ExitStack() as held:
        held.enter_context(_held(superuser))
        assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200

    assert order == [before]
    assert _views(superuser) == before + 1


@pytest.mark.parametrize("person", ["v1", "o1", "v12"])
def test_drawing_asks_nothing(world, ticket, monkeypatch, person) -> None:
    """A second transaction would be a second scope."""
    browser, begun = world.browser(getattr(world, person)), []
    address = f"/desk/voltarra/{ticket.number}/"
    assert browser.get(address).status_code == 200
    monkeypatch.setattr(scope, "apply", lambda entered, **named: begun.append(entered))

    assert browser.get(address).status_code == 200

    assert begun == []


def test_drawing_may_ask_in_the_same_scope(world, browser, ticket, superuser, while_drawing) -> None:
    seen: list[object] = []

    def ask() -> None:
        seen.append(sorted(Customer.objects.values_list("client__slug", flat=True).distinct()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.side'), current_setting('app.user_id')")
            seen.append(cursor.fetchone())

    while_drawing(ask)
    with world.enter(world.v1) as actor:
        readable = sorted(Customer.objects.values_list("client__slug", flat=True).distinct())

    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200

    assert seen[0] == readable
    assert seen[1] == ("vendor", str(actor.user_id))


def test_what_drawing_writes_is_rolled_back_where_it_fails_and_the_entry_stays(
    world, browser, ticket, superuser, while_drawing
) -> None:
    before = _views(superuser)

    def spoil() -> None:
        Customer.objects.filter(pk=world.r1.pk).update(name="Half done")
        raise RuntimeError("the page can't be drawn")

    while_drawing(spoil)
    browser.raise_request_exception = False

    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 500

    name = superuser.execute("SELECT name FROM tickets_customer WHERE id = %s", [world.r1.pk]).fetchone()
    assert name == (world.r1.name,)
    assert _views(superuser) == before + 1


def test_a_page_that_fails_without_asking_is_answered_too(browser, ticket, superuser, while_drawing) -> None:
    before = _views(superuser)

    def fail() -> None:
        raise RuntimeError("the page can't be drawn")

    while_drawing(fail)
    browser.raise_request_exception = False

    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 500
    assert _views(superuser) == before + 1
    while_drawing(lambda: None)
    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200


def test_a_message_that_the_page_shows_is_shown_once(browser, ticket) -> None:
    address = f"/desk/voltarra/{ticket.number}/"
    assert browser.post(f"{address}note/", {"body": "Ask about the fuse.", "audience": "vendor"}).status_code == 302

    first, second = browser.get(address).content.decode(), browser.get(address).content.decode()

    assert first.count("Note saved.") == second.count("Note saved.") + 1


def test_a_server_that_goes_away_meanwhile_shows_nothing(browser, ticket, superuser, while_drawing) -> None:
    before = _views(superuser)
    number = connection.connection.info.backend_pid

    def lose() -> None:
        gone = superuser.execute("SELECT pg_terminate_backend(%s, 10000)", [number]).fetchone()
        assert gone == (True,)

    while_drawing(lose)

    # Without a lock the entry may be committed before the server is gone.
    with _held(superuser):
        answer = browser.get(f"/desk/voltarra/{ticket.number}/")

    assert answer.status_code == 503
    assert "A lamp in the hall" not in answer.content.decode()
    assert _views(superuser) == before
    while_drawing(lambda: None)
    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200


def test_behind_a_swallowed_error_nothing_is_committed_and_nothing_shown(
    browser, ticket, superuser, monkeypatch
) -> None:
    def swallow(*arguments: object) -> None:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    before = _views(superuser)
    monkeypatch.setattr(desk_ticket, "log_view", swallow)

    answer = browser.get(f"/desk/voltarra/{ticket.number}/")

    assert answer.status_code == 500
    assert "A lamp in the hall" not in answer.content.decode()
    assert _views(superuser) == before


def test_an_entry_that_fails_meanwhile_is_told_by_the_next_statement(world: World, superuser: Superuser) -> None:
    def read_on() -> None:
        with world.enter(world.v1) as actor:
            log.write(actor, [log.Entry(world.c3.pk, log.Action.VIEW, ((log.CUSTOMER, world.r1.pk),))])
            commit_ahead(lambda: None)
            Customer.objects.get(pk=world.r1.pk)
            raise AssertionError("something was read behind an entry that is not there")

    before = _views(superuser)
    with pytest.raises(Exception, match="row-level security"):
        read_on()
    assert _views(superuser) == before


def test_inside_an_inner_block_nothing_is_done_ahead(world: World, superuser: Superuser) -> None:
    class Enough(Exception):
        pass

    def give_up(actor: Actor) -> None:
        with transaction.atomic():
            log.record(actor, world.c1.pk, log.Action.VIEW, (log.CUSTOMER, world.r1.pk))
            commit_ahead(lambda: None)
            raise Enough

    before = _views(superuser)
    with world.enter(world.v1) as actor:
        with pytest.raises(Enough):
            give_up(actor)
        assert _views(superuser) == before

    assert _views(superuser) == before
