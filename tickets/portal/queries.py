"""What the portal's pages need, read inside one customer's scope."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BigIntegerField, F, PositiveSmallIntegerField, Value
from django.utils.safestring import SafeString

from access.actor import Actor
from helpdesk.lib import html, paging
from tickets.categories import arranged
from tickets.models import Attachment, Holder, ImpactWords, Message, Service, Status, Ticket, TicketCategory

PAGE = 20
THREAD = 200
ORDER = ("-created_at", "-id")
ANSWERS = ("first_response", "next_response")
SHOWS = ("all", "open", "done")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread as its customer sees it."""

    id: int
    ours: bool
    name: str
    body: SafeString
    at: datetime
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form lets a customer choose from, as (id, name): categories in the client's order, services by name."""

    categories: list[tuple[int, str]]
    services: list[tuple[int, str]]


def offered(client_id: int) -> Offered:
    """The client's categories and services that its portal offers; one query."""
    facts = ("is_category", "place", "name", "pk", "under")
    categories = TicketCategory.objects.filter(client_id=client_id, is_offered=True, is_retired=False).annotate(
        is_category=Value(True), place=F("position"), under=F("parent_id")
    )
    services = Service.objects.filter(client_id=client_id, is_offered=True, is_retired=False).annotate(
        is_category=Value(False),
        place=Value(0, output_field=PositiveSmallIntegerField()),
        under=Value(None, output_field=BigIntegerField()),
    )
    rows = list(categories.values_list(*facts).union(services.values_list(*facts), all=True).order_by("place", "name"))
    # Of what isn't offered not even the name is told: what stands under it is offered without it.
    tree = arranged(
        TicketCategory(pk=pk, name=name, position=at, parent_id=up) for is_it, at, name, pk, up in rows if is_it
    )
    return Offered(
        categories=[(each.category.pk, each.path) for each in tree],
        services=[(pk, name) for is_it, _at, name, pk, _up in rows if not is_it],
    )


def impact_words(client_id: int, language: str) -> list[tuple[int, str]]:
    """The client's own sentences for what its customers can't do, gravest first; empty without any; one query."""
    rows = ImpactWords.objects.filter(client_id=client_id, language=language).order_by("impact")
    return list(rows.values_list("impact", "words"))


def own_tickets(actor: Actor, client_id: int, *, show: str, cursor: str | None) -> paging.Page[Ticket]:
    """The customer's tickets, newest first; one query.  Raises `paging.BadCursor`."""
    rows = Ticket.objects.filter(client_id=client_id, customer_id=actor.customer_id or 0, merged_into=None)
    if show == "open":
        rows = rows.filter(status=Status.OPEN)
    elif show == "done":
        rows = rows.exclude(status=Status.OPEN)
    return paging.keyset(rows, order=ORDER, cursor=cursor, size=PAGE)


def own_ticket(actor: Actor, client_id: int, number: int) -> Ticket | None:
    """The customer's ticket with this number; one query."""
    rows = Ticket.objects.filter(client_id=client_id, number=number, customer_id=actor.customer_id or 0)
    return rows.select_related("customer").first()


def thread(ticket: Ticket, *, before: int | None = None, limited: bool = False) -> tuple[list[Line], int | None]:
    """Up to `THREAD` public messages, oldest first, with their files, and the id to ask for what was before.

    For a reader `limited` to this ticket without what was merged into it.  Two queries.
    """
    rows = Message.objects.filter(client_id=ticket.client_id, ticket=ticket, audience=Message.Audience.PUBLIC)
    if limited:
        rows = rows.filter(merged_from=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    newest = list(rows.select_related("card").order_by("-pk")[: THREAD + 1])
    shown = newest[:THREAD][::-1]
    files = _files(ticket, [message.pk for message in shown])
    earlier = shown[0].pk if len(newest) > THREAD else None
    return [_line(ticket, message, files.get(message.pk, [])) for message in shown], earlier


def _files(ticket: Ticket, message_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    rows = Attachment.objects.filter(client_id=ticket.client_id, message_id__in=list(message_ids))
    for attachment in rows.select_related("file").order_by("pk"):
        found.setdefault(attachment.message_id, []).append(attachment)
    return found


def _line(ticket: Ticket, message: Message, files: list[Attachment]) -> Line:
    ours = message.author != Message.Author.CUSTOMER
    name = message.card.name if ours and message.card else ""
    return Line(message.pk, ours, name, html.plain_to_html(message.body), message.created_at, files)


def attached(ticket: Ticket) -> list[Attachment]:
    """The files that came with a ticket's public messages, with their bytes' names and sizes; one query."""
    rows = Attachment.objects.filter(client_id=ticket.client_id, ticket=ticket, audience=Message.Audience.PUBLIC)
    return list(rows.select_related("file").order_by("pk"))


def answer_due(ticket: Ticket) -> datetime | None:
    """Until when we have promised to answer; None where the customer doesn't wait or nothing is promised."""
    if ticket.status != Status.OPEN or ticket.asked_at is None or ticket.holder != Holder.VENDOR:
        return None
    return ticket.due_at if ticket.due_metric in ANSWERS else None
