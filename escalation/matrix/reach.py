"""Which tickets can reach a row at all, over every combination of what the rows look at.  No database.

A column's values fall into classes that no row tells apart, so that there are few.  The search picks a
class of one column after the other and keeps the rows that still fit; a combination that leaves none is
one that nobody takes.  Support hours and a row's own hours are taken as if each could come with each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from escalation.matrix.document import PRIORITIES, WEEK_MINUTES, Document, Row, fold, language_of

# No client's own word can be this one: words have no control characters.
OTHER = "\0"
# So many combinations are looked at for one row, before it is left open whether it can match.
MOST_LOOKED_AT = 20_000
# And so many for all rows together: whoever waits for a page waits for the check.
MOST_IN_ALL = 100_000


class TooMany(Exception):
    """There are more combinations than are looked at."""


@dataclass(frozen=True, slots=True)
class Box:
    """The tickets that are asked about: for each column the values, none for all of them."""

    categories: tuple[str | None, ...] = ()
    priorities: tuple[int, ...] = PRIORITIES
    tiers: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    # Of a ticket with several tags more rows take it, so that those with one alone, or none, tell.
    tags: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    hours: Row | None = None


class Space:
    """The rows of a document over all tickets; `parents` is the client's tree of categories, by key."""

    def __init__(self, document: Document, parents: Mapping[str, str | None]) -> None:
        rows = self.rows = document.rows
        named = {key for row in rows for key in row.categories}
        above = {**dict.fromkeys(named), **parents}
        self.above = {key: ancestors(key, above) for key in above}
        self.by_category = {
            key: _mask(not r.categories or self.above[key] & {*r.categories} for r in rows) for key in above
        }
        self.by_category_none = _mask(not row.categories for row in rows)
        self.by_priority = {p: _mask(row.priority_from <= p <= row.priority_to for row in rows) for p in PRIORITIES}
        self.by_tier = _by_value([[fold(v) for v in row.tiers] for row in rows])
        self.by_language = _by_value([[language_of(v) for v in row.languages] for row in rows])
        self.by_tag = _by_value([[fold(v) for v in row.tags] for row in rows])
        self.by_service = _by_value([list(row.services) for row in rows])
        edges = {0, *(edge % WEEK_MINUTES for row in rows for span in row.hours.own for edge in span)}
        self.moments = [
            (is_open, minute, _mask(row.hours.holds(is_open=is_open, minute=minute) for row in rows))
            for is_open in (True, False)
            for minute in sorted(edges)
        ]
        self.left = MOST_IN_ALL

    def taken(self, box: Box, by: int) -> frozenset[int] | None:
        """The places of rows among `by` that together take every ticket of the box; None where one is left.

        Raises `TooMany`.
        """
        found: set[int] = set()
        columns = self._columns(box)
        allowed = min(MOST_LOOKED_AT, self.left)
        search = _Search(columns, found, allowed)
        try:
            return None if search.leaves(by, 0) else frozenset(found)
        finally:
            self.left -= allowed - max(search.left, 0)

    def box_of(self, row: Row) -> Box:
        """The tickets that a row asks for."""
        below = tuple(key for key, above in self.above.items() if set(row.categories) & above)
        return Box(
            categories=below,
            priorities=tuple(range(row.priority_from, row.priority_to + 1)),
            tiers=tuple(map(fold, row.tiers)),
            languages=tuple(map(language_of, row.languages)),
            tags=tuple(map(fold, row.tags)),
            services=row.services,
            hours=row,
        )

    def _columns(self, box: Box) -> list[list[int]]:
        every = [*self.by_category, None]
        categories = box.categories or tuple(every)
        found = [
            [self.by_category_none if key is None else self.by_category[key] for key in categories],
            [self.by_priority[priority] for priority in box.priorities],
            _picked(self.by_tier, box.tiers),
            _picked(self.by_language, box.languages),
            [self.by_tag[tag] for tag in box.tags] or [self.by_tag[OTHER]],
            _picked(self.by_service, box.services),
            self._moments(box.hours),
        ]
        # The column with the fewest classes first: what it rules out is not looked at again below it.
        return sorted((sorted(set(column)) for column in found), key=len)

    def _moments(self, row: Row | None) -> list[int]:
        return [
            mask
            for is_open, minute, mask in self.moments
            if row is None or row.hours.holds(is_open=is_open, minute=minute)
        ]


class _Search:
    """Looks for a combination that no row takes, and notes which rows took the others."""

    def __init__(self, columns: Sequence[Sequence[int]], found: set[int], allowed: int) -> None:
        self.columns, self.found = columns, found
        self.seen: set[tuple[int, int]] = set()
        self.left = allowed
        # The rows that take every class of this column and of all after it.
        self.whole = [-1]
        for column in reversed(columns):
            mask = self.whole[0]
            for value in column:
                mask &= value
            self.whole.insert(0, mask)

    def leaves(self, rows: int, at: int) -> bool:
        """Whether some combination of the columns from `at` on is taken by none of these rows."""
        if not rows:
            return True
        if sure := rows & self.whole[at]:
            self.found.add((sure & -sure).bit_length() - 1)
            return False
        if at == len(self.columns) or (at, rows) in self.seen:
            return at == len(self.columns)
        self.left -= 1
        if self.left < 0:
            raise TooMany
        self.seen.add((at, rows))
        return any(self.leaves(rows & value, at + 1) for value in self.columns[at])


def ancestors(key: str, above: Mapping[str, str | None]) -> frozenset[str]:
    """A category with all above it; a tree that bites its tail ends where it began."""
    found: dict[str, None] = {}
    at: str | None = key
    while at is not None and at not in found:
        found[at] = None
        at = above.get(at)
    return frozenset(found)


def _mask(takes: Iterable[object]) -> int:
    """The rows for which it is true, a bit each."""
    return sum(1 << number for number, taken in enumerate(takes) if taken)


def _by_value(cells: Sequence[Sequence[str]]) -> dict[str, int]:
    values = {OTHER, *(value for cell in cells for value in cell)}
    return {value: _mask(not cell or value in cell for cell in cells) for value in values}


def _picked(by: Mapping[str, int], values: Iterable[str]) -> list[int]:
    return [by[value] for value in values] or list(by.values())
