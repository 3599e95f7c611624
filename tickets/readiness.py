"""Who may take a ticket that is new to them: whoever lacks a certificate keeps their own, and takes no others.

An urgent one can always be taken (`tickets.actions.work_now`): the client sees that it was.  That it is
urgent is said by the customer, the client's table or somebody who is cleared, not by whoever would take it.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from access import clearance
from access.actor import Actor
from access.gates import Gate
from access.models import WorkNow
from access.rights import Side
from access.soft_gates import Missing
from helpdesk.lib import clock
from tickets.errors import NotReady, NotTheirsToRaise
from tickets.events import Kind
from tickets.models import Event, Status, Ticket

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
        raise NotReady([each.name for each in closed], urgent=may_work_now(actor, ticket, closed))


def require_ready_for(card_id: int, ticket: Ticket) -> None:
    """The same for a colleague who is given the ticket; raises `NotReady`."""
    if ticket.assignee_id != card_id and (closed := clearance.closed_duties_of(ticket.client_id, card_id)):
        raise NotReady([each.name for each in closed], urgent=False, colleague=True)


def require_may_set(actor: Actor, ticket: Ticket, priority: int) -> None:
    """That the actor does not make urgent what is kept from them; raises `NotTheirsToRaise`."""
    if priority <= URGENT < ticket.priority and (closed := keeping(actor, ticket)):
        raise NotTheirsToRaise([each.name for each in closed])


def may_work_now(actor: Actor, ticket: Ticket, closed: Sequence[Missing]) -> bool:
    """Whether it is urgent, and was made so by somebody else than the actor since the first of `closed` was."""
    if ticket.priority > URGENT:
        return False
    raised = Event.objects.filter(
        client_id=ticket.client_id,
        ticket_id=ticket.pk,
        kind=Kind.PRIORITY,
        at__gte=min(each.closes_at for each in closed),
        data__before__gt=URGENT,
        data__after__lte=URGENT,
    )
    last = raised.order_by("-pk").values_list("card_id", flat=True).first()
    return last is None or last != actor.card_id(ticket.client_id)


def why_kept(missing: str) -> str:
    """What kept an answer from being sent, in words for colleagues: a gate's, or names of what is missing."""
    if missing in set(Gate):
        return str(Gate(missing).missing)
    return _("%(names)s is missing") % {"names": missing}


def _worked_now(actor: Actor, ticket: Ticket) -> bool:
    rows = WorkNow.objects.filter(client_id=ticket.client_id, ticket_id=ticket.pk)
    return rows.filter(user_id=actor.user_id or 0).exists()
