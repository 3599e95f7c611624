"""The conversation as the page shows it: messages, notes and small lines of what happened, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from access.actor import Actor, ClientFace
from helpdesk.lib.html import plain_to_html
from tickets.desk import sentences
from tickets.models import Attachment, Event, Message
from tickets.queries.ticket_page import TicketPage
from tickets.queries.undelivered import Undelivered


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the thread; `kind` is theirs, ours, own (the vendor's note), both (a shared note) or event."""

    kind: str
    at: datetime
    name: str = ""
    html: SafeString | str = ""
    text: str = ""
    icon: str = ""
    files: Sequence[Attachment] = field(default_factory=tuple)
    source: str = ""
    revision: int = 0
    unverified: bool = False
    number: int = 0
    undelivered: Undelivered | None = None


def entries(actor: Actor, page: TicketPage, client: ClientFace, vendor_name: str) -> list[Entry]:
    """The thread, the oldest first."""
    told = [_message(message, page) for message in page.messages]
    lines = [event for event in page.events if event.kind not in sentences.NOT_IN_THREAD]
    told += [_event(event, page, client, vendor_name) for event in lines]
    return sorted(told, key=lambda entry: entry.at)


def history(page: TicketPage, client: ClientFace, vendor_name: str) -> list[Entry]:
    """Everything that happened, the newest first."""
    return [_event(event, page, client, vendor_name) for event in reversed(page.events)]


def _event(event: Event, page: TicketPage, client: ClientFace, vendor_name: str) -> Entry:
    text = sentences.sentence(
        event, client_name=client.name, record=page.record, relation=page.relation, vendor_name=vendor_name
    )
    return Entry("event", event.at, text=text, icon=sentences.icon(event))


def _message(message: Message, page: TicketPage) -> Entry:
    revision = message.revision
    return Entry(
        kind=_kind(message),
        at=message.created_at,
        name=_name(message, page.customer_name),
        html=plain_to_html(message.body),
        files=page.files.get(message.pk, ()),
        source=revision.title if revision else "",
        revision=revision.number if revision else 0,
        unverified=message.unverified,
        number=message.pk,
        undelivered=next((letter for letter in page.undelivered if letter.message_id == message.pk), None),
    )


def _kind(message: Message) -> str:
    if message.audience == Message.Audience.VENDOR:
        return "own"
    if message.audience == Message.Audience.SHARED:
        return "both"
    return "theirs" if message.author == Message.Author.CUSTOMER else "ours"


def _name(message: Message, customer: str) -> str:
    if message.author == Message.Author.CUSTOMER:
        return customer
    return message.card.name if message.card else message.author_name or _("Support")
