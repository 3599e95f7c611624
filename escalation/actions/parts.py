"""What the actions share: locks, names, the end of a climb, the log."""

from datetime import datetime

from access.actor import Actor
from access.errors import NotFound
from access.rights import Right
from escalation import dispatch
from escalation.errors import AlreadyAnswered
from escalation.models import Escalation, EscalationStep
from tickets.actions.parts import log_change as log_ticket_change
from tickets.models import Ticket

ESCALATION = "escalation"


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


def cancel_pending(escalation: Escalation, *, at: datetime) -> list[EscalationStep]:
    """Tell nobody any more; returns all steps of the escalation."""
    steps = list(escalation.steps.order_by("position"))
    pending = [step for step in steps if step.attempted_at is None and step.cancelled_at is None]
    for step in pending:
        step.cancelled_at = at
    if pending:
        EscalationStep.objects.bulk_update(pending, ["cancelled_at"])
    dispatch.drop([step.pk for step in steps])
    return steps


def log_change(actor: Actor, escalation: Escalation, what: str, **detail: object) -> None:
    """The access-log entry of what was done with an escalation, and so with its ticket."""
    log_ticket_change(actor, escalation.ticket, what, also=[(ESCALATION, escalation.pk)], **detail)
