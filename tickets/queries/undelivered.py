"""Letters and calls that the outbox gave up: on one ticket, and over all clients of a reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from access.actor import Actor
from access.rights import Right, Side
from helpdesk.lib.paging import Order
from post import kinds, reasons
from post.kinds import Whose, can_send_again
from post.models import OutboxCall, OutboxMail
from tickets.models import Ticket
from tickets.records import Record, Relation, name_in_list, show, without_addresses

ORDER: Order = ("-id",)
COUNTED_MOST = 99


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One letter on a ticket: to whom, why it never arrived, and since when; `message_id` where it carried one."""

    id: int
    kind: str
    to: str
    address: str
    why: str
    said: str
    at: datetime
    message_id: int | None

    @property
    def can_send_again(self) -> bool:
        """Whether sending it again makes sense."""
        return can_send_again(self.kind)


def made(told: Sequence[dict[str, Any]], whose: Record, relation: Relation) -> list[Undelivered]:
    """The letters of a ticket, as `tickets_ticket` told them; the customer's fields as this reader may see them."""
    name, customers = name_in_list(whose.shown("name", relation).text), kinds.of(Whose.CUSTOMER)
    return [
        Undelivered(
            id=row["id"],
            kind=row["kind"],
            to=name if row["kind"] in customers else row["to_name"] or row["to_address"],
            address=show(whose.specs["email"], row["to_address"], relation).text
            if row["kind"] in customers
            else row["to_address"],
            why=without_addresses(str(reasons.in_words(row["said"]))),
            said=without_addresses(row["said"]),
            at=datetime.fromisoformat(row["at"]),
            message_id=int(row["unique"].partition("/")[2]) if row["kind"] == "answer" else None,
        )
        for row in told
    ]


def undelivered(actor: Actor, client_ids: Sequence[int] | None = None) -> QuerySet[Any]:
    """Letters that were given up, of those that the actor may see (`letters`)."""
    return letters(actor, client_ids).filter(state=OutboxMail.State.DEAD)


def letters(actor: Actor, client_ids: Sequence[int] | None = None) -> QuerySet[Any]:
    """The letters where the actor may answer customers, of tickets that the actor may read.

    Letters of no ticket are for those who read every ticket: what went to customers, such as links to sign in, to
    people of the actor's own side, and for the client's own also what its deciders were mailed.  Each kind has its
    rule (`post.kinds.Whose`).  Each with `number` and `topic` of its ticket.
    """
    answering = [i for i in actor.clients_with(Right.TICKET_REPLY) if client_ids is None or i in client_ids]
    tickets = Ticket.objects.visible_to(actor).filter(client_id=OuterRef("client_id"), pk=OuterRef("ticket_id"))
    everything = actor.clients_with(Right.TICKET_READ_ALL)
    rows = OutboxMail.objects.filter(client_id__in=answering)
    ours = Ticket.objects.filter(client_id=OuterRef("client_id"), pk=OuterRef("ticket_id"), vendor_id=actor.vendor_id)
    rows = rows.exclude(~Exists(ours), kind__in=kinds.of(Whose.VENDOR))
    mine = Q(kind__in=kinds.of(Whose.CUSTOMER))
    if actor.side is Side.VENDOR:
        rows = rows.exclude(kind__in=kinds.of(Whose.CLIENT))
        mine |= Q(kind__in=kinds.of(Whose.SIDE), vendor_id=actor.vendor_id or 0)
    else:
        mine |= Q(kind__in=kinds.of(Whose.CLIENT)) | Q(kind__in=kinds.of(Whose.SIDE), vendor_id=None)
    rows = rows.filter(Exists(tickets) | Q(mine, ticket_id=None, client_id__in=everything))
    return rows.annotate(number=Subquery(tickets.values("number")[:1]), topic=Subquery(tickets.values("subject")[:1]))


def calls(actor: Actor, client_ids: Sequence[int] | None = None) -> QuerySet[Any]:
    """Given up calls: of the client's endpoints for those who look after them, of a vendor's for its own people.

    Those of a ticket that the actor may read have its `number` and `topic`; a vendor's people see no others.
    """
    tickets = Ticket.objects.visible_to(actor).filter(client_id=OuterRef("client_id"), pk=OuterRef("ticket_id"))
    answering = [i for i in actor.clients_with(Right.TICKET_REPLY) if client_ids is None or i in client_ids]
    rows = OutboxCall.objects.filter(client_id__in=answering, state=OutboxCall.State.DEAD).select_related("endpoint")
    if actor.side is Side.VENDOR:
        rows = rows.filter(Exists(tickets), vendor=actor.vendor_id)
    else:
        rows = rows.filter(client_id__in=actor.clients_with(Right.SOURCES_EDIT), vendor=None)
    return rows.annotate(number=Subquery(tickets.values("number")[:1]), topic=Subquery(tickets.values("subject")[:1]))


def count(actor: Actor, client_ids: Sequence[int] | None = None) -> int:
    """How many those letters are, counted up to `COUNTED_MOST`; one statement."""
    return undelivered(actor, client_ids).order_by()[:COUNTED_MOST].count()


def count_calls(actor: Actor, client_ids: Sequence[int] | None = None) -> int:
    """How many calls those are, counted up to `COUNTED_MOST`; one statement."""
    return calls(actor, client_ids).order_by()[:COUNTED_MOST].count()
