"""Past tickets, drawn by lot: which row each would have gone by, and how far it would have climbed.  No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from escalation.matrix import climbing
from escalation.matrix.climbing import Shares, Told
from escalation.matrix.document import Document, Subject
from escalation.matrix.matching import Matcher

# Steps beyond this many are one shade in the picture.
MOST_STEPS = 3
TOLD_MOST = 60


@dataclass(frozen=True, slots=True)
class Drawn:
    """One ticket: its row from 1 (None where none fits), its path, and how many steps would have been told in its time.

    Counted as if nobody had taken it on; a step that waits for a person is not counted.
    """

    ticket: int
    row: int | None
    path: str
    reached: int
    steps: int


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar: tickets that reached so many steps, `start` and `width` in percent of the whole."""

    reached: int
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Share:
    """The tickets of one row among all that were drawn, `percent` of them, by how many steps they reached."""

    row: int | None
    path: str
    count: int
    percent: int
    parts: tuple[Part, ...]


def lot(ids: Sequence[int], *, seed: int, most: int) -> list[int]:
    """So many of these, drawn by lot; the same ones whenever the same seed draws from the same ids."""
    # A sample that may be repeated by its seed; nothing secret hangs on it.
    return Random(seed).sample(sorted(ids), min(most, len(ids)))  # noqa: S311


def draw(
    document: Document,
    subjects: Mapping[int, Subject],
    lives: Mapping[int, tuple[datetime, datetime]],
    reached: Mapping[int, Shares] | None = None,
) -> list[Drawn]:
    """What the document would have done with each of these tickets, in their order.

    `lives` are from opening to end, `reached` when the clocks of each had come to the shares that steps wait for.
    """
    matcher, found = Matcher(document), []
    for ticket, subject in subjects.items():
        place = matcher.match(subject)
        path = document.path(document.rows[place].path) if place is not None else None
        if place is None or path is None:
            found.append(Drawn(ticket, place + 1 if place is not None else None, "", 0, 0))
            continue
        since, until = lives[ticket]
        told = climbing.simulate(document, path, since, shares=(reached or {}).get(ticket), most=TOLD_MOST)
        found.append(Drawn(ticket, place + 1, path.name, _reached(told, until), len(path.steps)))
    return found


def shares(drawn: Sequence[Drawn]) -> list[Share]:
    """The rows that took any, those with most tickets first; those that no row takes stand last."""
    of_row: dict[int | None, list[Drawn]] = {}
    for one in drawn:
        of_row.setdefault(one.row, []).append(one)
    ordered = sorted(of_row.items(), key=lambda item: (item[0] is None, -len(item[1]), item[0] or 0))
    most = max((len(each) for each in of_row.values()), default=1)
    return [
        Share(row, each[0].path, len(each), round(100 * len(each) / len(drawn)), _parts(each, most))
        for row, each in ordered
    ]


def _reached(told: Sequence[Told], until: datetime) -> int:
    """How many steps were told by then, each once however often it was told again."""
    return len({(one.path, one.step) for one in told if one.at <= until})


def _parts(drawn: Sequence[Drawn], most: int) -> tuple[Part, ...]:
    counts: dict[int, int] = {}
    for one in drawn:
        reached = min(one.reached, MOST_STEPS)
        counts[reached] = counts.get(reached, 0) + 1
    found, start = [], 0.0
    for reached, count in sorted(counts.items()):
        width = 100 * count / most
        found.append(Part(reached, count, round(start, 2), round(width, 2)))
        start += width
    return tuple(found)
