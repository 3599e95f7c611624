"""Who is on call: rotations in layers, overrides above them, and gaps where somebody has left.  Pure.

A hand-over is the first moment at which a clock on the wall shows its day and time or later: where the
clock jumps over that time it is the jump, and where it shows it twice the first of the two.  Hours of
the week count as support hours do (`helpdesk.lib.business_time`).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from helpdesk.lib.business_time import WeekCalendar, is_open, next_open, next_shut

# Somebody, by kind ("card", "contact") and id.
Who = tuple[str, int]
Span = tuple[datetime, datetime]
LONGEST_TURN = 366
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Layer:
    """People in order, each for a turn of `days`, handed over at `hand_over` minutes after midnight.

    The first turn begins on `first` (a day in `zone`); before it the layer is nobody's.  With `hours` it
    holds only while these are open.  `ref` names the layer in what it gives.
    """

    ref: str
    people: tuple[Who, ...]
    zone: str
    first: date
    days: int
    hand_over: int
    hours: WeekCalendar | None = None

    def __post_init__(self) -> None:
        if not self.people:
            raise ValueError("A rotation needs somebody.")
        if not 1 <= self.days <= LONGEST_TURN:
            raise ValueError(f"A turn lasts 1 to {LONGEST_TURN} days, not {self.days}.")
        if not 0 <= self.hand_over < 24 * 60:
            raise ValueError(f"A hand-over is a time of the day, not {self.hand_over} minutes.")


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else from..until; `made` orders them, and the newest wins."""

    ref: str
    who: Who
    start: datetime
    end: datetime
    made: int


@dataclass(frozen=True, slots=True)
class Rota:
    """Layers (later ones win), overrides, and when each person is there.

    `there` maps a person to the spans of their being there, apart and in order; whoever is not in it is always
    there.  With `passes_on` the next in the rotation who is there takes what somebody absent would have had, and
    an override to somebody absent does not count; else both leave a gap.
    """

    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    there: Mapping[Who, tuple[Span, ...]] = field(default_factory=dict)
    passes_on: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """From `start` until before `end`: `who` is on call by `source`, an override's or a layer's ref.

    Without `who` it is a gap; `missing` is whose turn it would have been.  `mark` tells one turn from the next.
    """

    start: datetime
    end: datetime
    who: Who | None
    source: str = ""
    mark: str = ""
    missing: Who | None = None


