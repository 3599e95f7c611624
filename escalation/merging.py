"""What a merge means for escalations, requests for work and incidents of the ticket that goes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict
from escalation.actions.answers import give_way
from escalation.incidents import announcing
from escalation.incidents.linking import put_link
from escalation.models import Escalation, Incident, IncidentTicket, ScopeRequest
from tickets import signals
from tickets.models import Ticket


def listen() -> None:
    """Subscribe to tickets that are merged."""
    signals.before_merge.connect(_before, dispatch_uid="escalation.merging._before")


def _before(*, ticket: Ticket, into: Ticket, actor: Actor, at: datetime, **more: Any) -> None:
    """Refuse where something is left to decide; else nobody is asked about it any more, and its cause goes along."""
    about = {"client_id": ticket.client_id, "ticket": ticket}
    if ScopeRequest.objects.filter(state__in=[ScopeRequest.State.ASKED, ScopeRequest.State.APPROVED], **about).exists():
        raise Conflict(_("Work outside the contract was asked for on this ticket. Finish it, or take it back, first."))
    if Incident.objects.filter(client_id=ticket.client_id, parent=ticket, state__in=Incident.LASTING).exists():
        raise Conflict(_("A major incident was declared on this ticket: merge the other one into it."))
    for escalation in Escalation.objects.select_for_update().filter(ended_at=None, **about):
        escalation.ticket = ticket
        give_way(actor, ticket, escalation, at=at)
    for link in IncidentTicket.objects.filter(**about).exclude(incident__state=Incident.State.CLOSED):
        put_link(actor, link.incident, into, at=at)
    announcing.go_along(ticket, into, at=at)
