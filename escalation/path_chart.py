"""A path drawn on the server: a lane for each step, a mark for each time that it is told.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log1p

from escalation.matrix.climbing import Told
from escalation.matrix.document import Path

LANE = 34
TOP = 26
# What is labelled on the axis, in minutes.
TICKS = (0, 15, 60, 240, 1440, 3 * 1440, 7 * 1440, 30 * 1440)


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of one drawing, in its own units."""

    name: str
    width: int
    left: int
    right: int


WIDE = Frame("wide", 900, 26, 860)
PHONE = Frame("phone", 340, 26, 316)


@dataclass(frozen=True, slots=True)
class Mark:
    """One telling: where, the how-manieth time, from 0, and whether the ticket goes to the client with it."""

    x: float
    again: int
    hands_over: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One step, counted from 1, with its marks; one without any says what it waits for: nobody knows when that is."""

    y: float
    number: int
    is_clients: bool
    marks: tuple[Mark, ...]
    waits_for: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template writes as SVG; `ticks` are places and minutes."""

    frame: Frame
    height: int
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, int], ...]


def draw(path: Path, told: Sequence[Told], begun_at: datetime, frame: Frame, waits_for: Sequence[str]) -> Drawing:
    """The steps of this path as they were, or would be, told; what other paths tell is left out.

    `waits_for` has the words for each step that has no moment.
    """
    own = [one for one in told if one.path == path.name]
    minutes = [max((one.at - begun_at).total_seconds() / 60, 0) for one in own]
    most = max([60.0, *minutes])

    def x(minute: float) -> float:
        # The first quarter of an hour is as wide as days later on.
        return round(frame.left + (frame.right - frame.left) * log1p(minute / 5) / log1p(most / 5), 1)

    lanes = []
    for number, step in enumerate(path.steps):
        marks = tuple(
            Mark(x(minute), one.again, step.hands_over)
            for one, minute in zip(own, minutes, strict=True)
            if one.step == number
        )
        clients = any(who.is_clients for who in step.to)
        lanes.append(Lane(TOP + LANE * (number + 0.5), number + 1, clients, marks, waits_for[number]))
    ticks = tuple((x(tick), tick) for tick in TICKS if tick <= most)
    return Drawing(frame, TOP + LANE * len(path.steps) + 4, tuple(lanes), ticks)
