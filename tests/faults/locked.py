"""Stops a request where it is: it waits for a row that the test has locked, and can be ended there."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from tests import servers

# The last row that opening a ticket locks: everything of the ticket is inserted by then, nothing committed.
COUNTER = "SELECT 1 FROM tickets_ticketcounter FOR UPDATE"
_WAITING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND usename = 'app'
"""


@contextmanager
def holding(statement: str = COUNTER) -> Iterator[psycopg.Connection[Any]]:
    """Hold the locks that the statement takes until the block ends."""
    with psycopg.connect(servers.superuser_dsn()) as holder:
        holder.execute(statement)
        yield holder
        holder.rollback()


def waiting(superuser: psycopg.Connection[Any], *, count: int = 1) -> list[int]:
    """The backends of the product that wait for a lock, as soon as there are so many."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = [pid for (pid,) in superuser.execute(_WAITING)]
        if len(found) >= count:
            return found
        time.sleep(0.01)
    raise AssertionError("Nobody waits for the lock.")


def end(superuser: psycopg.Connection[Any], backends: list[int]) -> None:
    """End these backends, as an administrator or a restart does; returns when they are gone."""
    for pid in backends:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Do it on a thread and a connection of its own, beside the block."""

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(run)
