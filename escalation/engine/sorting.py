"""Tickets that count as something else now: by their category's place or their customer's tier for their promises,
by a tag or a service for the rows of the matrix.
"""

from collections.abc import Collection, Set
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from access.actor import Actor
from access.tasks import in_client
from escalation import timers
from escalation.engine import due
from escalation.engine.beginnings import SOON, locked
from tickets import signals
from tickets.models import Customer, Status, Ticket


def listen() -> None:
    """Subscribe to categories that move, customers who get another tier, and tickets with other tags or services."""
    signals.sorted_anew.connect(_sorted_anew, dispatch_uid="escalation.engine.sorting._sorted_anew")
    signals.categories_moved.connect(_moved, dispatch_uid="escalation.engine.sorting._moved")
    signals.tier_changed.connect(_tier_changed, dispatch_uid="escalation.engine.sorting._tier_changed")


def look(actor: Actor, client_id: int, ticket_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Count the open clocks of these tickets anew; a second time changes nothing.  Those held by others come soon."""
    held = locked(client_id, ticket_ids)
    missing = [pk for pk in ticket_ids if pk not in held]
    there = Ticket.objects.filter(client_id=client_id, pk__in=missing).values_list("pk", flat=True) if missing else ()
    for ticket in held.values():
        timers.count_as_sorted(actor, ticket, at=at)
    return dict.fromkeys(ticket_ids) | dict.fromkeys(there, at + SOON)


def _moved(*, client_id: int, category_ids: Set[int], at: datetime, **more: Any) -> None:
    _put(Ticket.objects.filter(category_id__in=category_ids), client_id, at)


def _tier_changed(*, customer: Customer, at: datetime, **more: Any) -> None:
    _put(Ticket.objects.filter(customer=customer), customer.client_id, at)


def _sorted_anew(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    """Another row may take it, and its climb begin."""
    if ticket.status == Status.OPEN:
        due.put(ticket.client_id, due.Kind.TICKET, {ticket.pk: at})


def _put(tickets: QuerySet[Ticket], client_id: int, at: datetime) -> None:
    """In the transaction of the change, so that none is forgotten, though whoever changes it may not read them all."""
    with in_client(client_id, "escalation.sorting"):
        found = list(tickets.filter(client_id=client_id, status=Status.OPEN).values_list("pk", flat=True))
    due.put(client_id, due.Kind.SORTING, dict.fromkeys(found, at))
