"""The first row of a pasted sheet: which column holds what.  No database.

Heads of the other columns of a row (tier, language, tag, service, hours, begins, path) may stand anywhere
behind category and priority; the rest are steps.  Without heads, and under "category, priority, after, who,
after, who", every step is a pair of cells.
Under the heads that the matrix prints ("At once", "to 15 min", "later") a column is a moment, and its
cells say who is told then; "20 min: Petra Lund" says another moment, and a new line one more person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from escalation.delays import BadDelay, minutes_of
from escalation.matrix.cells import COLUMNS, label
from escalation.matrix.document import fold

_ROW = {"row", "rad", "nr", "no", "#"}
_CATEGORY = {"category", "kategori"}
_AFTER = {"after", "efter"}
_WHO = {"who", "vem", "who is told", "vem som får veta"}
_LATER = {"later", "senare"}
# The last column of the printed table leads to the form; it holds no step.
_PASSED_OVER = {"", "change", "ändra"}
_UP_TO = re.compile(r"(?:up to|upp till|to|till|within|inom|after|efter)\s+(.+)")


class BadHead(ValueError):
    """A head among those of moments that is none; the message is for the person."""

    def __init__(self, head: str, reason: str) -> None:
        self.head = head
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Cell:
    """One step as written, and what its columns are called in an error."""

    after: str
    who: str
    after_column: str
    who_column: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where category, priority and the other `fields` stand, and how the steps behind them are laid out.

    `moments` are the heads as written with their place and delay, which is empty where each cell says
    its own; without any, the steps are pairs.
    """

    category: int = 0
    moments: tuple[tuple[int, str, str], ...] = ()
    fields: tuple[tuple[str, int], ...] = ()

    def category_in(self, cells: Sequence[str]) -> str:
        """What a row says as its category."""
        return _at(cells, self.category)

    def priority_in(self, cells: Sequence[str]) -> str:
        """What a row says as its priority."""
        return _at(cells, self.category + 1)

    def field_in(self, cells: Sequence[str], name: str) -> str:
        """What a row says in another column, nothing where the sheet has none of it."""
        return next((_at(cells, at) for field, at in self.fields if field == name), "")

    def has(self, name: str) -> bool:
        """Whether the sheet has this column."""
        return any(field == name for field, _at in self.fields)

    def steps_in(self, cells: Sequence[str]) -> list[Cell]:
        """The steps of a row, those without a word left out."""
        if self.moments:
            # In the order of the cells: a short row under a long one of heads looks at no more than it has.
            said = takewhile(lambda moment: moment[0] < len(cells), self.moments)
            return [cell for at, head, after in said for cell in _told(head, after, cells[at])]
        taken = {at for _field, at in self.fields}
        steps = [cell for at, cell in enumerate(cells) if at > self.category + 1 and at not in taken]
        pairs = [(steps[at], _at(steps, at + 1)) for at in range(0, len(steps), 2)]
        return [
            Cell(after or "0", who, _("after %(number)s") % {"number": n}, _("who %(number)s") % {"number": n})
            for n, (after, who) in enumerate(pairs, start=1)
            if after or who
        ]


PAIRS = Columns()


def is_head(cells: Sequence[str]) -> bool:
    """Whether a row is one of heads: it says where the category stands, first or behind the row's number."""
    return fold(_at(cells, 1 if fold(cells[0]) in _ROW else 0)) in _CATEGORY


def columns_of(cells: Sequence[str]) -> Columns | None:
    """The columns that a row of heads names, or None where the row is no such row.

    Raises `BadHead` for a head that is no moment among some that are.
    """
    if not is_head(cells):
        return None
    heads = [fold(cell) for cell in cells]
    category = 1 if heads[0] in _ROW else 0
    behind = [(at, heads[at]) for at in range(category + 2, len(heads)) if heads[at] not in _PASSED_OVER]
    fields = tuple((_fields()[head], at) for at, head in behind if head in _fields())
    named = [(at, head) for at, head in behind if head not in _fields()]
    if all(head.rstrip("0123456789 ") in _AFTER | _WHO for _place, head in named):
        return Columns(category, (), fields)
    return Columns(category, tuple((at, cells[at], _delay(cells[at], head)) for at, head in named), fields)


@cache
def _fields() -> dict[str, str]:
    """The other columns of a row by their heads, in every language."""
    found: dict[str, str] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {fold(name): column for column in COLUMNS[2:] for name in (column, label(column))}
    return found


def _delay(head: str, plain: str) -> str:
    if plain in _LATER:
        return ""
    if up_to := _UP_TO.fullmatch(plain):
        plain = up_to[1]
    try:
        minutes_of(plain)
    except BadDelay:
        reason = _("this head says no moment. Write it like “At once”, “to 15 min” or “later”.")
        raise BadHead(head[:40], reason) from None
    return plain


def _told(head: str, after: str, text: str) -> list[Cell]:
    return [_one_told(head, after, line.strip()) for line in text.split("\n") if line.strip()]


def _one_told(head: str, after: str, line: str) -> Cell:
    """One person under a moment; a delay before a colon goes before the head's."""
    for colon in _first_colons(line):
        try:
            minutes_of(line[:colon])
        except BadDelay:
            continue
        return Cell(line[:colon].strip(), line[colon + 1 :].strip(), head, head)
    # A column of later moments needs the delay in each cell: an empty one is told as no delay.
    return Cell(after, line, head, head)


def _first_colons(line: str) -> list[int]:
    """Where a delay may end, the later place first: behind "2 h", or behind the minutes of "1:30"."""
    first = line.find(":")
    second = line.find(":", first + 1)
    return [colon for colon in (second, first) if first >= 0 <= colon]


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
