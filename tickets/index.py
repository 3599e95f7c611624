"""Keeps the words of tickets findable, and finds them; see `tickets.models.SearchRow`."""

from django.db import connection

from access import scope
from tickets.models import Message, Ticket

_INSERT = (
    "INSERT INTO tickets_searchrow"
    " (client_id, ticket_id, message_id, audience, vendor_id, customer_id, vector)"
    " VALUES (%s, %s, %s, %s, %s, %s, to_tsvector('simple', left(%s, 100000)))"
)


def index_subject(ticket: Ticket) -> None:
    """Make a ticket findable by the words of its subject."""
    _write(ticket, None, Message.Audience.PUBLIC, None, ticket.subject)


def index_message(ticket: Ticket, message: Message) -> None:
    """Make a ticket findable by the words of one message, for those who may read the message."""
    _write(ticket, message.pk, message.audience, message.vendor_id, message.body)


def _write(ticket: Ticket, message_id: int | None, audience: str, vendor_id: int | None, text: str) -> None:
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT, [ticket.client_id, ticket.pk, message_id, audience, vendor_id, ticket.customer_id, text]
        )


def find(words: str, *, most: int = 200) -> list[int]:
    """Ids of tickets with these words, best first, inside the scope entered; one statement."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticket_id FROM tickets_search(%s, %s)", [words[:300], most])
        return [ticket_id for (ticket_id,) in cursor.fetchall()]
