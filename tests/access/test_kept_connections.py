"""A connection that is kept from request to request, and what happens when the server ends it."""

import time
from typing import Any

import psycopg
from django.db import close_old_connections, connection

from tests.cast import World


def _number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_an_idle_connection_is_kept_without_asking_the_server(world: World) -> None:
    number = _number()

    close_old_connections()

    assert connection.is_usable()
    assert _number() == number


def test_a_connection_that_the_server_ended_is_replaced(world: World, superuser: psycopg.Connection[Any]) -> None:
    browser = world.browser(world.v1)
    assert browser.get("/desk/").status_code == 200
    number = _number()
    superuser.execute("SELECT pg_terminate_backend(%s)", [number])
    until = time.monotonic() + 5
    while connection.is_usable() and time.monotonic() < until:
        time.sleep(0.01)

    close_old_connections()  # as at the beginning of every request

    assert browser.get("/desk/").status_code == 200
    assert _number() != number


def test_a_closed_connection_is_not_usable(world: World) -> None:
    connection.ensure_connection()
    connection.connection.close()

    assert not connection.is_usable()
    connection.close()
