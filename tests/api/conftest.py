"""Programs with tokens of the cast."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser

from access.models import AccessLogContent, Client, User
from tests import factories
from tests.cast import World
from tickets.models import Ticket


@dataclass
class Program:
    """A program that speaks JSON to the API."""

    browser: Browser

    def get(self, path: str, **query: Any) -> Any:
        """Read an address below /api/v1/."""
        return self.browser.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None, key: str = "", **more: Any) -> Any:
        """Send JSON, under a key where one is given."""
        headers = {"idempotency-key": key} if key else {}
        return self.browser.post(
            f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers, **more
        )

    def patch(self, path: str, body: Any) -> Any:
        """Change something."""
        return self.browser.patch(f"/api/v1/{path}", body, content_type="application/json")


Speak = Callable[..., Program]


@pytest.fixture
def program(world: World) -> Speak:
    """A program of a person of the cast, at the first client unless told otherwise."""

    def speak(person: User | str, client: Client | None = None, **more: Any) -> Program:
        user = getattr(world, person) if isinstance(person, str) else person
        return Program(world.program(user, client or world.c1, **more))

    return speak


@pytest.fixture
def ticket(world: World) -> Ticket:
    """A ticket of the first client's customer."""
    return factories.ticket(world, world.r1)


@pytest.fixture
def logged(world: World) -> Callable[..., list[AccessLogContent]]:
    """The entries of the first client's log with this action."""

    def entries(action: str, client: Client | None = None) -> list[AccessLogContent]:
        with world.enter(client or world.c1):
            return list(AccessLogContent.objects.filter(action=action).order_by("entry_id"))

    return entries
