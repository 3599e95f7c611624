"""Which row takes a ticket: the first from the top that fits.  No database.

Each row is one bit.  For every value of a column the rows that take it are one number, so that a
ticket is matched by a handful of ANDs, however many rows there are; its lowest bit decides.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from escalation.matrix.document import PRIORITIES, Document, Row, Span, Subject, fold, language_of


class Column:
    """The rows of one column: `any` take every value, `of` those that a value finds besides."""

    __slots__ = ("any", "of")

    def __init__(self, cells: Iterable[Collection[str]], read: Callable[[str], str] = str) -> None:
        self.any = 0
        self.of: dict[str, int] = {}
        for number, cell in enumerate(cells):
            if not cell:
                self.any |= 1 << number
            for value in cell:
                key = read(value)
                self.of[key] = self.of.get(key, 0) | 1 << number

    def takes(self, value: str) -> int:
        """The rows that take this one value."""
        return self.any | self.of.get(value, 0)

    def takes_one(self, values: Iterable[str]) -> int:
        """The rows that take at least one of these."""
        found = self.any
        for value in values:
            found |= self.of.get(value, 0)
        return found


class Matcher:
    """A document made ready to be matched; made once a version."""

    def __init__(self, document: Document) -> None:
        rows = document.rows
        self.rows = rows
        self.categories = Column(row.categories for row in rows)
        self.tiers = Column((row.tiers for row in rows), fold)
        self.languages = Column((row.languages for row in rows), language_of)
        self.tags = Column((row.tags for row in rows), fold)
        self.services = Column(row.services for row in rows)
        self.priorities: Mapping[int, int] = {
            priority: sum(1 << n for n, row in enumerate(rows) if row.priority_from <= priority <= row.priority_to)
            for priority in PRIORITIES
        }
        self.timed = sum(1 << n for n, row in enumerate(rows) if row.hours.span is not Span.ANY)

    def match(self, subject: Subject) -> int | None:
        """The place of the row that decides, from 0, or None where no row fits."""
        return next(self.fitting(subject), None)

    def fitting(self, subject: Subject) -> Iterator[int]:
        """The places of all rows that fit, from the top; the first of them decides."""
        left = self._alike(subject)
        while left:
            lowest = left & -left
            place = lowest.bit_length() - 1
            if not lowest & self.timed or self._in_time(self.rows[place], subject):
                yield place
            left ^= lowest

    def _alike(self, subject: Subject) -> int:
        """The rows that fit but for their hours."""
        return (
            self.priorities[subject.priority]
            & self.categories.takes_one(subject.categories)
            & self.tiers.takes(subject.tier)
            & self.languages.takes(subject.language)
            & self.tags.takes_one(subject.tags)
            & self.services.takes(subject.service)
        )

    def _in_time(self, row: Row, subject: Subject) -> bool:
        return row.hours.holds(is_open=subject.is_open, minute=subject.minute)
