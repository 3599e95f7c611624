"""What every change of an escalation shares: locks, names, the end of a climb, the log."""

from datetime import datetime

from access import log
from access.actor import Actor
from access.errors import Invalid, NotFound
from access.rights import Right
from escalation import timers
from escalation.engine import due
from escalation.errors import AlreadyAnswered
from escalation.matrix.document import fold
from escalation.models import Contact, ContactGroup, Escalation, EscalationStep
from helpdesk.lib.locks import hold
from tickets.actions.parts import entry_of_change
from tickets.events import Kind, note
from tickets.models import Ticket

ESCALATION = "escalation"


def refuse_taken(row: Contact | ContactGroup, sentence: str) -> None:
    """Raise `Invalid` where another one of the client's is called so, in whatever letters: sheets name them.

    Of two at once the second waits, and is refused.
    """
    hold(type(row).__name__, row.client_id)
    others = type(row).objects.filter(client_id=row.client_id).exclude(pk=row.pk or 0)
    if fold(row.name) in map(fold, others.values_list("name", flat=True)):
        raise Invalid(sentence, "name")


def lock_open(actor: Actor, client_id: int, escalation_id: int, right: Right) -> tuple[Ticket, Escalation]:
    """The ticket and its running escalation, locked in this order.

    Raises `NotFound`, `RightMissing`, or `AlreadyAnswered` where it has ended.
    """
    actor.require(right, client_id)
    ticket_id = Escalation.objects.filter(client_id=client_id, pk=escalation_id).values_list("ticket_id", flat=True)
    ticket, escalation = lock_both(client_id, ticket_id.first(), escalation_id)
    if escalation.ended_at is not None:
        raise AlreadyAnswered(escalation)
    return ticket, escalation


def lock_both(client_id: int, ticket_id: int | None, escalation_id: int) -> tuple[Ticket, Escalation]:
    """The ticket and its escalation, locked until the transaction ends; raises `NotFound`."""
    if ticket_id is None:
        raise NotFound
    tickets = Ticket.objects.select_for_update(of=("self",)).select_related("assignee", "customer", "vendor")
    ticket = tickets.filter(client_id=client_id, pk=ticket_id).first()
    escalation = Escalation.objects.select_for_update().filter(client_id=client_id, pk=escalation_id).first()
    if ticket is None or escalation is None:
        raise NotFound
    escalation.ticket = ticket
    return ticket, escalation


def name_of(actor: Actor, client_id: int) -> str:
    """The actor's name as this client's people know it."""
    return actor.standing(client_id).card_name or actor.name


def cancel_pending(escalation: Escalation, *, at: datetime) -> None:
    """Tell nobody any more, and nobody again."""
    steps = EscalationStep.objects.filter(client_id=escalation.client_id, escalation=escalation)
    steps.filter(cancelled_at=None).update(cancelled_at=at)


def end(actor: Actor, escalation: Escalation, state: Escalation.State, answer: str, *, at: datetime) -> None:
    """Close an escalation and its steps; its links die with it."""
    escalation.state, escalation.answer, escalation.ended_at = state, answer, at
    escalation.answered_by_name = name_of(actor, escalation.client_id)[:160]
    escalation.save(update_fields=["state", "answer", "ended_at", "answered_by_name"])
    cancel_pending(escalation, at=at)
    due.drop(due.Kind.CLIMB, [escalation.pk])


def end_with_ticket(actor: Actor, escalation: Escalation, *, at: datetime) -> None:
    """End an escalation whose locked ticket was solved or closed meanwhile: nobody asks any more."""
    end(actor, escalation, Escalation.State.SOLVED, "", at=at)
    timers.client_spared(escalation.ticket, at=at)
    note(actor, escalation.ticket, Kind.WITHDRAWN, at=at, name=escalation.answered_by_name, escalation=escalation.pk)
    log_change(actor, escalation, "ended with the ticket")


def log_change(actor: Actor, escalation: Escalation, what: str, **detail: object) -> None:
    """The access-log entry of what was done with an escalation, and so with its ticket."""
    log.write(actor, [change_entry(escalation, what, **detail)])


def change_entry(escalation: Escalation, what: str, **detail: object) -> log.Entry:
    """The same, to be written with others."""
    return entry_of_change(escalation.ticket, what, also=[(ESCALATION, escalation.pk)], **detail)
