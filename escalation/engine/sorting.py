"""Tickets whose category stands elsewhere now: their open clocks have the targets that hold for it there."""

from collections.abc import Collection, Set
from datetime import datetime
from typing import Any

from access.actor import Actor
from escalation import timers
from escalation.engine import due
from escalation.engine.beginnings import SOON, locked
from tickets import signals
from tickets.models import Status, Ticket


def listen() -> None:
    """Subscribe to categories that move."""
    signals.categories_moved.connect(_moved, dispatch_uid="escalation.engine.sorting._moved")


def look(actor: Actor, client_id: int, ticket_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Count the open clocks of these tickets anew; a second time changes nothing.  Those held by others come soon."""
    held = locked(client_id, ticket_ids)
    missing = [pk for pk in ticket_ids if pk not in held]
    there = Ticket.objects.filter(client_id=client_id, pk__in=missing).values_list("pk", flat=True) if missing else ()
    for ticket in held.values():
        timers.category_moved(actor, ticket, at=at)
    return dict.fromkeys(ticket_ids) | dict.fromkeys(there, at + SOON)


def _moved(*, client_id: int, category_ids: Set[int], at: datetime, **more: Any) -> None:
    """In the transaction that moves them, so that none is forgotten."""
    found = Ticket.objects.filter(client_id=client_id, category_id__in=category_ids, status=Status.OPEN)
    due.put(client_id, due.Kind.SORTING, dict.fromkeys(found.values_list("pk", flat=True), at))
