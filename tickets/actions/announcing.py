"""One message of many: what somebody says to every customer that something concerns, on one of their tickets."""

from datetime import datetime

from access.actor import Actor
from tickets import courts, letters, signals
from tickets.actions import handling
from tickets.actions.parts import log_change, write_message
from tickets.events import Kind, note
from tickets.models import Message, Ticket


def announce(actor: Actor, ticket: Ticket, *, body: str, by_name: str, solves: bool, at: datetime) -> Message:
    """Write to the customer of a locked open ticket in the client's name, for the person who has said it.

    It answers the customer as any answer does.  The ball stays where it is; with `solves` the ticket is solved.
    """
    message = write_message(
        actor,
        ticket,
        body=body,
        author=Message.Author.STAFF,
        audience=Message.Audience.PUBLIC,
        at=at,
        channel="desk",
        author_name=by_name,
    )
    ticket.first_answered_at = ticket.first_answered_at or at
    ticket.updated_at = at
    ticket.save(update_fields=["first_answered_at", "updated_at"])
    note(actor, ticket, Kind.REPLIED, at=at, message=message.pk)
    courts.answer(ticket, at=at)
    signals.staff_answered.send(Ticket, ticket=ticket, actor=actor, at=at)
    letters.answer(actor, ticket, message)
    if solves:
        handling.finish_as_solved(actor, ticket, at=at)
    log_change(actor, ticket, "replied", message=message.pk)
    return message
