"""Ids, numbers and names of another client's things, wherever an id may be written.

Each is answered as one that nobody has, nothing is written, and the client's own thing is taken in
the same place.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from access.models import StaffCard
from escalation.models import Contact
from knowledgebase.models import Category, Revision
from tests.attack import hostile
from tests.attack.hostile import Shot, encoded
from tests.walls.places import NOWHERE, Place
from tickets.models import Customer, Message, Ticket, TicketCategory

MARKUP, DIGITS, SEEN = re.compile(r"<[^>]*>"), re.compile(r"[#\d]+"), re.compile("Seen by.*?About this ticket")
API = "application/json"


@dataclass
class Things:
    """What one client has, by the kind of thing that a body may name."""

    number: int
    customer: int
    revision: int
    message: int
    card: int
    category: int
    category_slug: str
    shelf: int
    shelf_name: str
    contact: int
    contact_key: str
    # Who has the ticket.
    holder: int
    # Every id of each kind, for counting through.
    all: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Slot:
    """A place in a request where something is named: `{}` in a text stands for it."""

    what: str
    path: str
    fields: dict[str, Any] = field(default_factory=dict)
    person: str = "v1"
    method: str = "POST"
    ok: int = 302
    refused: tuple[int, ...] = (400, 404)
    query: str = ""

    def shot(self, value: Any, own: Things) -> Shot:
        """The request with this value in the place."""

        def put(text: Any) -> Any:
            if not isinstance(text, str):
                return text
            if text == "{}":
                return value
            return (
                text.replace("{}", str(value)).replace("{number}", str(own.number)).replace("{holder}", str(own.holder))
            )

        body = {name: put(text) for name, text in self.fields.items()}
        is_api = self.path.startswith("/api/")
        raw = hostile.as_json(body) if is_api else encoded(body)
        kind = API if is_api else "application/x-www-form-urlencoded"
        return Shot(self.what, self.method, put(self.path), b"" if self.method == "GET" else raw, kind, put(self.query))


T = "/api/v1/tickets/{number}/"
D = "/desk/voltarra/{number}/"
NEW = {"channel": "phone", "subject": "A door", "body": "It is shut.", "impact": "2", "urgency": "2", "language": "en"}
ARTICLE = {"title": "A door?", "body": "Turn it.", "audience": "public", "language": "en"}
STEP = {"name": "Press", "order": "1", "1-trigger": "start", "1-channels": "mail", "do": "save", "revision": "0"}
ROW = {
    "order": "1",
    "1-priority": "1 to 4",
    "1-path": "Priority 1",
    "do": "save",
    "revision": "0",
}

SLOTS = [
    Slot("customer", "/api/v1/tickets/", {"subject": "A", "body": "B", "customer": "{}"}, ok=201),
    Slot("category_slug", "/api/v1/tickets/", {"subject": "A", "body": "B", "customer_email": "n@mail.example",
                                                "category": "{}"}, ok=201),
    Slot("revision", f"{T}reply/", {"body": "Try.", "revision": "{}"}, ok=201),
    Slot("card", f"{T}assign/", {"assignee": "{}", "expected": "{holder}"}, ok=200),
    Slot("category_slug", f"{T}sort/", {"category": "{}"}, ok=200),
    Slot("number", "/api/v1/escalations/", {"ticket": "{}", "reason": "decision", "question": "Why?"}, ok=201),
    Slot("shelf_name", "/api/v1/articles/", {**ARTICLE, "category": "{}"}, person="o1", ok=201),
    Slot("card", f"{D}assign/", {"card": "{}", "before": "{holder}"}),
    Slot("category", f"{D}sort/", {"impact": "1", "urgency": "1", "category": "{}"}),
    Slot("revision", f"{D}reply/", {"audience": "public", "body": "Try.", "revisions": "{}"}),
    Slot("customer", "/desk/voltarra/new/", {**NEW, "customer": "{}"}),
    Slot("category", "/desk/voltarra/new/", {**NEW, "email": "n@mail.example", "category": "{}"}),
    Slot("shelf", "/client/voltarra/articles/new/", {**ARTICLE, "category": "{}"}, person="o1"),
    Slot("card", "/client/voltarra/contacts/add/", {"name": "Bo", "email": "b@x.example", "language": "en",
                                                     "card_id": "{}"}, person="o1"),
    Slot("category_slug", "/client/voltarra/matrix/edit/", {**ROW, "1-category": "{}"}, person="o1"),
    Slot("contact_key", "/client/voltarra/matrix/paths/add/", {**STEP, "1-to": "contact:{}"}, person="o1"),
    Slot("category", "/voltarra/new/", {"subject": "A", "body": "B", "impact": "2", "category": "{}"}, person="r1"),
]  # fmt: skip
# Read only: the page shows nothing of it, or is not there.
LOOKS = [
    Slot("number", "/api/v1/customers/{customer}/", method="GET", query="ticket={}", ok=200),
    Slot("customer", "/desk/voltarra/new/", method="GET", query="customer={}", ok=200, refused=(200, 404)),
    Slot("number", "/desk/voltarra/customers/{customer}/", method="GET", query="ticket={}", ok=200, refused=(200, 404)),
]


@pytest.fixture
def things(places) -> Callable[[Place], Things]:
    """What each client has; the second client's are of kinds that the first could never have made."""

    def of(place: Place) -> Things:
        world = places.world
        mine = place is places.c1
        member = world.a1 if mine else world.o2
        with world.enter(place.client):
            category = TicketCategory.objects.create(
                client=place.client, name=f"Only at {place.client.slug}", slug=f"only-{place.client.slug}", position=99
            )
            shelf = Category.objects.create(
                client=place.client, name=f"Shelf of {place.client.slug}", slug=f"shelf-{place.client.slug}"
            )
            own = {"client": place.client}
            return Things(
                holder=Ticket.objects.get(number=place.things["number"]).assignee_id,
                all={
                    "number": list(Ticket.objects.filter(**own).values_list("number", flat=True)),
                    "customer": list(Customer.objects.filter(**own).values_list("pk", flat=True)),
                    "revision": list(Revision.objects.filter(**own).values_list("pk", flat=True)),
                    "card": list(StaffCard.objects.filter(**own).values_list("pk", flat=True)),
                    "category": list(TicketCategory.objects.filter(**own).values_list("pk", flat=True)),
                    "category_slug": [category.slug],
                    "shelf": list(Category.objects.filter(**own).values_list("pk", flat=True)),
                    "shelf_name": [shelf.name],
                    "contact_key": list(Contact.objects.filter(**own).values_list("key", flat=True)),
                    "contact": list(Contact.objects.filter(**own).values_list("pk", flat=True)),
                },
                number=place.things["number"],
                customer=Customer.objects.order_by("pk").first().pk,
                revision=Revision.objects.filter(state=Revision.State.PUBLISHED).order_by("pk").first().pk,
                message=Message.objects.order_by("pk").first().pk,
                card=StaffCard.objects.get(user=member).pk,
                category=category.pk,
                category_slug=category.slug,
                shelf=shelf.pk,
                shelf_name=shelf.name,
                contact_key=Contact.objects.order_by("pk").first().key,
                contact=Contact.objects.order_by("pk").first().pk,
            )

    return of


