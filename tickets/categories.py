"""How a client's categories are arranged: a tree, read from the top.  No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tickets.models import TicketCategory

# So many stand under one another at most, the one at the top counted.
DEEPEST = 4
BETWEEN = " › "


@dataclass(frozen=True, slots=True)
class Placed:
    """A category with those above it, from the top, whose names lead to its own."""

    category: TicketCategory
    above: tuple[TicketCategory, ...] = ()

    @property
    def depth(self) -> int:
        """How many stand above it."""
        return len(self.above)

    @property
    def path(self) -> str:
        """Its name behind those above it."""
        return BETWEEN.join(each.name for each in (*self.above, self.category))


def arranged(rows: Iterable[TicketCategory]) -> list[Placed]:
    """Every category once, each directly behind the one that it is a part of, neighbours in their own order.

    One whose parent isn't among the rows stands at the top, and so does what a circle would hide.
    """
    known = {row.pk: row for row in rows}
    parts: dict[int | None, list[TicketCategory]] = {}
    for row in known.values():
        parts.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    found: dict[int, Placed] = {}

    def place(siblings: Iterable[TicketCategory], above: tuple[TicketCategory, ...]) -> None:
        for row in sorted(siblings, key=lambda each: (each.position, each.name, each.pk)):
            if row.pk not in found:
                found[row.pk] = Placed(row, above)
                place(parts.get(row.pk, ()), (*above, row))

    place(parts.get(None, ()), ())
    place([row for row in known.values() if row.pk not in found], ())
    return list(found.values())


def with_parts(parents: Mapping[int, int | None], chosen: Iterable[int]) -> set[int]:
    """The chosen categories with all that stand under them, by each one's parent."""
    found = set(chosen)
    while more := {pk for pk, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def height(parents: Mapping[int, int | None], top: int) -> int:
    """How many stand under one another from this one down, itself counted."""
    level, steps = {top}, 0
    while level and steps <= len(parents):
        level, steps = {pk for pk, parent in parents.items() if parent in level}, steps + 1
    return steps


def siblings(rows: Sequence[TicketCategory], of: TicketCategory) -> list[TicketCategory]:
    """Those that are a part of the same one, itself too, in their order."""
    return [each.category for each in arranged(rows) if each.category.parent_id == of.parent_id]
