"""The promises of a contract as people write them, what is wrong with them, and what a version changes.  No database.

A pledge is one metric at one priority, for all tickets or a kind of them; lengths of time are whole
minutes, written "45m", "4h" or "1h 30m".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from django.utils.translation import gettext as _

from access.errors import Invalid
from escalation.matrix.document import PRIORITIES
from escalation.models import PLEDGED, Metric
from escalation.special import EVERY, Kind

LONGEST = 2000 * 3600
MOST_WARNINGS = 5
MOST_KINDS = 12
Cell = tuple[Metric, int]
_LENGTH = re.compile(r"(?:(\d{1,4})\s*h)?\s*(?:(\d{1,5})\s*m(?:in)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pledge:
    """Within so many seconds, in that share of the tickets, in percent; business time unless `round_the_clock`."""

    seconds: int
    round_the_clock: bool
    percent: int


@dataclass(frozen=True, slots=True)
class Pledges:
    """All that a contract promises: on which support hours, at which shares somebody is warned, and each cell."""

    hours: str
    warn_at: tuple[int, ...]
    cells: Mapping[Cell, Pledge]
    special: Mapping[Kind, Mapping[Cell, Pledge]] = field(default_factory=dict)

    def of_kinds(self) -> Iterator[tuple[Kind, Mapping[Cell, Pledge]]]:
        """What is promised to all tickets, then to each kind, in the order of their names."""
        yield EVERY, self.cells
        yield from sorted(self.special.items())


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that a version changes, for all tickets or for a kind of them; None is no promise of its own."""

    metric: Metric
    priority: int
    before: Pledge | None
    after: Pledge | None
    kind: Kind = EVERY


def field_of(metric: Metric, priority: int) -> str:
    """What a form calls the cell."""
    return f"{metric.value}_{priority}"


def check(pledges: Pledges) -> None:
    """Raise `Invalid` naming the field for what nobody could promise, or measure.

    Refused are a table without any promise, a time under a minute or beyond 2000 hours, a share that is none,
    and an urgent ticket that may wait longer than one that is less so, where both count the same hours.
    """
    if not pledges.cells:
        raise Invalid(_("Nothing is promised yet. Write one time at least."), field_of(Metric.FIRST_RESPONSE, 1))
    if len(pledges.warn_at) > MOST_WARNINGS or not all(1 <= share <= 99 for share in pledges.warn_at):
        told = {"most": MOST_WARNINGS}
        raise Invalid(_("At most %(most)s shares, each from 1 to 99 percent, like 50, 80.") % told, "warn_at")
    if len(pledges.special) > MOST_KINDS:
        raise Invalid(_("At most %(most)s kinds of tickets have promises of their own.") % {"most": MOST_KINDS}, "")
    for kind, cells in pledges.of_kinds():
        for (metric, priority), pledge in cells.items():
            where = "" if kind else field_of(metric, priority)
            if not 60 <= pledge.seconds <= LONGEST:
                raise Invalid(_("A promise is a minute at least and 2000 hours at most."), where)
            if not 1 <= pledge.percent <= 100:
                raise Invalid(_("Write a share from 1 to 100 percent."), "" if kind else f"{metric.value}_percent")
        for metric in PLEDGED:
            _check_order(metric, cells, is_special=bool(kind))


def changes(before: Pledges, after: Pledges) -> list[Change]:
    """The cells that differ, in the table's order: those for all tickets first."""
    old, new = dict(before.of_kinds()), dict(after.of_kinds())
    return [
        Change(metric, priority, was, becomes, kind)
        for kind in sorted(old.keys() | new.keys())
        for metric, priority in product(PLEDGED, PRIORITIES)
        if (was := old.get(kind, {}).get((metric, priority))) != (becomes := new.get(kind, {}).get((metric, priority)))
    ]


def parse_length(text: str, field: str) -> int | None:
    """Seconds of "45m", "4h", "1h 30m"; nothing written is None.  Raises `Invalid` naming `field`."""
    written = text.strip().lower()
    if not written:
        return None
    match = _LENGTH.fullmatch(written)
    if match is None:
        raise Invalid(
            _("“%(text)s” is no length of time. Write it like 45m, 4h or 1h 30m.") % {"text": text[:30]}, field
        )
    return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60


def length_text(seconds: int) -> str:
    """The seconds as the form holds them: 5400 is "1h 30m"; whole minutes."""
    hours, minutes = divmod(seconds // 60, 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part) or "0m"


def parse_shares(text: str) -> tuple[int, ...]:
    """The shares of "50, 80", sorted, each once.  Raises `Invalid` naming the field."""
    pieces = [piece.strip().removesuffix("%").strip() for piece in re.split(r"[,;\s]+", text) if piece.strip(" %")]
    if not all(re.fullmatch(r"\d{1,3}", piece, re.ASCII) for piece in pieces):
        raise Invalid(_("Write shares in percent, like 50, 80."), "warn_at")
    return tuple(sorted({int(piece) for piece in pieces}))


def _check_order(metric: Metric, cells: Mapping[Cell, Pledge], *, is_special: bool = False) -> None:
    for (_urgent, sooner), (priority, later) in _pairs(metric, cells):
        if sooner.round_the_clock == later.round_the_clock and sooner.seconds > later.seconds:
            raise Invalid(
                _("A more urgent ticket may wait longer than this. Turn the two times round."),
                "" if is_special else field_of(metric, priority),
            )


def _pairs(metric: Metric, cells: Mapping[Cell, Pledge]) -> Iterator[tuple[tuple[int, Pledge], tuple[int, Pledge]]]:
    told = [(priority, cells[metric, priority]) for priority in PRIORITIES if (metric, priority) in cells]
    yield from ((first, second) for number, first in enumerate(told) for second in told[number + 1 :])
