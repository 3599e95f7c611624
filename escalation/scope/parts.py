"""What every change of a request shares: its lock, its end, the ticket's history and the log."""

from typing import Any

from access import log
from access.actor import Actor
from access.errors import Conflict, NotFound
from escalation.engine import due
from escalation.models import ScopeRequest
from escalation.parts import name_of
from helpdesk.lib import clock
from tickets.actions.parts import entry_of_change
from tickets.events import Kind, note
from tickets.models import Ticket

SCOPE = "scope_request"
State = ScopeRequest.State


class AlreadyDecided(Conflict):
    """Somebody was first, or its time was over; the sentence says who and when."""


def lock_request(client_id: int, request_id: int, **more: Any) -> ScopeRequest:
    """The request with its ticket, its row locked until the transaction ends; raises `NotFound`."""
    rows = ScopeRequest.objects.select_for_update(of=("self",)).filter(client_id=client_id, pk=request_id, **more)
    row = rows.select_related("ticket", "contract").first()
    if row is None:
        raise NotFound
    return row


def settle(actor: Actor, row: ScopeRequest, state: ScopeRequest.State, **more: Any) -> None:
    """Close a locked request that waited: nobody is asked any more, its links say so, and the ticket tells it."""
    row.state, row.decided_at = state, clock.now()
    row.decided_by_name = "" if state is State.EXPIRED else name_of(actor, row.client_id)[:160]
    row.save(update_fields=["state", "decided_at", "decided_by_name"])
    due.drop(due.Kind.SCOPE, [row.pk])
    tell(actor, row, row.ticket, state.value, **more)


def tell(actor: Actor, row: ScopeRequest, ticket: Ticket, what: str, **more: Any) -> None:
    """Write what happened to a request into the ticket's history and into the access log."""
    note(actor, ticket, Kind.SCOPE, at=clock.now(), what=what, work=row.work, **more)
    log.write(actor, [entry_of_change(ticket, f"scope {what}", also=[(SCOPE, row.pk)])])
