"""Steps that several actions share: fetch and lock, write a message, log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from access import log
from access.actor import Actor
from access.errors import NotFound
from access.rights import Right, Side
from access.wording import one_line, whole_text
from knowledgebase.models import Revision
from post import files
from tickets import index
from tickets.errors import Empty
from tickets.models import Attachment, DraftFile, Message, Ticket

LONGEST_BODY = 100_000
LONGEST_SUBJECT = 300


def lock(actor: Actor, ticket_id: int, *, client_id: int) -> Ticket:
    """The ticket with its row locked until the transaction ends.

    Raises `NotFound` where it isn't visible to the actor, or doesn't exist.
    """
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("assignee", "customer")
    if actor.side is not Side.CUSTOMER:
        rows = rows.visible_to(actor)
    ticket = rows.filter(client_id=client_id, pk=ticket_id).first()
    if ticket is None:
        raise NotFound
    return ticket


def require(actor: Actor, right: Right, ticket: Ticket) -> None:
    """That staff hold the right at the ticket's client; raises `RightMissing` or `NotFound`."""
    actor.require(right, ticket.client_id)


def require_customer(actor: Actor, ticket: Ticket) -> None:
    """That the actor is the ticket's own customer; raises `NotFound`."""
    if actor.side is not Side.CUSTOMER or actor.customer_id != ticket.customer_id:
        raise NotFound


def body_of(text: str) -> str:
    """A message's text, cleaned; raises `Empty` or `Invalid`."""
    cleaned = whole_text(text, "body", LONGEST_BODY)
    if not cleaned:
        raise Empty
    return cleaned


def subject_of(text: str) -> str:
    """A ticket's subject, one cleaned line; raises `Empty` or `Invalid`."""
    cleaned = one_line(text, "subject", LONGEST_SUBJECT)
    if not cleaned:
        raise Empty("subject")
    return cleaned


def write_message(
    actor: Actor,
    ticket: Ticket,
    *,
    body: str,
    author: Message.Author,
    audience: Message.Audience,
    at: datetime,
    channel: str,
    uploads: Sequence[files.Incoming] = (),
    kept: Sequence[DraftFile] = (),
    revision: Revision | None = None,
    mail_message_id: str = "",
    unverified: bool = False,
    external_id: str = "",
    author_name: str = "",
    opens: bool = False,
) -> Message:
    """Write one message with its files and its words in the index; `author_name` is for staff without a card.

    `kept` are files that were kept with a draft, which is over with it; `opens` says that the ticket begins with it.
    """
    message = Message.objects.create(
        client_id=ticket.client_id,
        ticket=ticket,
        customer_id=ticket.customer_id,
        vendor_id=actor.vendor_id if audience is Message.Audience.VENDOR else None,
        author=author,
        card_id=actor.card_id(ticket.client_id) if author is Message.Author.STAFF else None,
        author_name=author_name,
        audience=audience,
        body=body,
        channel=channel,
        revision=revision,
        mail_message_id=mail_message_id,
        unverified=unverified,
        external_id=external_id,
        created_at=at,
    )
    _attach(message, uploads, kept)
    index.index_message(ticket, message, opens=opens)
    return message


def _attach(message: Message, uploads: Sequence[files.Incoming], kept: Sequence[DraftFile]) -> None:
    """Put files on a message: those that were kept with a draft first, then those that came with it."""
    whose: dict[str, Any] = {
        "client_id": message.client_id,
        "customer_id": message.customer_id,
        "vendor_id": message.vendor_id,
    }
    for row in kept:
        row.delete()
        row.file.audience, row.file.vendor_id = message.audience, message.vendor_id
        row.file.save(update_fields=["audience", "vendor_id"])
    fresh = [files.store(incoming=incoming, audience=message.audience, **whose) for incoming in uploads]
    for stored in (*(row.file for row in kept), *fresh):
        Attachment.objects.create(
            message=message, ticket_id=message.ticket_id, audience=message.audience, file=stored, **whose
        )


def log_change(
    actor: Actor, ticket: Ticket, what: str, *, also: Sequence[tuple[str, int]] = (), **detail: object
) -> None:
    """The access-log entry of a change to a ticket, and so to its customer's record; `also` are further records."""
    log.write(actor, [entry_of_change(ticket, what, also=also, **detail)])


def entry_of_change(ticket: Ticket, what: str, *, also: Sequence[tuple[str, int]] = (), **detail: object) -> log.Entry:
    """The same, to be written with others."""
    return log.Entry(
        ticket.client_id,
        log.Action.CHANGE,
        ((log.TICKET, ticket.pk), (log.CUSTOMER, ticket.customer_id), *also),
        ticket_id=ticket.pk,
        ticket_number=ticket.number,
        detail={"what": what, **detail},
    )
