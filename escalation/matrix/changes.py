"""What differs between two versions of a matrix: rows that come, go, move or change, paths and their steps.  Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from enum import StrEnum

from escalation.matrix.document import Document, Path, Row, Step

# Two rows with fewer columns alike are no longer the same row.
ALIKE_LEAST = 6


class Change(StrEnum):
    """What became of a row, a path or a step."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """What became of one row: its places before and after, from 1, and the columns that differ."""

    change: Change
    before: int | None = None
    after: int | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepChange:
    """What became of one step of a path, by its places from 1."""

    change: Change
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class PathChange:
    """What became of a path: its steps, and `rest` where what it asks or how it ends differs."""

    change: Change
    name: str
    steps: tuple[StepChange, ...] = ()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs; rows in the order of the newer version, those that went first."""

    rows: tuple[RowChange, ...] = ()
    paths: tuple[PathChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.paths)

    def count(self, change: Change) -> int:
        """How many rows that became of."""
        return sum(row.change is change for row in self.rows)


def compare(before: Document, after: Document) -> Changes:
    """What became of `before` in `after`; none where they say the same, however their paths are listed."""
    return Changes(tuple(_rows(before.rows, after.rows)), tuple(_paths(before, after)))


def _rows(before: Sequence[Row], after: Sequence[Row]) -> Iterator[RowChange]:
    gone: list[int] = []
    new: list[int] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += range(i1, i2)
            new += range(j1, j2)
    found: dict[int, RowChange] = {}
    for j in new:
        # Identical, but elsewhere.
        i = next((i for i in gone if before[i] == after[j]), None)
        if i is not None:
            gone.remove(i)
            found[j] = RowChange(Change.MOVED, i + 1, j + 1)
    for j in new:
        if j not in found and (like := _likest(before, gone, after[j])) is not None:
            gone.remove(like)
            found[j] = RowChange(Change.CHANGED, like + 1, j + 1, _columns(before[like], after[j]))
    yield from (RowChange(Change.REMOVED, before=i + 1) for i in gone)
    yield from (found.get(j) or RowChange(Change.ADDED, after=j + 1) for j in new)


def _likest(rows: Sequence[Row], among: Sequence[int], row: Row) -> int | None:
    """The row among these that most columns agree with, where enough do."""
    most = len(fields(Row))
    rated = [(most - len(_columns(rows[i], row)), -i) for i in among]
    if not rated:
        return None
    alike, place = max(rated)
    return -place if alike >= ALIKE_LEAST else None


def _columns(one: Row, other: Row) -> tuple[str, ...]:
    return tuple(each.name for each in fields(Row) if getattr(one, each.name) != getattr(other, each.name))


def _paths(before: Document, after: Document) -> Iterator[PathChange]:
    for path in before.paths:
        if after.path(path.name) is None:
            yield PathChange(Change.REMOVED, path.name)
    for path in after.paths:
        old = before.path(path.name)
        if old is None:
            yield PathChange(Change.ADDED, path.name)
        elif old != path:
            yield PathChange(Change.CHANGED, path.name, tuple(_steps(old.steps, path.steps)), _rest(old) != _rest(path))


def _rest(path: Path) -> tuple[object, ...]:
    return path.asks, path.idle_minutes, path.then, path.then_minutes, path.ends_minutes


def _steps(before: Sequence[Step], after: Sequence[Step]) -> Iterator[StepChange]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(i2 - i1, j2 - j1)
        yield from (StepChange(Change.CHANGED, i1 + n + 1, j1 + n + 1) for n in range(both))
        yield from (StepChange(Change.REMOVED, before=n + 1) for n in range(i1 + both, i2))
        yield from (StepChange(Change.ADDED, after=n + 1) for n in range(j1 + both, j2))
