"""An urgent ticket is worked now and cleared afterwards, and the client sees that it was."""

from access import log
from access.actor import Actor
from access.errors import Conflict, NotFound
from access.models import WorkNow
from access.rights import Right
from helpdesk.lib import clock
from tickets.actions import handling
from tickets.actions.parts import lock, require
from tickets.errors import NotReady, NotTheirsToRaise
from tickets.models import Status, Ticket
from tickets.readiness import URGENT, may_work_now


def work_now(actor: Actor, *, client_id: int, ticket_id: int) -> Ticket:
    """Take an urgent ticket although something is missing, and clear it afterwards; the client is shown it.

    A second time changes nothing.  Raises `Conflict` for a ticket that is not of priority 1 or 2, or not
    open, or that the actor has made urgent without being cleared.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_REPLY, ticket)
    standing = actor.standing(client_id)
    closed = standing.closed_duties(clock.now())
    missing = [each.name for each in closed]
    if ticket.status != Status.OPEN or ticket.priority > URGENT or not closed:
        raise Conflict(NotReady.ONLY_URGENT)
    if not may_work_now(actor, ticket, closed):
        raise NotTheirsToRaise(missing)
    if actor.user_id is None or actor.vendor_id is None or standing.card_id is None:
        raise NotFound
    _row, made = WorkNow.objects.get_or_create(
        client_id=client_id,
        ticket_id=ticket.pk,
        user_id=actor.user_id,
        defaults={
            "vendor_id": actor.vendor_id,
            "card_id": standing.card_id,
            "ticket_number": ticket.number,
            "missing": missing,
            "at": clock.now(),
        },
    )
    if made:
        about = {"ticket_id": ticket.pk, "ticket_number": ticket.number}
        detail = {"what": "worked_now", "missing": missing}
        log.record(actor, client_id, log.Action.CLEARANCE, (log.TICKET, ticket.pk), detail=detail, **about)
    if ticket.assignee_id is None:
        handling.take(actor, ticket, at=clock.now())
    return ticket
