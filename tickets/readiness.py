"""Who may take a ticket that is new to them: whoever lacks a certificate keeps their own, and takes no others.

An urgent one can always be taken (`tickets.actions.work_now`): the client sees that it was.
"""

from django.utils.translation import gettext as _

from access import clearance
from access.actor import Actor
from access.gates import Gate
from access.models import WorkNow
from access.rights import Side
from access.soft_gates import Missing
from helpdesk.lib import clock
from tickets.errors import NotReady
from tickets.models import Status, Ticket

URGENT = 2


def open_urgent(client_id: int) -> int:
    """How many open tickets of priority 1 and 2 a client has."""
    return Ticket.objects.filter(client_id=client_id, status=Status.OPEN, priority__lte=URGENT).count()


def keeping(actor: Actor, ticket: Ticket) -> tuple[Missing, ...]:
    """What keeps the ticket from the actor: nothing where it is theirs, or they work it before clearance."""
    if actor.side is not Side.VENDOR or ticket.assignee_id == actor.card_id(ticket.client_id):
        return ()
    closed = actor.standing(ticket.client_id).closed_duties(clock.now())
    return () if closed and _worked_now(actor, ticket) else closed


def require_ready(actor: Actor, ticket: Ticket) -> None:
    """That nothing keeps the locked ticket from the actor; raises `NotReady`."""
    if closed := keeping(actor, ticket):
        raise NotReady([each.name for each in closed], urgent=ticket.priority <= URGENT)


def require_ready_for(card_id: int, ticket: Ticket) -> None:
    """The same for a colleague who is given the ticket; raises `NotReady`."""
    if ticket.assignee_id != card_id and (closed := clearance.closed_duties_of(ticket.client_id, card_id)):
        raise NotReady([each.name for each in closed], urgent=False, colleague=True)


def why_kept(missing: str) -> str:
    """What kept an answer from being sent, in words for colleagues: a gate's, or names of what is missing."""
    if missing in set(Gate):
        return str(Gate(missing).missing)
    return _("%(names)s is missing") % {"names": missing}


def _worked_now(actor: Actor, ticket: Ticket) -> bool:
    rows = WorkNow.objects.filter(client_id=ticket.client_id, ticket_id=ticket.pk)
    return rows.filter(user_id=actor.user_id or 0).exists()
