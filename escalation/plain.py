"""The escalation matrix as a pure thing: which row decides, what is wrong with it, who is told when.

No database.  A row without a category takes every ticket, those without a category too.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PRIORITIES = (1, 2, 3, 4)
# A category's id, or None for a ticket without one.
Category = int | None
Cell = tuple[Category, int]


@dataclass(frozen=True, slots=True)
class Step:
    """After so many minutes: a vendor's role, or a contact of the client's, whose id it is."""

    after_minutes: int
    vendor_role: str = ""
    contact_id: int | None = None

    @property
    def is_clients(self) -> bool:
        """Whether the ticket waits on the client from here."""
        return self.contact_id is not None


@dataclass(frozen=True, slots=True)
class Row:
    """Which tickets climb which path; `steps` are in the order of their delays."""

    position: int
    category_id: Category = None
    priority_from: int = 1
    priority_to: int = 4
    steps: tuple[Step, ...] = ()

    def fits(self, category_id: Category, priority: int) -> bool:
        """Whether a ticket of this category and priority is one of the row's."""
        return self.category_id in (None, category_id) and self.priority_from <= priority <= self.priority_to


class Problem(StrEnum):
    """What can be wrong with a matrix."""

    NEVER = "never"
    UNCOVERED = "uncovered"
    UNSORTED = "unsorted"
    GONE = "gone"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `row` names where, `others` the rows that cause it.

    UNCOVERED carries the category (None: every one) and its priorities instead, UNSORTED those of
    tickets without a category; GONE and NOBODY the contact.
    """

    problem: Problem
    row: int | None = None
    others: tuple[int, ...] = ()
    category_id: Category = None
    priorities: tuple[int, ...] = ()
    contact_id: int | None = None


def match(rows: Sequence[Row], category_id: Category, priority: int) -> Row | None:
    """The first row from the top that fits, or None."""
    return next((row for row in rows if row.fits(category_id, priority)), None)


def check(
    rows: Sequence[Row],
    *,
    categories: Collection[int],
    active: Collection[int],
    reachable: Collection[int],
) -> list[Finding]:
    """Everything that is wrong, rows first, from the top.

    `categories` are the client's, `active` the contacts in use, `reachable` those of them to
    whom anything can be sent.
    """
    taken, findings = _taken(rows, categories)
    for row in rows:
        findings += _unheard(row, active, reachable)
    findings.sort(key=lambda finding: finding.row or 0)
    return findings + _uncovered(taken, categories)


def _taken(rows: Sequence[Row], categories: Collection[int]) -> tuple[dict[Cell, int], list[Finding]]:
    """Which row takes each cell, and the rows that take none."""
    every: list[Category] = [None, *categories, *{r.category_id for r in rows if r.category_id} - set(categories)]
    taken: dict[Cell, int] = {}
    findings = []
    for row in rows:
        cells = [(c, p) for c in every for p in PRIORITIES if row.fits(c, p)]
        free = [cell for cell in cells if cell not in taken]
        if not free:
            others = tuple(sorted({taken[cell] for cell in cells}))
            findings.append(Finding(Problem.NEVER, row=row.position, others=others))
        taken.update(dict.fromkeys(free, row.position))
    return taken, findings


def _unheard(row: Row, active: Collection[int], reachable: Collection[int]) -> list[Finding]:
    findings = []
    for contact_id in dict.fromkeys(step.contact_id for step in row.steps if step.contact_id is not None):
        if contact_id not in active:
            findings.append(Finding(Problem.GONE, row=row.position, contact_id=contact_id))
        elif contact_id not in reachable:
            findings.append(Finding(Problem.NOBODY, row=row.position, contact_id=contact_id))
    return findings


def _uncovered(taken: dict[Cell, int], categories: Collection[int]) -> list[Finding]:
    findings = []
    everywhere = tuple(p for p in PRIORITIES if all((c, p) not in taken for c in (None, *categories)))
    if everywhere:
        findings.append(Finding(Problem.UNCOVERED, priorities=everywhere))
    for category_id in (None, *categories):
        missing = tuple(p for p in PRIORITIES if p not in everywhere and (category_id, p) not in taken)
        if missing:
            problem = Problem.UNSORTED if category_id is None else Problem.UNCOVERED
            findings.append(Finding(problem, category_id=category_id, priorities=missing))
    return findings


def simulate(row: Row, start: datetime) -> list[tuple[datetime, Step]]:
    """Who would be told when, if nobody took it on."""
    return [(start + timedelta(minutes=step.after_minutes), step) for step in row.steps]


def also_fitting(rows: Iterable[Row], category_id: Category, priority: int) -> list[int]:
    """The positions of all rows that fit; the first of them decides."""
    return [row.position for row in rows if row.fits(category_id, priority)]