def hand_over_at(zone: str, day: date, minutes: int) -> datetime:
    """The first moment, in UTC, at which the clock there shows this day and time or later."""
    place = ZoneInfo(zone)
    wall = datetime.combine(day, time(minutes // 60, minutes % 60))
    moment = wall.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == wall:
        return moment
    # The clock jumps over it: with either offset, the moments lie on either side of the jump.
    low = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    return _jump(place, low, moment)


def _jump(place: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second from `low` to `high` at which the offset changes."""
    before = low.astimezone(place).utcoffset()
    while high - low > _SECOND:
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=65_536)
def _begin(zone: str, first: date, days: int, hand_over: int, number: int) -> datetime:
    return hand_over_at(zone, first + timedelta(days=days * number), hand_over)


def turn_begins(layer: Layer, number: int) -> datetime:
    """When the turn of this number begins, the first being 0."""
    return _begin(layer.zone, layer.first, layer.days, layer.hand_over, number)


def turn_at(layer: Layer, at: datetime) -> int:
    """The number of the turn that runs at a moment; negative before the first."""
    day = at.astimezone(ZoneInfo(layer.zone)).date()
    # A day more than the wall says: a skipped day or hour hands over at its jump.
    number = ((day - layer.first).days + 1) // layer.days
    while turn_begins(layer, number) > at:
        number -= 1
    return number


def on_call_at(rota: Rota, at: datetime) -> Shift:
    """Who is on call at one moment, with the bounds of that moment alone (`start` and `end` are `at`)."""
    covering = [each for each in rota.overrides if each.start <= at < each.end]
    for override in sorted(covering, key=lambda each: each.made, reverse=True):
        if _is_there(rota, override.who, at):
            return Shift(at, at, override.who, override.ref, override.ref)
        if not rota.passes_on:
            return Shift(at, at, None, override.ref, override.ref, override.who)
    for layer in reversed(rota.layers):
        number = turn_at(layer, at)
        if number < 0 or (layer.hours is not None and not is_open(layer.hours, at)):
            continue
        order, mark = _order(rota, layer, number), _mark(layer, number)
        who = next((each for each in order if _is_there(rota, each, at)), None)
        return Shift(at, at, who, layer.ref, mark, None if who else order[0])
    return Shift(at, at, None)


def shifts(rota: Rota, start: datetime, end: datetime) -> list[Shift]:
    """Every shift and gap from `start` to `end`, in order and without a hole between them."""
    if end <= start:
        return []
    found: list[Shift] = []
    free = [(start, end)]
    for override in sorted(rota.overrides, key=lambda each: each.made, reverse=True):
        found += _fill(free, _of_override(rota, override, start, end))
    for layer in reversed(rota.layers):
        if not free:
            break
        found += _lay(free, list(_of_layer(rota, layer, start, end)))
        free = _left(start, end, found)
    found += [Shift(opens, closes, None) for opens, closes in free]
    return _joined(sorted(found, key=lambda each: each.start))


def layer_shifts(rota: Rota, layer: Layer, start: datetime, end: datetime) -> list[Shift]:
    """What one layer gives by itself, with nothing above it; hours in which it does not hold are left out."""
    return _joined(list(_of_layer(rota, layer, start, end)))


def longest_turn(rota: Rota) -> timedelta:
    """The longest that one shift of these layers and overrides may last, and a day for clocks that change.

    At most `LONGEST_TURN` and that day: an override of many years is not followed to its end.
    """
    turns = [timedelta(days=layer.days) for layer in rota.layers]
    spans = [override.end - override.start for override in rota.overrides]
    longest = max([*turns, *spans, timedelta()])
    return min(longest, timedelta(days=LONGEST_TURN)) + timedelta(days=1)


def _of_override(rota: Rota, override: Override, start: datetime, end: datetime) -> list[Shift]:
    opens, closes = max(override.start, start), min(override.end, end)
    if opens >= closes:
        return []
    whole = Shift(opens, closes, override.who, override.ref, override.ref)
    return [each for each in _cover((override.who,), rota, whole) if each.who or not rota.passes_on]


def _of_layer(rota: Rota, layer: Layer, start: datetime, end: datetime) -> Iterator[Shift]:
    number = max(0, turn_at(layer, start))
    while (begins := turn_begins(layer, number)) < end:
        opens, closes = max(begins, start), min(turn_begins(layer, number + 1), end)
        order = _order(rota, layer, number)
        for first, last in _open_spans(layer.hours, opens, closes):
            yield from _cover(order, rota, Shift(first, last, order[0], layer.ref, _mark(layer, number)))
        number += 1


def _order(rota: Rota, layer: Layer, number: int) -> tuple[Who, ...]:
    """Who may have this turn: its person, then the others in order where the schedule passes on."""
    at = number % len(layer.people)
    return (*layer.people[at:], *layer.people[:at]) if rota.passes_on else (layer.people[at],)


def _mark(layer: Layer, number: int) -> str:
    return f"{layer.ref}/{turn_begins(layer, number):%Y%m%dT%H%MZ}"


def _open_spans(hours: WeekCalendar | None, start: datetime, end: datetime) -> Iterator[Span]:
    if hours is None:
        if start < end:
            yield start, end
        return
    at = start
    while at < end and (opens := next_open(hours, at)) is not None and opens < end:
        at = min(next_shut(hours, opens), end)
        yield opens, at


def _cover(order: tuple[Who, ...], rota: Rota, whole: Shift) -> Iterator[Shift]:
    """The shift in parts by who of `order` is there, each absence going on to the next of them; in order of time."""
    if not order:
        yield replace(whole, who=None, missing=whole.missing or whole.who)
        return
    who = order[0]
    at = whole.start
    rest = replace(whole, missing=whole.missing or whole.who)
    for opens, closes in _there(rota, who, whole.start, whole.end):
        if at < opens:
            yield from _cover(order[1:], rota, replace(rest, start=at, end=opens))
        yield replace(whole, start=opens, end=closes, who=who, missing=None)
        at = closes
    if at < whole.end:
        yield from _cover(order[1:], rota, replace(rest, start=at))


def _there(rota: Rota, who: Who, start: datetime, end: datetime) -> Iterator[Span]:
    for opens, closes in rota.there.get(who, ((start, end),)):
        if opens < end and closes > start:
            yield max(opens, start), min(closes, end)


def _is_there(rota: Rota, who: Who, at: datetime) -> bool:
    return who not in rota.there or any(opens <= at < closes for opens, closes in rota.there[who])


def _fill(free: list[Span], parts: Sequence[Shift]) -> list[Shift]:
    """What of a few parts falls into what is free, which is made smaller; `free` is sorted and apart."""
    found = []
    for part in parts:
        low = max(0, bisect_right(free, part.start, key=lambda span: span[0]) - 1)
        high = low
        kept: list[Span] = []
        while high < len(free) and free[high][0] < part.end:
            opens, closes = max(free[high][0], part.start), min(free[high][1], part.end)
            if opens < closes:
                found.append(replace(part, start=opens, end=closes))
                kept += [s for s in ((free[high][0], opens), (closes, free[high][1])) if s[0] < s[1]]
            else:
                kept.append(free[high])
            high += 1
        free[low:high] = kept
    return found


def _lay(free: Sequence[Span], parts: Sequence[Shift]) -> list[Shift]:
    """What of many parts falls into what is free; both are in order."""
    found, at = [], 0
    for opens, closes in free:
        while at < len(parts) and parts[at].end <= opens:
            at += 1
        here = at
        while here < len(parts) and parts[here].start < closes:
            part = parts[here]
            found.append(replace(part, start=max(part.start, opens), end=min(part.end, closes)))
            here += 1
    return found


def _left(start: datetime, end: datetime, taken: Sequence[Shift]) -> list[Span]:
    found, at = [], start
    for each in sorted(taken, key=lambda part: part.start):
        if at < each.start:
            found.append((at, each.start))
        at = max(at, each.end)
    return [*found, (at, end)] if at < end else found


def _joined(parts: Sequence[Shift]) -> list[Shift]:
    """Neighbours of the same turn and person as one."""
    found: list[Shift] = []
    for part in parts:
        if found and found[-1].end == part.start and replace(found[-1], start=part.start, end=part.end) == part:
            found[-1] = replace(found[-1], end=part.end)
        elif part.start < part.end:
            found.append(part)
    return found
