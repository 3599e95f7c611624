"""What a row of the matrix asks of a ticket, in words: "Billing + priority 1"; on the ticket and in its history."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from escalation import rows
from escalation.matrix import cells, stored
from escalation.matrix.cells import Names
from escalation.matrix.document import Row
from escalation.models import Escalation
from tickets.models import Service, TicketCategory


@dataclass(frozen=True, slots=True)
class Decided:
    """The row by which a ticket climbs: its place from 1 in a version of the matrix, and what it asks."""

    position: int
    version: int
    asks: str


def words(row: Row, names: Names) -> str:
    """The conditions of a row in one line; a row that takes every ticket says so."""
    said = cells.show(row, names)
    told = {column: {"value": said[column]} for column in said}
    found = {
        "category": "%(value)s",
        "priority": _("priority %(value)s"),
        "tier": _("tier %(value)s"),
        "language": _("language %(value)s"),
        "tag": _("tag %(value)s"),
        "service": _("service %(value)s"),
        "hours": "%(value)s",
    }
    return " + ".join(text % told[column] for column, text in found.items() if said[column]) or _("any ticket")


def names_of(client_id: int, named: Collection[Row]) -> Names:
    """The names of what these rows name; a statement for the categories, one for the services, none without any."""
    slugs = {key for row in named for key in row.categories}
    keys = {key for row in named for key in row.services}
    categories = TicketCategory.objects.filter(client_id=client_id, slug__in=slugs) if slugs else None
    services = Service.objects.filter(client_id=client_id, key__in=keys) if keys else None
    return Names(
        dict(categories.values_list("slug", "name")) if categories is not None else {},
        dict(services.values_list("key", "name")) if services is not None else {},
    )


def decided(escalation: Escalation) -> Decided | None:
    """The row of an escalation as the version says it under which it began; four statements at most."""
    position, number = escalation.row_position, escalation.matrix_version
    version = rows.numbered(escalation.client_id, number) if number is not None and position else None
    if version is None or position is None or position > len(version.document.rows):
        return None
    row = version.document.rows[position - 1]
    return Decided(position, version.number, words(row, names_of(escalation.client_id, [row])))


def kept(client_id: int, named: Iterable[Row]) -> dict[Row, dict[str, Any]]:
    """What an event keeps of each row, so that its sentence can be built in any language later."""
    every = set(named)
    names = names_of(client_id, every)
    return {
        row: {
            "asks": stored.write_row(row),
            "categories": {key: names.categories[key] for key in row.categories if key in names.categories},
            "services": {key: names.services[key] for key in row.services if key in names.services},
        }
        for row in every
    }


def began(data: Mapping[str, Any]) -> str:
    """The sentence of a climb that began by itself; the oldest events do not hold what the row asks."""
    why = {
        "opened": _("as the row says for such tickets"),
        "clock": _("because a promise runs out"),
        "quiet": _("because nothing happened"),
        "incident": _("because it is a major incident"),
    }.get(str(data.get("origin")), "")
    if "asks" not in data:
        return _("Escalated by row %(row)s of the matrix, %(why)s") % {"row": data.get("row"), "why": why}
    asks = words(stored.read_row(data["asks"]), Names(data["categories"], data["services"]))
    return _("Escalated by row %(row)s of the matrix (%(asks)s), %(why)s") % {
        "row": data.get("row"),
        "asks": asks,
        "why": why,
    }
