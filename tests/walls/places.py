"""One thing of every kind at each client, for the routes to be asked about.

`build` runs once a worker; afterwards its rows are put back.  A page whose route names a new
kind of thing adds it here: make it in `_furnish` and name it as the route's argument is named.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.conf import settings

from access import actions, links
from access.models import ApiToken, Client, SignedLink
from tests import factories
from tests.cast import Browser, World
from tickets.models import Message

NOWHERE = 987_654_321


@dataclass
class Place:
    """A client and what stands there; `things` are by the names that routes give their arguments.

    Where two routes use one name for different things, the key is "view name/argument".
    """

    client: Client
    things: dict[str, Any] = field(default_factory=dict)
    # A customer who has opened nothing.
    stranger: Any = None

    def argument(self, view: str, name: str) -> Any:
        """What stands in the address for the argument `name` of this view."""
        if name == "client":
            return self.client.slug
        return self.things[f"{view}/{name}"] if f"{view}/{name}" in self.things else self.things[name]

    def under(self, client: Client) -> "Place":
        """The same things, asked for in the name of another client."""
        return replace(self, client=client)

    def missing(self) -> "Place":
        """Things that do not exist."""
        gone = {name: NOWHERE if isinstance(value, int) else "nothing-here" for name, value in self.things.items()}
        return replace(self, things=gone)


@dataclass
class Places:
    """The places, and how each person comes in."""

    world: World
    c1: Place
    c2: Place
    cookies: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def browser(self, person: str, door: str) -> Browser:
        """A browser, or a program where the door is the API's, of a person of the cast by name."""
        if door == "api":
            headers = {"authorization": f"Bearer {self.keys[person]}"} if person in self.keys else {}
            return Browser(headers=headers, raise_request_exception=False)
        browser = Browser(raise_request_exception=False)
        if person in self.cookies:
            browser.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[person]
        return browser


def build(world: World) -> Places:
    """Furnish two clients and sign everybody in."""
    # So that the numbers of the second client's tickets do not exist at the first.
    for _ in range(7):
        factories.ticket(world, world.r2)
    places = Places(world, _furnish(world, world.c1, world.r1), _furnish(world, world.c2, world.r2))
    for name in ("v1", "v12", "v1ro", "v1own", "lead", "o1", "o2", "a1", "e1", "x", "r1", "r2"):
        browser = world.browser(getattr(world, name))
        places.cookies[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    places.cookies["r1b"] = world.browser(places.c1.stranger).cookies[settings.SESSION_COOKIE_NAME].value
    for name in ("v1", "v12", "v1ro", "v1own", "lead", "o1", "a1", "e1"):
        places.keys[name] = actions.make_token(user=getattr(world, name), client=world.c1)
    places.keys["o2"] = actions.make_token(user=world.o2, client=world.c2)
    return places


def _furnish(world: World, client: Client, customer: Any) -> Place:
    admin, agent = (world.o1, world.v12) if client == world.c1 else (world.o2, world.v12)
    stranger = factories.customer(world, client)
    ticket = factories.ticket(world, customer)
    message = factories.reply(world, agent, ticket)
    factories.note(world, agent, ticket, audience=Message.Audience.VENDOR)
    factories.note(world, admin, ticket, audience=Message.Audience.SHARED)
    actions.make_token(user=agent, client=client)
    entering = links.make(
        purpose=SignedLink.Purpose.CUSTOMER, client_id=client.pk, subject_id=customer.pk, lasts=timedelta(hours=1)
    )
    return Place(
        client,
        {
            "number": ticket.number,
            "customer_id": customer.pk,
            "message_id": message.pk,
            "token_id": ApiToken.objects.get(user=agent, client=client).pk,
            "portal:enter/token": entering,
            "slug": client.slug,
        },
        stranger,
    )
