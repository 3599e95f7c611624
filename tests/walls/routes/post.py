"""Rows of `post`: the endpoints in the client's console, and a vendor's own in its office."""

from typing import Any

from access.doors import Kind
from access.rights import Right
from tests.walls.matrix import Row
from tests.walls.routes.shapes import CONSOLE

# A number, so that no name is looked up.
ENDPOINT = {"name": "Night desk", "address": "https://1.1.1.1/hook", "carries": "webhook", "is_active": "on"}


def _row(view: str, method: str = "GET", **more: Any) -> Row:
    return Row(f"console:{view}", method, door=CONSOLE, right=Right.SOURCES_EDIT, **more)


def _office(view: str, method: str = "GET", **more: Any) -> Row:
    return Row(f"office:{view}", method, door=Kind.OFFICE, right=Right.STAFF, **more)


ROWS = [
    _row("endpoints"),
    _row("new_endpoint"),
    # The answer is the one page that shows the secret.
    _row("new_endpoint", "POST", data=ENDPOINT, ok=200),
    _row("endpoint"),
    _row("endpoint", "POST", data=ENDPOINT),
    _row("renew_endpoint_secret", "POST", ok=200),
    _row("test_endpoint", "POST"),
    _row("retry_calls", "POST"),
    _row("retry_call", "POST"),
    _office("endpoints"),
    _office("new_endpoint"),
    _office("new_endpoint", "POST", data=ENDPOINT, ok=200),
    _office("endpoint"),
    _office("endpoint", "POST", data=ENDPOINT),
    _office("renew_endpoint_secret", "POST", ok=200),
]
