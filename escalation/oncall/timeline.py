"""The coming weeks as a picture: a line a rotation, one of overrides, and who is on call in the end.  Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation.oncall.rota import Shift, Who

DAYS = 14
COLOURS = 6
# About how wide a letter is, so that a name that does not fit is left out.
_LETTER = 7.2


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of one drawing in its own units, and how many days it shows."""

    name: str
    width: int
    left: int
    days: int
    row: int = 34
    top: int = 26


WIDE = Frame("wide", 1200, 150, DAYS)
PHONE = Frame("phone", 340, 0, 7, row=46)


@dataclass(frozen=True, slots=True)
class Bar:
    """One shift: where, in whose colour, with which label, and what it says in full."""

    x: float
    width: float
    css: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of bars under its name."""

    name: str
    y: int
    bars: tuple[Bar, ...]
    is_final: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template writes as SVG."""

    frame: Frame
    height: int
    days: tuple[tuple[float, date, bool], ...]
    now_x: float
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What one line shows."""

    name: str
    shifts: Sequence[Shift]
    is_final: bool = False


def midnight(zone: str, at: datetime) -> datetime:
    """The beginning of the day at a place, in UTC."""
    place = ZoneInfo(zone)
    return datetime.combine(at.astimezone(place).date(), datetime.min.time(), place).astimezone(UTC)


def draw(
    rows: Iterable[Row],
    frame: Frame,
    zone: str,
    now: datetime,
    who: Callable[[Shift], tuple[str, str]],
    known: Sequence[Who],
) -> Drawing:
    """The drawing from today's midnight at `zone`; `who` gives a shift's name and its full sentence."""
    place = ZoneInfo(zone)
    start = midnight(zone, now)
    first = start.astimezone(place).date()
    days = [first + timedelta(days=number) for number in range(frame.days + 1)]
    edges = [datetime.combine(day, datetime.min.time(), place).astimezone(UTC) for day in days]
    scale = (frame.width - frame.left) / (edges[-1] - start).total_seconds()

    def x(moment: datetime) -> float:
        inside = min(max(moment, start), edges[-1])
        return round(frame.left + (inside - start).total_seconds() * scale, 1)

    def bar(shift: Shift) -> Bar:
        left, right = x(shift.start), x(shift.end)
        name, title = who(shift)
        width = max(1.0, round(right - left - 1.5, 1))
        return Bar(left, width, _css(shift, known), _fitting(name, width), title)

    lines = tuple(
        Line(
            row.name,
            frame.top + number * frame.row,
            tuple(bar(each) for each in row.shifts if each.start < edges[-1] and each.end > start),
            row.is_final,
        )
        for number, row in enumerate(rows)
    )
    marks = tuple((x(edge), day, day.weekday() > 4) for edge, day in zip(edges[:-1], days[:-1], strict=True))
    return Drawing(frame, frame.top + len(lines) * frame.row + 4, marks, x(now), lines)


def _css(shift: Shift, known: Sequence[Who]) -> str:
    if shift.who is None:
        return "gap" if shift.missing is not None else "off"
    return f"p{known.index(shift.who) % COLOURS}" if shift.who in known else "p0"


def _fitting(name: str, width: float) -> str:
    """The name, its first word, its initials, or nothing, whichever fits."""
    words = name.split()
    tries = [name, words[0], "".join(word[0] for word in words[:2]).upper()] if words else []
    return next((each for each in tries if len(each) * _LETTER + 10 <= width), "")
