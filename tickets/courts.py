"""In whose court a ticket is, and since when its customer waits.

The only code that touches `HolderSpan`, `WaitSpan`, `Ticket.holder` and `Ticket.asked_at`;
actions call it with the ticket's row locked.
"""

from datetime import datetime

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from access import scope
from access.actor import Actor
from tickets import signals
from tickets.events import Kind, note
from tickets.models import Holder, HolderSpan, Ticket, WaitSpan

# Every ticket begins with both: one statement, and by hand because the ORM takes longer than the database.
_BEGIN = """
WITH stretch AS (
  INSERT INTO tickets_holderspan (client_id, ticket_id, holder, started_at, void) VALUES (%s, %s, %s, %s, false)
)
INSERT INTO tickets_waitspan (client_id, ticket_id, asked_at) VALUES (%s, %s, %s)
"""


def begun(at: datetime) -> dict[str, datetime]:
    """What a ticket that a customer opens has from the beginning; `start` writes the rest of it."""
    return {"asked_at": at}


def start(ticket: Ticket, *, at: datetime) -> None:
    """Begin the first stretch, and the customer's wait, of a ticket that was inserted with `begun`."""
    scope.require()
    of = (ticket.client_id, ticket.pk)
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [*of, Holder(ticket.holder).value, at, *of, at])


def move(actor: Actor, ticket: Ticket, holder: Holder, *, at: datetime, void: bool = False) -> None:
    """Put the ticket into another court; `void` takes back the stretch that ends now.

    Does nothing where it is there already.
    """
    before = Holder(ticket.holder)
    if before is holder:
        return
    finish(ticket, at=at, void=void)
    HolderSpan.objects.create(client_id=ticket.client_id, ticket=ticket, holder=holder, started_at=at)
    ticket.holder = holder
    ticket.updated_at = at
    ticket.save(update_fields=["holder", "updated_at"])
    note(actor, ticket, Kind.HOLDER, at=at, before=before.value, after=holder.value)
    signals.holder_moved.send(Ticket, ticket=ticket, actor=actor, at=at, before=before, void=void)


def finish(ticket: Ticket, *, at: datetime, void: bool = False) -> None:
    """End the running stretch (the ticket is solved, closed or moves).

    By a clock that was put back meanwhile it ends where it began.
    """
    running = HolderSpan.objects.filter(client_id=ticket.client_id, ticket=ticket, ended_at=None)
    running.update(ended_at=Greatest(F("started_at"), at), void=void)


def resume(ticket: Ticket, holder: Holder, *, at: datetime) -> None:
    """Begin a new stretch on a ticket that is opened again.

    The wait of a customer whom nobody ever answered goes on from their first question.
    """
    ticket.holder = holder
    HolderSpan.objects.create(client_id=ticket.client_id, ticket=ticket, holder=holder, started_at=at)
    if ticket.first_answered_at is None:
        _wait_on(ticket)


def ask(ticket: Ticket, *, at: datetime) -> None:
    """The customer asks: their wait begins, unless they wait already."""
    if ticket.asked_at is None:
        WaitSpan.objects.create(client_id=ticket.client_id, ticket=ticket, asked_at=at)
        ticket.asked_at = at
        ticket.save(update_fields=["asked_at"])


def merge(ticket: Ticket, into: Ticket, *, at: datetime) -> None:
    """The locked ticket becomes a part of the other: its stretch ends, and its customer's wait goes on over there.

    Who has waited on both has waited since they asked first.
    """
    finish(ticket, at=at)
    waits = WaitSpan.objects.filter(client_id=ticket.client_id, answered_at=None)
    if ticket.asked_at is None:
        return
    if into.asked_at is None:
        waits.filter(ticket=ticket).update(ticket=into)
        into.asked_at = ticket.asked_at
        into.save(update_fields=["asked_at"])
    else:
        if ticket.asked_at < into.asked_at:
            waits.filter(ticket=into).update(asked_at=ticket.asked_at)
            into.asked_at = ticket.asked_at
            into.save(update_fields=["asked_at"])
        waits.filter(ticket=ticket).delete()
    ticket.asked_at = None
    ticket.save(update_fields=["asked_at"])


def answer(ticket: Ticket, *, at: datetime) -> None:
    """We answer, or solve: the customer's wait ends."""
    if ticket.asked_at is not None:
        waiting = WaitSpan.objects.filter(client_id=ticket.client_id, ticket=ticket, answered_at=None)
        waiting.update(answered_at=Greatest(F("asked_at"), at))
        ticket.asked_at = None
        ticket.save(update_fields=["asked_at"])


def _wait_on(ticket: Ticket) -> None:
    """The last wait as if it had never ended."""
    last = WaitSpan.objects.filter(client_id=ticket.client_id, ticket=ticket).order_by("asked_at", "pk").last()
    if last is not None and ticket.asked_at is None:
        last.answered_at, ticket.asked_at = None, last.asked_at
        last.save(update_fields=["answered_at"])
        ticket.save(update_fields=["asked_at"])


def workers(ticket: Ticket) -> Holder:
    """Whose court it is when work goes on: the client's where its own people took over."""
    assignee = ticket.assignee
    return Holder.CLIENT if assignee is not None and assignee.vendor_id is None else Holder.VENDOR
