"""The picture of an incident: the tickets that came in over its time, and its turns.  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BARS = 48
WIDTH, HEIGHT, GROUND = 960, 150, 120


@dataclass(frozen=True, slots=True)
class Bar:
    """The tickets of one stretch of time, from `start` on."""

    x: float
    y: float
    width: float
    height: float
    start: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A turn, by its name, where it stands."""

    x: float
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars from the first to the last moment, the marks above them, and the most that one bar has."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    start: datetime
    end: datetime
    most: int


def draw(opened: Sequence[datetime], turns: Iterable[tuple[str, datetime]], until: datetime) -> Picture | None:
    """The picture of when tickets were opened, until a moment; None where there are none."""
    if not opened:
        return None
    start, known = min(opened), sorted(turns, key=lambda turn: turn[1])
    end = max(until, max(opened), *(at for _name, at in known)) if known else max(until, max(opened))
    whole = max(end - start, timedelta(minutes=BARS))
    counts = [0] * BARS
    for at in opened:
        counts[min(BARS - 1, int((at - start) / whole * BARS))] += 1
    most = max(counts)
    step = WIDTH / BARS
    bars = tuple(
        Bar(
            x=round(number * step + 1, 1),
            y=round(GROUND - count / most * (GROUND - 24), 1),
            width=round(step - 2, 1),
            height=round(count / most * (GROUND - 24), 1),
            start=start + whole * number / BARS,
            count=count,
        )
        for number, count in enumerate(counts)
        if count
    )
    marks = tuple(Mark(round(max(0.0, (at - start) / whole) * WIDTH, 1), name, at) for name, at in known)
    return Picture(bars, marks, start, start + whole, most)
