"""Which tickets have a cause: linked one by one or many at once, and taken off again."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from access.wording import needed_line
from escalation.incidents import announcing
from escalation.incidents.parts import Happened, State, happened, lock_incident, note_on
from escalation.models import Incident, IncidentTicket
from escalation.parts import name_of
from helpdesk.lib import clock
from tickets.actions.parts import lock
from tickets.models import Ticket

MOST_AT_ONCE, LONGEST_REASON = 100, 200


def link(actor: Actor, *, client_id: int, number: int, ticket_ids: Collection[int], tell: bool = False) -> list[int]:
    """Link these tickets, those already linked left alone; gives the numbers of the new ones.

    With `tell` their customers get the newest announcement too, once.  Needs TICKET_TRIAGE, and INCIDENT_LEAD to tell.
    Raises `NotFound` for a ticket that the actor does not see, `Invalid` for none or more than a hundred.
    """
    row = lock_incident(actor, client_id, number, Right.TICKET_TRIAGE)
    if tell:
        actor.require(Right.INCIDENT_LEAD, client_id)
    if row.state == State.CLOSED:
        raise Conflict(_("This is closed. Open it again first."))
    if not ticket_ids or len(ticket_ids) > MOST_AT_ONCE:
        raise Invalid(_("Choose tickets, a hundred at a time at most."), "tickets")
    now = clock.now()
    # In one order, so that two who link the same ones never wait for each other.
    tickets = [lock(actor, pk, client_id=client_id) for pk in sorted(set(ticket_ids))]
    fresh = [ticket for ticket in tickets if put_link(actor, row, ticket, at=now)]
    if tell and fresh:
        announcing.say_again(row, fresh)
    return [ticket.number for ticket in fresh]


def put_link(actor: Actor, row: Incident, ticket: Ticket, *, at: datetime) -> bool:
    """Link a locked ticket, and say so on both; tells whether it was not linked before."""
    name = name_of(actor, row.client_id)[:160]
    _link, is_new = IncidentTicket.objects.get_or_create(
        client_id=row.client_id, incident=row, ticket=ticket, defaults={"linked_at": at, "linked_by_name": name}
    )
    if is_new:
        happened(actor, row, Happened.LINKED, at=at, ticket=ticket.number)
        note_on(actor, ticket, row, "linked", at=at)
    return is_new


def unlink(actor: Actor, *, client_id: int, number: int, ticket_id: int, reason: str) -> None:
    """Take a ticket off again, for a reason; one that was never linked is left alone.

    Needs TICKET_TRIAGE; raises `NotFound`, `Invalid` without a reason, and `Conflict` for the ticket that a major
    incident was declared on.
    """
    row = lock_incident(actor, client_id, number, Right.TICKET_TRIAGE)
    ticket = lock(actor, ticket_id, client_id=client_id)
    if row.parent_id == ticket.pk and row.state != State.CLOSED:
        raise Conflict(_("The incident was declared on this ticket: it stays linked."))
    said = needed_line(reason, "reason", LONGEST_REASON, _("Say why this ticket is taken off."))
    gone, _each = IncidentTicket.objects.filter(client_id=client_id, incident=row, ticket=ticket).delete()
    if gone:
        now = clock.now()
        announcing.forget(row, ticket)
        happened(actor, row, Happened.UNLINKED, at=now, ticket=ticket.number, reason=said)
        note_on(actor, ticket, row, "unlinked", at=now)


def ids_of(actor: Actor, client_id: int, numbers: Collection[int]) -> list[int]:
    """The tickets with these numbers that the actor sees; raises `NotFound` where one of them is none."""
    found = Ticket.objects.visible_to(actor).filter(client_id=client_id, number__in=list(numbers))
    ids = list(found.values_list("pk", flat=True))
    if len(ids) != len(set(numbers)):
        raise NotFound
    return ids
