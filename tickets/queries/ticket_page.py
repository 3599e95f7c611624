"""Everything that a ticket's page shows, in a fixed number of statements whatever the ticket's length."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from access.actor import Actor
from access.errors import NotFound
from access.models import ClientProfile
from tickets.models import (
    Attachment,
    Customer,
    CustomerField,
    Draft,
    Event,
    Message,
    Ticket,
    TicketCategory,
    TicketTag,
)
from tickets.queries import staff, undelivered
from tickets.queries.undelivered import Undelivered

LONGEST_THREAD = 200
EARLIER = 5


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A ticket with what stands around it; `messages` and `events` the oldest first.

    `older` tells that messages before these were left out.
    """

    ticket: Ticket
    profile: ClientProfile
    messages: list[Message]
    events: list[Event]
    files: dict[int, list[Attachment]]
    fields: list[CustomerField]
    earlier: list[Ticket]
    draft: "KeptDraft | None"
    categories: list[tuple[int, str]] = field(default_factory=list)
    colleagues: list[tuple[int, str]] = field(default_factory=list)
    older: bool = False
    undelivered: list[Undelivered] = field(default_factory=list)

    @property
    def latest_message_id(self) -> int:
        """The newest message that the reader has seen, 0 where there is none."""
        return self.messages[-1].pk if self.messages else 0


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What the reader had begun to write, for whom, and when it was kept."""

    body: str
    audience: str
    at: datetime


def find_ticket(actor: Actor, client_id: int, number: int) -> Ticket:
    """The ticket with this number, with customer, category, assignee, `tag_names`, `kept` and `dead`; one statement.

    `kept` is the actor's draft as JSON, or None; `dead` its letters that were given up.  Raises `NotFound`.
    """
    names = TicketTag.objects.filter(client_id=OuterRef("client_id"), ticket_id=OuterRef("pk")).order_by("tag__name")
    rows = Ticket.objects.visible_to(actor).filter(client_id=client_id, number=number)
    rows = rows.select_related("customer", "category", "assignee")
    kept = Draft.objects.filter(client_id=OuterRef("client_id"), user_id=actor.user_id or 0, ticket_id=OuterRef("pk"))
    drafted = kept.values(found=JSONObject(body="body", audience="audience", at="updated_at"))
    ticket = rows.annotate(
        tag_names=ArraySubquery(names.values("tag__name")),
        kept=Subquery(drafted),
        dead=ArraySubquery(undelivered.of_ticket()),
    ).first()
    if ticket is None:
        raise NotFound
    return ticket


def ticket_id_of(actor: Actor, client_id: int, number: int) -> int:
    """The id of the ticket with this number; one statement.  Raises `NotFound`."""
    found = Ticket.objects.visible_to(actor).filter(client_id=client_id, number=number).values_list("pk", flat=True)
    ticket_id = found.first()
    if ticket_id is None:
        raise NotFound
    return int(ticket_id)


def read(actor: Actor, client_id: int, number: int, *, whole: bool = False) -> TicketPage:
    """The page of one ticket; eight statements, all of a fixed cost.  `whole` shows a thread of any length."""
    ticket: Any = find_ticket(actor, client_id, number)
    profile = _profile(client_id)
    messages = _newest_messages(ticket, None if whole else LONGEST_THREAD + 1)
    older = not whole and len(messages) > LONGEST_THREAD
    messages = messages[-LONGEST_THREAD:] if older else messages
    return TicketPage(
        ticket=ticket,
        profile=profile,
        messages=messages,
        events=_newest_events(ticket, messages[0].created_at if older else None),
        files=_files(ticket),
        fields=list(
            CustomerField.objects.filter(client_id=client_id, customer=ticket.customer_id).order_by("position")
        ),
        earlier=earlier_tickets(actor, ticket.customer, without=ticket.pk),
        draft=_draft(ticket),
        categories=[(each["id"], each["name"]) for each in profile.categories],
        colleagues=staff.colleagues(actor, client_id),
        older=older,
        undelivered=undelivered.made(ticket.dead),
    )


def _draft(ticket: Any) -> KeptDraft | None:
    kept = ticket.kept
    return KeptDraft(kept["body"], kept["audience"], datetime.fromisoformat(kept["at"])) if kept else None


def _newest_messages(ticket: Ticket, most: int | None) -> list[Message]:
    found = Message.objects.filter(client_id=ticket.client_id, ticket=ticket).select_related("card", "revision")
    return list(found.order_by("-pk")[:most])[::-1]


def _newest_events(ticket: Ticket, since: datetime | None) -> list[Event]:
    found = Event.objects.filter(client_id=ticket.client_id, ticket=ticket)
    if since is not None:
        found = found.filter(at__gte=since)
    return list(found.order_by("-pk")[: 2 * LONGEST_THREAD])[::-1]


def _files(ticket: Ticket) -> dict[int, list[Attachment]]:
    files: dict[int, list[Attachment]] = {}
    found = Attachment.objects.filter(client_id=ticket.client_id, ticket=ticket).select_related("file").order_by("pk")
    for attachment in found:
        files.setdefault(attachment.message_id, []).append(attachment)
    return files


def _profile(client_id: int) -> Any:
    """How staff speak in the client's name, with its `categories` in its own order."""
    shelves = TicketCategory.objects.filter(client_id=OuterRef("client_id")).order_by("position", "name")
    named = ArraySubquery(shelves.values(found=JSONObject(id="pk", name="name")))
    return ClientProfile.objects.filter(client_id=client_id).annotate(categories=named).get()


def profile_of(client_id: int) -> ClientProfile:
    """How staff speak in the client's name; one statement."""
    return ClientProfile.objects.get(client_id=client_id)


def categories(client_id: int) -> list[tuple[int, str]]:
    """A client's categories as (id, name), in its own order; one statement."""
    found = TicketCategory.objects.filter(client_id=client_id).order_by("position", "name")
    return list(found.values_list("pk", "name"))


def earlier_tickets(
    actor: Actor, customer: Customer, *, without: int | None = None, most: int = EARLIER
) -> list[Ticket]:
    """The customer's other tickets that the actor may read, the newest first; one statement."""
    found = Ticket.objects.visible_to(actor).filter(client_id=customer.client_id, customer=customer)
    if without is not None:
        found = found.exclude(pk=without)
    return list(found.order_by("-created_at")[:most])
