"""One thing of every kind at each client, for the routes to be asked about.

`build` runs once a worker; afterwards its rows are put back.  What is made stands in `tests.walls.furniture`.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from access import actions, log_keys, seal
from access.actions import contracts
from access.models import (
    Client,
    User,
)
from helpdesk.lib import clock, tokens
from tests.cast import Browser, World, meet
from tests.walls.agreements import NEWCOMER
from tests.walls.furniture import NOWHERE, furnish
from tickets.actions.history import import_conversations
from tickets.conversations import read_conversation
from tickets.models import Ticket, TicketCounter

CAST = ("v1", "v12", "v1ro", "v1own", "lead", "office", "o1", "o2", "a1", "e1", "x", "operator", "r1", "r2")
# Days in forms: to come whenever the tests run.
SOME_DAY = "2199-06-01"


@dataclass
class Place:
    """A client and what stands there; `things` are by the names that routes give their arguments.

    Where two routes use one name for different things, the key is "view name/argument"; for the
    API the part of the name before the hyphen will do.
    """

    client: Client
    # A value that is a function is asked anew for each request.
    things: dict[str, Any] = field(default_factory=dict)
    # A customer who has opened nothing.
    stranger: Any = None

    def argument(self, view: str, name: str) -> Any:
        """What stands in the address for the argument `name` of this view."""
        if name == "client":
            return self.client.slug
        keys = (f"{view}/{name}", f"{view.split('-')[0]}/{name}", name)
        value = next(self.things[key] for key in keys if key in self.things)
        return value() if callable(value) else value

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
    # Who runs the office of another vendor.
    rival: User
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
    # So that no ticket's number exists at both.
    for client, last in ((world.c1, 100), (world.c2, 5000)):
        with world.enter(client):
            TicketCounter.objects.update(last=last)
    actions.create_user(email=NEWCOMER, name="Nils Newcomer", vendor=world.havnvik)
    furnished = [
        Place(client, *furnish(world, client, who)) for client, who in ((world.c1, world.r1), (world.c2, world.r2))
    ]
    places = Places(world, *furnished, _rival(world))
    people = {name: getattr(world, name) for name in CAST} | {"rival": places.rival}
    for name, person in people.items():
        browser = world.browser(person)
        places.cookies[name] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    _let_see_opened(places, "r1", places.c1, world.r1)
    places.cookies["r1b"] = world.browser(places.c1.stranger).cookies[settings.SESSION_COOKIE_NAME].value
    for name in ("v1", "v12", "v1ro", "v1own", "lead", "o1", "a1", "e1"):
        places.keys[name] = actions.make_token(user=getattr(world, name), client=world.c1)
    places.keys["o2"] = actions.make_token(user=world.o2, client=world.c2)
    log_keys.begin()
    for place in (places.c1, places.c2):
        _remember(world, place)
        _seal(world, place)
    meet(*world.staff, places.rival)
    return places


def _rival(world: World) -> User:
    """Who runs the office of another vendor, with which the first client alone has a draft."""
    vendor = actions.create_vendor(slug="grannen", name="Grannen Support")
    user = actions.create_user(email="rival@grannen.example", name="Rut Granne", vendor=vendor)
    actions.run_office(user=user)
    with world.enter(world.o1) as actor:
        contracts.draft(actor, client_id=world.c1.pk, vendor=vendor, reference="G-1")
    return user


def _remember(world: World, place: Place) -> None:
    """A hundred days of history from another system, with one conversation at either end."""
    conversations = []
    for number, days in enumerate((200, 100)):
        at = (clock.now() - timedelta(days=days)).isoformat()
        said = [{"author": author, "body": "The old shed.", "at": at} for author in ("customer", "agent")]
        person = {"email": place.things["email"]}
        record = {"id": f"shed-{number}", "subject": "Shed", "status": "closed", "customer": person, "created_at": at}
        conversations.append(read_conversation({**record, "messages": said}))
    with world.enter(place.client) as actor:
        import_conversations(actor, client_id=place.client.pk, conversations=conversations)


def _seal(world: World, place: Place) -> None:
    with world.enter(place.client) as actor:
        head = seal.seal(actor, place.client.pk)
    assert head is not None
    place.things |= {"size": head.size, "head": seal.head_of(head).text()}


def _let_see_opened(places: Places, name: str, place: Place, customer: Any) -> None:
    """As if this browser had opened the ticket a moment ago."""
    session = SessionStore(places.cookies[name])
    with places.world.enter(place.client):
        ticket = Ticket.objects.get(number=place.things["number"])
    session["opened"] = {str(place.client.pk): [[ticket.pk, customer.pk, ticket.number, tokens.digest(customer.email)]]}
    session.save()
