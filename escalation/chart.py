"""The chart of open tickets, drawn on the server: stacked areas by court, bars of what came and went.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from escalation.today import Day
from tickets.models import Holder

STACK = (Holder.VENDOR, Holder.CLIENT, Holder.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of one drawing, in its own units."""

    name: str
    width: int
    height: int
    left: int
    right: int
    plot_bottom: float
    bars_middle: float
    bars_most: float
    label_every: int


WIDE = Frame("wide", 1340, 330, 34, 1212, 227.8, 280.4, 22, 1)
PHONE = Frame("phone", 330, 280, 34, 322, 194.8, 239, 16, 3)
TOP = 20.0


@dataclass(frozen=True, slots=True)
class Area:
    """One court: its class names, the area's and the upper edge's points, and where its label stands."""

    holder: Holder
    css: str
    area: str
    edge: str
    count: int
    label_y: float

    @property
    def number(self) -> str:
        """The name under which reports list what the area counts."""
        return f"open_{self.holder.value}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's bars and its label, which may be empty."""

    x: float
    width: float
    in_y: float
    in_height: float
    out_y: float
    out_height: float
    label: date | None
    label_x: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the grid with its number."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template writes as SVG."""

    frame: Frame
    areas: tuple[Area, ...]
    bars: tuple[Bar, ...]
    grid: tuple[Line, ...]
    rests: tuple[tuple[float, float], ...]
    bars_label_in: float
    bars_label_out: float
    legend_x: float


def draw(days: Sequence[Day], frame: Frame) -> Drawing:
    """The drawing of these days, the oldest first."""
    step = (frame.right - frame.left) / len(days)
    xs = [frame.left + step * (index + 0.5) for index in range(len(days))]
    most = max(1, *(day.open for day in days))
    grid_step = _round_step(most)
    scale = (frame.plot_bottom - TOP) / max(most, grid_step)
    return Drawing(
        frame,
        _areas(days, xs, scale, frame),
        _bars(days, xs, step, frame),
        tuple(Line(round(frame.plot_bottom - v * scale, 1), v) for v in range(0, most + 1, grid_step)),
        tuple((round(x - step / 2, 1), round(step, 1)) for x, day in zip(xs, days, strict=True) if day.is_weekend),
        round(frame.bars_middle - 6, 1),
        round(frame.bars_middle + 16, 1),
        frame.right + 10,
    )


def _areas(days: Sequence[Day], xs: Sequence[float], scale: float, frame: Frame) -> tuple[Area, ...]:
    below = [0] * len(days)
    found, label_y = [], frame.plot_bottom + 18.0
    for holder, css in zip(STACK, ("us", "client", "cust"), strict=True):
        above = [base + day.held.get(holder, 0) for base, day in zip(below, days, strict=True)]
        edge = [_point(x, frame.plot_bottom - value * scale) for x, value in zip(xs, above, strict=True)]
        floor = [_point(x, frame.plot_bottom - value * scale) for x, value in zip(xs, below, strict=True)]
        middle = frame.plot_bottom - (below[-1] + above[-1]) / 2 * scale
        # Labels of thin areas would lie on each other.
        label_y = min(label_y - 24, middle)
        area = " ".join([*edge, *reversed(floor)])
        found.append(Area(holder, css, area, " ".join(edge), days[-1].held.get(holder, 0), round(label_y, 1)))
        below = above
    return tuple(found)


def _bars(days: Sequence[Day], xs: Sequence[float], step: float, frame: Frame) -> tuple[Bar, ...]:
    most = max(1, *(max(day.opened, day.solved) for day in days))
    width = step / 2
    bars = []
    for index, (day, x) in enumerate(zip(days, xs, strict=True)):
        high, low = day.opened / most * frame.bars_most, day.solved / most * frame.bars_most
        # Counted from the end, so that today always has its date.
        labelled = (len(days) - 1 - index) % frame.label_every == 0
        bars.append(
            Bar(
                round(x - width / 2, 1),
                round(width, 1),
                round(frame.bars_middle - 0.5 - high, 1),
                round(high, 1),
                round(frame.bars_middle + 0.5, 1),
                round(low, 1),
                day.day if labelled else None,
                round(x, 1),
            )
        )
    return tuple(bars)


def _round_step(most: int) -> int:
    """The distance of the grid's lines: 1, 2 or 5 times a power of ten, giving at most five lines."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if most <= factor * power * 4:
                return factor * power
        power *= 10


def _point(x: float, y: float) -> str:
    return f"{x:.1f},{y:.1f}"
