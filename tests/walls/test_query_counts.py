"""How many statements the main pages send, the same with ten rows and with ten thousand.

N is the fixed cost of any signed-in request: session, user, scope and rights.  What opens and
closes a transaction is not counted.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.cast import World
from tickets.models import Ticket

FIXED_MOST = 4
_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of the block, without those that only open and close transactions."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.upper().startswith(_FRAME):
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def fixed(sent: list[str]) -> int:
    """How many of the statements are the fixed cost: session, user, scope with the versions of the rights."""
    marks = ("FROM django_session", "FROM access_user u", "set_config('app.side'", "FROM access_rightsversion")
    return sum(any(mark in sql for mark in marks) for sql in sent)


def measure(browser: Browser, address: str) -> tuple[int, int]:
    """The fixed statements and the others of one page, with everything warm."""
    for _each in range(2):
        assert browser.get(address).status_code == 200
    with statements() as sent:
        assert browser.get(address).status_code == 200
    count = fixed(sent)
    return count, len(sent) - count


def fill(superuser: psycopg.Connection[Any], world: World, count: int) -> None:
    """Many open tickets of both clients, past the walls and quickly."""
    for client, customer in ((world.c1, world.r1), (world.c2, world.r2)):
        superuser.execute(
            "INSERT INTO tickets_ticket (client_id, customer_id, number, subject, status, holder, impact, urgency,"
            " priority, priority_reason, language, channel, need, reporter_unconfirmed, external_id, created_at,"
            " updated_at, due_at, due_metric, reopened, version)"
            " SELECT %s, %s, 1000 + n, 'Ticket ' || n, 'open', 'vendor', 2, 2, 1 + n %% 4, '', 'en', 'portal', '',"
            " false, '', now(), now(), now() + n * interval '1 minute', 'answer', 0, 1 FROM generate_series(1, %s) n",
            [client.pk, customer.pk, count // 2],
        )


def say(superuser: psycopg.Connection[Any], ticket: Ticket, count: int) -> None:
    """Many messages on one ticket."""
    superuser.execute(
        "INSERT INTO tickets_message (client_id, ticket_id, customer_id, author, audience, body, channel,"
        " mail_message_id, unverified, external_id, created_at)"
        " SELECT %s, %s, %s, 'customer', 'public', 'Line ' || n, 'portal', '', false, '', now()"
        " FROM generate_series(1, %s) n",
        [ticket.client_id, ticket.pk, ticket.customer_id, count],
    )


@pytest.mark.parametrize(("query", "most"), [("", 5), ("?sort=priority", 5), ("?view=all", 5), ("?q=ticket", 5)])
def test_the_queue_sends_five_more_than_any_page(
    world: World, superuser: psycopg.Connection[Any], query: str, most: int
) -> None:
    factories.ticket(world, world.r1, subject="A ticket to be found")
    browser = world.browser(world.v12)

    fill(superuser, world, 10)
    few = measure(browser, f"/desk/{query}")
    superuser.execute("DELETE FROM tickets_ticket WHERE number > 1000")
    fill(superuser, world, 10_000)
    many = measure(browser, f"/desk/{query}")

    assert few == many
    assert few[0] <= FIXED_MOST
    assert few[1] <= most


def test_a_ticket_with_its_log_entry_sends_ten_more(world: World, superuser: psycopg.Connection[Any]) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v12)

    few = measure(browser, f"/desk/voltarra/{ticket.number}/")
    say(superuser, ticket, 10_000)
    fill(superuser, world, 10_000)
    many = measure(browser, f"/desk/voltarra/{ticket.number}/")

    assert few == many
    assert few[0] <= FIXED_MOST
    assert few[1] <= 10


def test_the_next_pages_cost_the_same(world: World, superuser: psycopg.Connection[Any]) -> None:
    fill(superuser, world, 2_000)
    browser = world.browser(world.v12)
    first = measure(browser, "/desk/")
    address = "/desk/"
    for _each in range(4):
        page = browser.get(address).content.decode()
        address = "/desk/" + page.split('rel="next" href="/desk/')[1].split('"')[0].replace("&amp;", "&")

    assert measure(browser, address) == first


def test_a_page_is_read_in_milliseconds_from_an_index(world: World, superuser: psycopg.Connection[Any]) -> None:
    from tickets.queries import queue, reach

    fill(superuser, world, 50_000)
    superuser.execute("ANALYZE tickets_ticket")
    with world.enter(world.v12) as actor:
        for sort in (queue.Sort.DUE, queue.Sort.PRIORITY):
            with CaptureQueriesContext(connection) as sent:
                queue.page(actor, reach.of(actor), queue.Wanted(sort=sort))
            plan = _plan(sent[0]["sql"])

            assert "Seq Scan on tickets_ticket" not in plan
            assert f"queue_by_{sort.value}" in plan
            assert float(plan.rsplit("Execution Time: ", 1)[1].split(" ")[0]) < 5


def _plan(statement: str) -> str:
    best = ""
    with connection.cursor() as cursor:
        for _each in range(3):
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            took = float(plan.rsplit("Execution Time: ", 1)[1].split(" ")[0])
            best = plan if not best or took < float(best.rsplit("Execution Time: ", 1)[1].split(" ")[0]) else best
    return best


def test_counting_the_views_is_one_statement_that_stops(world: World, superuser: psycopg.Connection[Any]) -> None:
    fill(superuser, world, 5_000)
    browser = world.browser(world.v12)

    count = measure(browser, "/desk/counts/")
    shown = browser.get("/desk/counts/").content.decode()

    # The other one counts letters that were not delivered.
    assert count[1] == 2
    assert '<span class="n">1000+</span>' in shown
