"""A client's categories as its pages and forms show them."""

from collections.abc import Iterable

from django.db.models import Count, Q

from tickets.categories import Placed, arranged, with_parts
from tickets.models import Status, TicketCategory


def choices(client_id: int, *, kept_id: int | None = None) -> list[tuple[int, str]]:
    """What can be chosen, as (id, path), in the client's order, with `kept_id` though it is retired; one statement."""
    return paths(TicketCategory.objects.filter(client_id=client_id), kept_id=kept_id)


def paths(rows: Iterable[TicketCategory], *, kept_id: int | None = None) -> list[tuple[int, str]]:
    """The same of rows that are known already."""
    return [
        (each.category.pk, each.path)
        for each in arranged(rows)
        if not each.category.is_retired or each.category.pk == kept_id
    ]


def tree(client_id: int) -> tuple[list[Placed], dict[int, int]]:
    """Every category of the client, and how many open tickets have each itself, by id; one statement."""
    rows = TicketCategory.objects.filter(client_id=client_id)
    counted = list(rows.annotate(open=Count("tickets", filter=Q(tickets__status=Status.OPEN))))
    return arranged(counted), {row.pk: row.open for row in counted}


def ids_with_parts(client_id: int, chosen: Iterable[int]) -> set[int]:
    """The ids of these categories and of all that stand under them; one statement."""
    parents = TicketCategory.objects.filter(client_id=client_id).values_list("pk", "parent_id")
    return with_parts(dict(parents), chosen)
