"""A client's services and its table of priorities as their pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from tickets import seasons
from tickets.models import Impact, PriorityRule, Service, Status, Urgency
from tickets.priorities import HIGHEST, LOWEST


@dataclass(frozen=True, slots=True)
class Shown:
    """One service with its busy seasons in words, and how many open tickets are about it."""

    service: Service
    busy: str
    open: int


def shown(client_id: int) -> list[Shown]:
    """Every service of the client, those in use first, by name; one statement."""
    counted = Service.objects.filter(client_id=client_id).annotate(
        open=Count("tickets", filter=Q(tickets__status=Status.OPEN))
    )
    rows = counted.order_by("is_retired", "name")
    return [Shown(row, ", ".join(seasons.words(each) for each in row.seasons), row.open) for row in rows]


def priority_table(client_id: int) -> Mapping[tuple[int, int], int]:
    """The priority of every (impact, urgency), as `priority_for` gives it; one statement."""
    rules = PriorityRule.objects.filter(client_id=client_id).values_list("impact", "urgency", "priority")
    table = {(impact, urgency): priority for impact, urgency, priority in rules}
    middle = {(int(i), int(u)): min(LOWEST, max(HIGHEST, int(i) + int(u) - 1)) for i in Impact for u in Urgency}
    return {**middle, **table}
