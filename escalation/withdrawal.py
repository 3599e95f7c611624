"""Ends an escalation when its ticket is solved or closed by somebody else.

A customer may close their own ticket and sees no escalations; for them a task does it after the
commit, and the watch in the dispatch table is what makes sure.
"""

from typing import Any

from access.actor import Actor
from access.commit import after_commit
from access.rights import Side
from escalation.models import Escalation
from escalation.parts import end_with_ticket
from tickets import signals
from tickets.models import Ticket


def listen() -> None:
    """Subscribe to tickets that are done."""
    signals.ticket_solved.connect(_ended, dispatch_uid="escalation.withdrawal.solved")


def _ended(*, ticket: Ticket, actor: Actor, at: Any, **more: Any) -> None:
    if actor.side is Side.CUSTOMER:
        client_id, ticket_id = ticket.client_id, ticket.pk
        after_commit(lambda: _nudge(client_id, ticket_id))
        return
    running = Escalation.objects.select_for_update().filter(client_id=ticket.client_id, ticket=ticket, ended_at=None)
    for escalation in running:
        escalation.ticket = ticket
        end_with_ticket(actor, escalation, at=at)


def _nudge(client_id: int, ticket_id: int) -> None:
    from escalation.tasks import look_at_climb

    look_at_climb.delay(client_id, ticket_id)
