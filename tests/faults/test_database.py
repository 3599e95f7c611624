"""PostgreSQL ends a connection, has no room, or breaks a deadlock: told clearly, nothing half done, nothing kept."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, close_old_connections, connection

from access.models import AccessLogEntry
from post.models import IdempotencyKey, OutboxHint
from tests import factories
from tests.cast import Browser, World
from tests.faults.locked import end, holding, meanwhile, waiting
from tests.faults.test_redis import ASKED, NEW
from tickets.mail.receive import receive
from tickets.models import Event, Message, RawMail, Ticket

Send = Callable[[], Any]


@dataclass(frozen=True)
class Way:
    """A way to ask, the same each time, and how it is answered when all is well."""

    send: Send
    fine: int


@pytest.fixture
def portal(world: World) -> Way:
    """A visitor's form."""
    browser = quiet(world.browser())
    return Way(lambda: browser.post("/voltarra/new/", {**ASKED, "once": "form-1"}), 302)


@pytest.fixture
def program(world: World) -> Way:
    """A program's request with its key."""
    program, headers = quiet(world.program(world.v1, world.c1)), {"idempotency-key": "k-1"}
    return Way(lambda: program.post("/api/v1/tickets/", NEW, content_type="application/json", headers=headers), 201)


@pytest.fixture(params=["portal", "program"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each of the ways."""
    found: Way = request.getfixturevalue(request.param)
    return found


def quiet(browser: Browser) -> Browser:
    browser.raise_request_exception = False
    return browser


def count(world: World, *models: Any) -> list[int]:
    with world.enter(world.c1):
        return [model.objects.count() for model in models]


def test_a_connection_ended_before_the_commit_leaves_nothing(
    world: World, superuser: psycopg.Connection[Any], way: Way
) -> None:
    with holding(), meanwhile(way.send) as asked:
        end(superuser, waiting(superuser))
        answer = asked.result(20)

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert count(world, Ticket, Message, Event, OutboxHint, IdempotencyKey) == [0, 0, 0, 0, 0]
    again, repeated = way.send(), way.send()
    assert (again.status_code, repeated.status_code) == (way.fine, way.fine)
    assert count(world, Ticket) == [1]


def test_all_connections_ended_at_once_are_replaced(
    world: World, superuser: psycopg.Connection[Any], portal: Way
) -> None:
    browser = quiet(world.browser(world.v1))
    for _turn in range(5):
        superuser.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'app'"
            " AND datname = current_database()"
        )
        close_old_connections()  # as at the beginning of every request
        assert browser.get("/desk/").status_code == 200
        assert portal.send().status_code == 302

    assert count(world, Ticket) == [1]


@pytest.fixture
def no_room(world: World, superuser: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """PostgreSQL refuses new messages as it does where its disk is full."""
    superuser.execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    )
    superuser.execute("CREATE TRIGGER no_room BEFORE INSERT ON tickets_message EXECUTE FUNCTION no_room()")
    yield superuser
    superuser.execute("DROP FUNCTION IF EXISTS no_room CASCADE")


def test_a_full_disk_of_the_database_is_no_half_ticket(
    world: World, no_room: psycopg.Connection[Any], way: Way
) -> None:
    answer = way.send()

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert count(world, Ticket, Message, Event, OutboxHint, IdempotencyKey) == [0, 0, 0, 0, 0]
    no_room.execute("DROP FUNCTION no_room CASCADE")
    assert way.send().status_code == way.fine


def test_the_answer_names_nothing_of_the_database(no_room: Any, portal: Way, program: Way) -> None:
    page, problem = portal.send(), program.send()

    for answer in (page, problem):
        assert b"extend file" not in answer.content
        assert b"tickets_message" not in answer.content
    assert json.loads(problem.content)["status"] == 503
    assert "Back in a moment" in page.content.decode()


def test_two_who_lock_crosswise_are_told_apart(world: World, superuser: psycopg.Connection[Any]) -> None:
    """The request has the ticket and waits for a clock; who has the clock asks for the ticket."""
    ticket = factories.ticket(world, world.r1)
    browser = quiet(world.browser(world.v1))
    before = count(world, Event)
    address = f"/desk/voltarra/{ticket.number}/solve/"
    with holding("SELECT 1 FROM escalation_clock FOR UPDATE") as other, meanwhile(lambda: browser.post(address)) as act:
        waiting(superuser)
        # PostgreSQL ends whoever finds the circle, and that is who has waited for a second: the request.
        other.execute("SELECT 1 FROM tickets_ticket WHERE id = %s FOR UPDATE", [ticket.pk])
        answer = act.result(20)

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert count(world, Event) == before
    assert browser.post(address).status_code == 302
    with world.enter(world.c1):
        assert Ticket.objects.get().status == "solved"


def raw(number: int = 1, text: str = "The charger hums.") -> bytes:
    return (
        f"From: Nova Ek <nova@mail.example>\r\nTo: voltarra@desk.example\r\nSubject: Humming\r\n"
        f"Message-ID: <{number}@mail.example>\r\n\r\n{text}"
    ).encode()


def test_a_mail_whose_connection_ended_is_brought_again_and_becomes_one_ticket(
    world: World, superuser: psycopg.Connection[Any]
) -> None:
    with holding(), meanwhile(lambda: receive("voltarra@desk.example", raw())) as came:
        end(superuser, waiting(superuser))
        with pytest.raises(DatabaseError):
            came.result(20)

    assert count(world, RawMail, Ticket) == [1, 0]
    assert receive("voltarra@desk.example", raw()).outcome == "new_ticket"
    assert receive("voltarra@desk.example", raw()).outcome == "duplicate"
    assert count(world, RawMail, Ticket) == [1, 1]


def test_a_mail_that_finds_no_room_is_brought_again(world: World, no_room: psycopg.Connection[Any]) -> None:
    with pytest.raises(DatabaseError, match="extend file"):
        receive("voltarra@desk.example", raw())

    assert count(world, RawMail, Ticket) == [1, 0]
    no_room.execute("DROP FUNCTION no_room CASCADE")
    assert receive("voltarra@desk.example", raw()).outcome == "new_ticket"


def test_what_is_refused_once_more_and_more_is_no_passing_fault(world: World, superuser: Any) -> None:
    """The twin: a mail that the database can't take for its own sake is kept, and the next one comes in."""
    superuser.execute(
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.body LIKE '%poison%' THEN"
        " RAISE EXCEPTION 'too much' USING ERRCODE = 'program_limit_exceeded'; END IF; RETURN NEW; END $$"
    )
    superuser.execute("CREATE TRIGGER poison BEFORE INSERT ON tickets_message FOR EACH ROW EXECUTE FUNCTION poison()")
    try:
        assert receive("voltarra@desk.example", raw(1, "poison")).outcome == "kept"
        assert receive("voltarra@desk.example", raw(2)).outcome == "new_ticket"
    finally:
        superuser.execute("DROP FUNCTION poison CASCADE")


def test_what_was_read_is_not_shown_where_its_entry_cannot_be_written(
    world: World, superuser: psycopg.Connection[Any]
) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = quiet(world.browser(world.v1))
    assert browser.get(f"/desk/voltarra/{ticket.number}/").status_code == 200
    before = count(world, AccessLogEntry)
    superuser.execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$"
    )
    superuser.execute("CREATE TRIGGER no_room BEFORE INSERT ON access_accesslogentry EXECUTE FUNCTION no_room()")
    try:
        answer = browser.get(f"/desk/voltarra/{ticket.number}/")
    finally:
        superuser.execute("DROP FUNCTION no_room CASCADE")

    assert answer.status_code == 503
    assert b"blinks twice" not in answer.content
    assert count(world, AccessLogEntry) == before
    assert connection.is_usable()


def test_a_server_that_fell_silent_is_given_up_in_time(world: World) -> None:
    connection.ensure_connection()
    given = connection.connection.info.get_parameters()

    silence = int(given["keepalives_idle"]) + int(given["keepalives_interval"]) * int(given["keepalives_count"])
    assert int(given["connect_timeout"]) <= 10
    assert silence <= 60
    assert int(given["tcp_user_timeout"]) <= 60_000
