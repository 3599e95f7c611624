"""What time does to a request: the next approver is asked or reminded, and in the end it is over."""

from collections.abc import Collection
from datetime import datetime

from access.actor import Actor
from escalation.models import ScopeRequest, ScopeStep
from escalation.scope import letters
from escalation.scope.parts import settle

State = ScopeRequest.State


def look(actor: Actor, client_id: int, request_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Do what is due on these requests, each step once, in order; gives when to look at each again.

    For the sweep: the actor is the system inside one client.
    """
    following: dict[int, datetime | None] = dict.fromkeys(request_ids)
    rows = ScopeRequest.objects.select_for_update(of=("self",)).filter(
        client_id=client_id, pk__in=list(request_ids), state=State.ASKED
    )
    for row in rows.select_related("ticket", "vendor", "asked_by__user").order_by("pk"):
        following[row.pk] = _look(actor, row, at)
    return following


def _look(actor: Actor, row: ScopeRequest, at: datetime) -> datetime | None:
    if row.due_at <= at:
        settle(actor, row, State.EXPIRED)
        letters.tell_asker(row)
        return None
    steps = list(
        ScopeStep.objects.filter(client_id=row.client_id, request=row, told_at=None)
        .select_related("contact")
        .order_by("position")
    )
    for step in steps:
        if step.due_at <= at:
            step.told_at = at
            step.save(update_fields=["told_at"])
            letters.ask(actor, row, step)
    return min([row.due_at, *(step.due_at for step in steps if step.told_at is None)])
