"""Everything that can be wrong with a matrix, found before it is in force and again each night.  No database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from escalation.matrix.cover import Cover, Rosters
from escalation.matrix.document import PRIORITIES, Document, Path, Step, Target, Trigger, Who
from escalation.matrix.lateness import Lateness, Pledge
from escalation.matrix.reach import Box, Space, TooMany


class Problem(StrEnum):
    """What can be wrong; `Finding.blocks` says what keeps a version from being put in force."""

    NEVER = "never"
    UNSURE = "unsure"
    UNCOVERED = "uncovered"
    UNSORTED = "unsorted"
    NO_PATH = "no_path"
    UNKNOWN = "unknown"
    LOOP = "loop"
    EMPTY = "empty"
    ORDER = "order"
    GONE = "gone"
    NOBODY = "nobody"
    ALONE = "alone"
    GAP = "gap"
    LATE = "late"
    UNUSED = "unused"


BLOCKING = frozenset({Problem.NO_PATH, Problem.UNKNOWN, Problem.LOOP, Problem.EMPTY, Problem.ORDER})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with where: rows and steps are counted from 1.

    NEVER names in `others` the rows that take its tickets.  UNCOVERED carries the category (empty:
    every one) and its priorities, UNSORTED those of tickets without one.  UNKNOWN, GONE, NOBODY, ALONE
    and GAP carry the target or the name, GAP from when.  LATE carries the metric as its name, and the first row,
    priority and promised minutes, with a moment of an ordinary week at which a climb begins that comes too late;
    a share of more than the whole clock the metric alone.
    """

    problem: Problem
    row: int | None = None
    path: str = ""
    step: int | None = None
    others: tuple[int, ...] = ()
    category: str = ""
    priorities: tuple[int, ...] = ()
    who: Who | None = None
    name: str = ""
    at: datetime | None = None
    minutes: int = 0

    @property
    def key(self) -> str:
        """What tells it from others, whatever moment and numbers it names: the same tomorrow, if nobody mends it."""
        who = f"{self.who.kind.value}:{self.who.key}" if self.who is not None else self.name
        parts = (self.problem.value, self.row or "", self.path, self.step or "", who, self.category)
        return "|".join([*map(str, parts), ",".join(map(str, self.priorities))])

    @property
    def is_vendors(self) -> bool:
        """Whether it is about somebody of a vendor's."""
        return self.who is not None and not self.who.is_clients

    @property
    def blocks(self) -> bool:
        """Whether a matrix with this can't be put in force.

        One person alone is never enough; how many a vendor has at the client is not the client's to mend, and no bar.
        """
        return self.problem in BLOCKING or (self.problem is Problem.ALONE and not self.is_vendors)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is at the client, as far as a matrix can name it.

    `parents` is the tree of categories by key, `targets` everybody who can be named, `gone` those of
    them who are not asked any more, `heard` those to whom anything can be sent, `many` those who are
    more than one person, `gaps` the next moment at which an on-call schedule has nobody, `promised` what
    the contracts promise, `rosters` when the vendor's people are at work from `at` on.
    """

    parents: Mapping[str, str | None] = field(default_factory=dict)
    services: frozenset[str] = frozenset()
    targets: frozenset[Who] = frozenset()
    gone: frozenset[Who] = frozenset()
    heard: frozenset[Who] = frozenset()
    many: frozenset[Who] = frozenset()
    gaps: Mapping[Who, datetime] = field(default_factory=dict)
    promised: tuple[Pledge, ...] = ()
    rosters: Rosters = field(default_factory=dict)
    at: datetime = datetime(2001, 1, 1, tzinfo=UTC)


def check(document: Document, known: Known) -> list[Finding]:
    """Everything that is wrong: rows from the top, then paths, then what no row takes."""
    space = Space(document, known.parents)
    cover = Cover(document, known.promised, known.rosters, known.at)
    return [
        *_rows(document, known, space),
        *(finding for path in document.paths for finding in _path(document, path, known, cover)),
        *_uncovered(space, known),
        # Last: what the searches may look at is counted for all of them.
        *_late(document, known, space),
    ]


def _rows(document: Document, known: Known, space: Space) -> Iterator[Finding]:
    for place, row in enumerate(document.rows):
        number = place + 1
        if document.path(row.path) is None:
            yield Finding(Problem.NO_PATH, row=number, name=row.path)
        for key in row.categories:
            if key not in known.parents:
                yield Finding(Problem.UNKNOWN, row=number, name=key, category=key)
        for key in row.services:
            if key not in known.services:
                yield Finding(Problem.UNKNOWN, row=number, name=key)
        try:
            taken = space.taken(space.box_of(row), (1 << place) - 1)
        except TooMany:
            yield Finding(Problem.UNSURE, row=number)
            continue
        if taken is not None:
            yield Finding(Problem.NEVER, row=number, others=tuple(sorted(other + 1 for other in taken)))


def _path(document: Document, path: Path, known: Known, cover: Cover) -> Iterator[Finding]:
    rows = [number for number, row in enumerate(document.rows, start=1) if row.path == path.name]
    if not path.steps:
        yield Finding(Problem.EMPTY, path=path.name, row=rows[0] if rows else None)
    if path.then and document.path(path.then) is None:
        yield Finding(Problem.NO_PATH, path=path.name, name=path.then)
    if _bites_its_tail(document, path):
        yield Finding(Problem.LOOP, path=path.name, name=path.then)
    if not rows and not any(other.then == path.name for other in document.paths):
        yield Finding(Problem.UNUSED, path=path.name)
    for number, step in enumerate(path.steps, start=1):
        if number == 1 and step.when.trigger is Trigger.SILENCE:
            yield Finding(Problem.ORDER, path=path.name, step=number)
        yield from _step(path, number, step, known)
        if (at := cover.gap_of(path, step)) is not None:
            yield Finding(Problem.GAP, path=path.name, step=number, who=step.to[0], at=at)


def _bites_its_tail(document: Document, path: Path) -> bool:
    seen, at = {path.name}, document.path(path.then)
    while at is not None:
        if at.name == path.name:
            return True
        if at.name in seen:
            return False
        seen.add(at.name)
        at = document.path(at.then)
    return False


def _step(path: Path, number: int, step: Step, known: Known) -> Iterator[Finding]:
    every = (*step.to, *step.instead)
    for who in every:
        if who not in known.targets:
            yield Finding(Problem.UNKNOWN, path=path.name, step=number, who=who, name=who.key)
        elif who in known.gone:
            yield Finding(Problem.GONE, path=path.name, step=number, who=who)
        elif who in known.gaps:
            yield Finding(Problem.GAP, path=path.name, step=number, who=who, at=known.gaps[who])
    heard = [who for who in every if who in known.heard and who not in known.gone]
    named = [who for who in every if who in known.targets and who not in known.gone]
    if named and not heard:
        yield Finding(Problem.NOBODY, path=path.name, step=number, who=named[0])
    elif len(heard) == 1 and heard[0] not in known.many:
        yield Finding(Problem.ALONE, path=path.name, step=number, who=heard[0])


def _late(document: Document, known: Known, space: Space) -> Iterator[Finding]:
    """Steps that are told only once what they serve is broken (`lateness`), each once, by the first row of all."""
    seen: set[tuple[str, int]] = set()
    for path in document.paths:
        for number, step in enumerate(path.steps, start=1):
            # More than the whole of a clock: broken by then, whoever takes it.
            if step.when.trigger is Trigger.SHARE and step.when.percent > 100:
                seen.add((path.name, number))
                yield Finding(Problem.LATE, path=path.name, step=number, name=step.when.metric)
    found = Lateness(document, space, known.promised)
    for place in range(len(document.rows)):
        for late in found.of_row(place):
            where, pledge = (late.path, late.step + 1), late.pledge
            if where not in seen:
                seen.add(where)
                yield Finding(
                    Problem.LATE,
                    row=place + 1,
                    path=late.path,
                    step=late.step + 1,
                    priorities=(pledge.priority,),
                    name=pledge.metric,
                    at=late.begun,
                    minutes=pledge.seconds // 60,
                )


def _uncovered(space: Space, known: Known) -> Iterator[Finding]:
    every = (1 << len(space.rows)) - 1
    keys: list[str | None] = [None, *known.parents]
    missing = {(key, p) for key in keys for p in PRIORITIES if not _covers(space, key, p, every)}
    everywhere = tuple(p for p in PRIORITIES if all((key, p) in missing for key in keys))
    if everywhere:
        yield Finding(Problem.UNCOVERED, priorities=everywhere)
    for key in keys:
        priorities = tuple(p for p in PRIORITIES if p not in everywhere and (key, p) in missing)
        if priorities:
            problem = Problem.UNSORTED if key is None else Problem.UNCOVERED
            yield Finding(problem, category=key or "", priorities=priorities)


def _covers(space: Space, key: str | None, priority: int, rows: int) -> bool:
    try:
        return space.taken(Box(categories=(key,), priorities=(priority,)), rows) is not None
    except TooMany:
        # Not found in so many combinations: nothing is claimed.
        return True


def targets_of(document: Document) -> frozenset[Who]:
    """Everybody whom a matrix names."""
    return frozenset(who for path in document.paths for step in path.steps for who in (*step.to, *step.instead))


def schedules_of(document: Document) -> frozenset[Who]:
    """The on-call schedules among them."""
    return frozenset(w for w in targets_of(document) if w.kind in (Target.VENDOR_CALL, Target.CLIENT_CALL))
