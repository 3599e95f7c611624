"""Business time against a bitmap of minutes with prefix sums, and what one due time costs in additions."""

import random
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.figure import Figure, at_least, at_most, told
from helpdesk.lib.business_time import Day, NeverOpen, WeekCalendar, add_seconds, is_open, seconds_between
from helpdesk.lib.progress import Progress

ZONES = (
    "UTC Europe/Stockholm Europe/London Europe/Dublin Europe/Lisbon Europe/Athens Europe/Moscow Europe/Istanbul "
    "Atlantic/Azores Africa/Cairo Africa/Casablanca Africa/Johannesburg Asia/Beirut Asia/Gaza Asia/Jerusalem "
    "Asia/Tehran Asia/Dubai Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Shanghai Asia/Tokyo Australia/Adelaide "
    "Australia/Eucla Australia/Lord_Howe Australia/Sydney Pacific/Auckland Pacific/Chatham Pacific/Apia "
    "Pacific/Kiritimati Pacific/Honolulu America/Anchorage America/New_York America/Chicago America/Havana "
    "America/Sao_Paulo America/Santiago America/St_Johns America/Nuuk America/Asuncion"
).split()
# Two windows that hold the changes of clocks of both halves of the year, on either side of the equator.
BEGINNINGS = (date(2026, 1, 20), date(2026, 8, 1))
LONGEST = 90
WINDOW = LONGEST + 40
MINUTES = WINDOW * 1440
CASES, CALENDARS = 200_000, 5
TIMED = 2_000


@dataclass(frozen=True, slots=True)
class _Walls:
    """What the clock on the wall of a zone shows at each minute of the window."""

    zone: str
    begin: datetime
    days: tuple[date, ...]
    minutes: tuple[int, ...]


def measure(*, quick: bool, data: Path) -> Figure:
    """Random calendars in 40 zones, counted twice; then due times and additions in turns."""
    rng = random.Random(26)
    cases = CASES // 20 if quick else CASES
    wrong, done = 0, 0
    each = cases // (len(ZONES) * len(BEGINNINGS) * CALENDARS)
    with Progress("Counting", total=cases) as progress:
        for zone in ZONES:
            for beginning in BEGINNINGS:
                walls = _walls(zone, beginning)
                for _number in range(CALENDARS):
                    calendar = _calendar(rng, zone, beginning)
                    wrong += sum(not right for right in _compared(rng, calendar, walls, each))
                    done += each
                    progress.advance(each)
    ratios = _ratios(rng, runs=3 if quick else 9)
    figure = Figure("business_time", runs=len(ratios))
    figure.parts = [
        at_least("random cases compared", [done], cases, ""),
        at_most("differences from the bitmap", [wrong], 0, ""),
        at_most("one due time in additions of datetime", [ratio for ratio, _due in ratios], 300, "times"),
        told("one due time", [due for _ratio, due in ratios], "µs"),
    ]
    return figure


def _walls(zone: str, beginning: date) -> _Walls:
    place, begin = ZoneInfo(zone), datetime.combine(beginning, datetime.min.time(), UTC)
    shown = [(begin + timedelta(minutes=minute)).astimezone(place) for minute in range(MINUTES)]
    return _Walls(zone, begin, tuple(at.date() for at in shown), tuple(at.hour * 60 + at.minute for at in shown))


def _calendar(rng: random.Random, zone: str, beginning: date) -> WeekCalendar:
    """Several windows a day, nights, holidays, and days with hours of their own."""
    near = [beginning + timedelta(days=rng.randrange(WINDOW)) for _number in range(16)]
    week = tuple(_day(rng) for _number in range(7))
    return WeekCalendar(zone, week, frozenset(near[:10]), {day: _day(rng) for day in near[8:]})


def _day(rng: random.Random) -> Day:
    cuts = sorted(rng.sample(range(2 * 1440), 2 * rng.randrange(4)))
    pairs = zip(cuts[::2], cuts[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start < 1440 and end - start <= 1440)


def _bitmap(calendar: WeekCalendar, walls: _Walls) -> list[bool]:
    """Minute by minute, whether the clock on the wall shows a time within a window of its day or the night before."""
    known: dict[date, bytearray] = {}
    for day in set(walls.days):
        shown = bytearray(1440)
        for of, ahead in ((day, 0), (day - timedelta(days=1), 1440)):
            for start, end in _hours(calendar, of):
                low, high = max(0, start - ahead), min(1440, end - ahead)
                shown[low : max(low, high)] = b"\1" * max(0, high - low)
        known[day] = shown
    return [bool(known[day][minute]) for day, minute in zip(walls.days, walls.minutes, strict=True)]


def _hours(calendar: WeekCalendar, day: date) -> Day:
    if day in calendar.extra:
        return calendar.extra[day]
    return () if day in calendar.holidays else calendar.week[day.weekday()]


def _compared(rng: random.Random, calendar: WeekCalendar, walls: _Walls, count: int) -> Iterator[bool]:
    """Whether each of `count` random stretches and due times is the same both ways."""
    bits = _bitmap(calendar, walls)
    sums = [0, *accumulate(60 * bit for bit in bits)]
    for _number in range(count):
        first = rng.randrange((WINDOW - LONGEST) * 86_400)
        last = first + rng.randrange(LONGEST * 86_400)
        start, end = walls.begin + timedelta(seconds=first), walls.begin + timedelta(seconds=last)
        used = _run(sums, bits, last) - _run(sums, bits, first)
        due = _due(sums, bits, first, used)
        yield (
            seconds_between(calendar, start, end) == used
            and is_open(calendar, start) == bits[first // 60]
            and (due is None or _added(calendar, start, used) == walls.begin + timedelta(seconds=due))
        )


def _run(sums: Sequence[int], bits: Sequence[bool], second: int) -> int:
    """Open seconds of the window before a second."""
    minute, rest = divmod(second, 60)
    return sums[minute] + (rest if bits[minute] else 0)


def _due(sums: Sequence[int], bits: Sequence[bool], first: int, seconds: int) -> int | None:
    """The first second by which that many open ones have run since `first`; None for none at all."""
    if not seconds:
        return None
    goal = _run(sums, bits, first) + seconds
    minute = bisect_left(sums, goal) - 1
    return minute * 60 + goal - sums[minute]


def _added(calendar: WeekCalendar, start: datetime, seconds: int) -> datetime | None:
    try:
        return add_seconds(calendar, start, seconds)
    except NeverOpen:
        return None


def _ratios(rng: random.Random, *, runs: int) -> list[tuple[float, float]]:
    """One due time against one addition, in turns on the same moments, and a due time in microseconds."""
    calendar = WeekCalendar(
        "Europe/Stockholm",
        (((480, 720), (780, 1020)),) * 5 + (((1320, 1800),), ()),
        frozenset(date(2026, 1, 1) + timedelta(days=rng.randrange(365 * 15)) for _number in range(200)),
    )
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    moments = [begin + timedelta(seconds=rng.randrange(300 * 86_400)) for _number in range(TIMED)]
    targets = [rng.randrange(1, 80 * 3600) for _number in range(TIMED)]
    lengths = [timedelta(seconds=target) for target in targets]
    found = []
    for _run_number in range(runs + 1):
        began = time.perf_counter()
        for moment, target in zip(moments, targets, strict=True):
            add_seconds(calendar, moment, target)
        middle = time.perf_counter()
        for moment, length in zip(moments, lengths, strict=True):
            moment + length
        added = time.perf_counter() - middle
        found.append(((middle - began) / added, (middle - began) / TIMED * 1e6))
    # The first run builds the year's openings.
    return found[1:]