def words(response: Any, value: Any) -> str:
    """What the page says, whatever was asked for and whoever has read it meanwhile."""
    text = MARKUP.sub("", response.content.decode()).replace(str(value), "#")
    return DIGITS.sub("#", SEEN.sub("", " ".join(text.split())))


def ask(places, slot: Slot, value: Any, own: Things) -> Any:
    """The answer with this value in the slot."""
    door = "api" if slot.path.startswith("/api/") else "site"
    shot = slot.shot(value, own)
    path = shot.path.replace("{customer}", str(own.customer))
    return Shot(shot.label, shot.method, path, shot.body, shot.kind, shot.query).fire(
        places.browser(slot.person, door)
    )[0]


@pytest.mark.parametrize("slot", SLOTS, ids=lambda slot: f"{slot.what} in {slot.path}")
def test_a_foreign_id_in_a_body_is_nobodys_and_the_own_one_is_taken(places, things, fingerprint, slot):
    own, theirs = things(places.c1), things(places.c2)
    nobodys = "nobodys-own" if isinstance(getattr(theirs, slot.what), str) else NOWHERE
    before = fingerprint()

    missing = ask(places, slot, nobodys, own)
    for foreign in theirs.all[slot.what]:
        answer = ask(places, slot, foreign, own)

        assert answer.status_code in slot.refused, answer.content[:500]
        assert answer.status_code == missing.status_code
        assert words(answer, foreign) == words(missing, nobodys)
    assert fingerprint() == before
    assert ask(places, slot, getattr(own, slot.what), own).status_code == slot.ok


@pytest.mark.parametrize("slot", LOOKS, ids=lambda slot: slot.path)
def test_a_page_that_is_asked_about_a_foreign_id_says_what_it_says_of_nobodys(places, things, slot):
    own, theirs = things(places.c1), things(places.c2)

    answer, missing = (ask(places, slot, value, own) for value in (getattr(theirs, slot.what), NOWHERE))

    assert answer.status_code in slot.refused
    assert words(answer, getattr(theirs, slot.what)) == words(missing, NOWHERE)
    assert ask(places, slot, getattr(own, slot.what), own).status_code == slot.ok


SWEPT = {
    "desk:ticket": ("/desk/voltarra/{}/", "tickets_ticket", "number", "v1", "site"),
    "desk:customer": ("/desk/voltarra/customers/{}/", "tickets_customer", "id", "v1", "site"),
    "desk:file": ("/desk/voltarra/files/{}/", "tickets_attachment", "id", "v1", "site"),
    "console:escalation": ("/client/voltarra/inbox/{}/", "escalation_escalation", "id", "o1", "site"),
    "console:contact": ("/client/voltarra/contacts/{}/", "escalation_contact", "id", "o1", "site"),
    "console:article_edit": ("/client/voltarra/articles/{}/", "knowledgebase_article", "id", "o1", "site"),
    "portal:ticket": ("/voltarra/questions/{}/", "tickets_ticket", "number", "r1", "site"),
    "portal:file": ("/voltarra/files/{}/", "tickets_attachment", "id", "r1", "site"),
    "api:ticket-detail": ("/api/v1/tickets/{}/", "tickets_ticket", "number", "v1", "api"),
    "api:message-list": ("/api/v1/tickets/{}/messages/", "tickets_ticket", "number", "v1", "api"),
    "api:customer-detail": ("/api/v1/customers/{}/", "tickets_customer", "id", "v1", "api"),
    "api:article-detail": ("/api/v1/articles/{}/", "knowledgebase_article", "id", "v1", "api"),
    "api:escalation-detail": ("/api/v1/escalations/{}/", "escalation_escalation", "id", "v1", "api"),
}


def test_counting_through_the_ids_meets_the_own_ones_alone(places, superuser):
    for name, (path, table, column, person, door) in SWEPT.items():
        rows = superuser.execute(f"SELECT {column}, client_id FROM {table}").fetchall()
        own = {value for value, client in rows if client == places.c1.client.pk}
        browser = places.browser(person, door)
        near = {value + step for value, _client in rows for step in (-1, 0, 1)} - {0}

        met = {value for value in near if browser.get(path.format(value)).status_code < 400}

        assert met == own, name
        assert len({client for _value, client in rows}) > 1
