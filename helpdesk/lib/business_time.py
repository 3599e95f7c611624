"""Calendar arithmetic on support hours: what is open when, and how much of it has run. No database.

Opening hours are local wall time: a moment is open when a clock on the wall there shows a time within
an interval. So the hour that is skipped in spring doesn't count, and the hour that comes twice in
autumn counts twice. Everything counted is real elapsed time.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# (start, end) in minutes after midnight; an end past 1440 is on the next day.
Interval = tuple[int, int]
Day = tuple[Interval, ...]

DAY_MINUTES = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = DAY_MINUTES * _MINUTE
# A calendar that stays closed for longer is taken to stay closed.
_PATIENCE = 731 * _DAY
_EPOCH_DAY = EPOCH.toordinal()


class NeverOpen(Exception):
    """The calendar never opens for long enough."""


@dataclass(frozen=True, eq=False)
class WeekCalendar:
    """Support hours: a week that repeats, days without hours, and days with hours of their own.

    `week` holds seven days, Monday first, each with any number of intervals that don't overlap. An
    overnight interval belongs to the day on which it starts. A holiday takes a day's intervals away;
    `extra` replaces them, also on a holiday. Calendars of equal content are equal.
    """

    zone: str
    week: tuple[Day, ...]
    holidays: frozenset[date] = frozenset()
    extra: Mapping[date, Day] = field(default_factory=dict)
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _check_zone(self.zone)
        if len(self.week) != 7:
            raise ValueError(f"A week has 7 days, Monday first, not {len(self.week)}.")
        extra = {day: _checked_day(hours, str(day)) for day, hours in sorted(self.extra.items())}
        week = tuple(
            _checked_day(hours, f"day {number} of the week") for number, hours in enumerate(self.week, start=1)
        )
        set_field = object.__setattr__
        set_field(self, "week", week)
        set_field(self, "holidays", frozenset(self.holidays))
        set_field(self, "extra", MappingProxyType(extra))
        # Kept, because every look into the cache asks for it.
        set_field(self, "_hash", hash((self.zone, week, self.holidays, tuple(extra.items()))))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, WeekCalendar) or self._hash != other._hash:
            return False
        return (self.zone, self.week, self.holidays, self.extra) == (
            *(other.zone, other.week, other.holidays),
            other.extra,
        )

    def hours_of(self, day: date) -> Day:
        """The intervals that start on this date."""
        if day in self.extra:
            return self.extra[day]
        return () if day in self.holidays else self.week[day.weekday()]


def always_open(zone: str) -> WeekCalendar:
    """Day and night, every day."""
    return WeekCalendar(zone=zone, week=(((0, DAY_MINUTES),),) * 7)


def is_open(cal: WeekCalendar, at: datetime) -> bool:
    """Whether the moment lies within the hours; a closing time itself doesn't."""
    moment = _micros(at)
    return _block(cal, _year_of(moment)).next_open(moment) == moment


def next_open(cal: WeekCalendar, at: datetime) -> datetime | None:
    """The first open moment from `at` on, in UTC: `at` itself while open.

    None when nothing opens within two years.
    """
    moment = _micros(at)
    year = _year_of(moment)
    while True:
        block = _block(cal, year)
        found = block.next_open(moment)
        if found is not None:
            return _moment(found) if found - moment <= _PATIENCE else None
        if block.end - moment > _PATIENCE:
            return None
        year += 1


def next_shut(cal: WeekCalendar, at: datetime) -> datetime:
    """The first moment from `at` on, in UTC, that is not open: `at` itself while shut.

    A calendar that stays open for two years gives the moment after these.
    """
    moment = _micros(at)
    last = moment + _PATIENCE
    while moment < last:
        block = _block(cal, _year_of(moment))
        closes = block.shut_after(moment)
        if closes < block.end:
            return _moment(closes)
        moment = block.end
        if _block(cal, _year_of(moment)).next_open(moment) != moment:
            return _moment(moment)
    return _moment(last)


def seconds_between(cal: WeekCalendar, start: datetime, end: datetime) -> int:
    """Whole open seconds from `start` to `end`; negative when `end` comes first."""
    if end < start:
        return -seconds_between(cal, end, start)
    first, last = _micros(start), _micros(end)
    year, last_year = _year_of(first), _year_of(last)
    open_micros = -_block(cal, year).open_before(first)
    while year < last_year:
        open_micros += _block(cal, year).total
        year += 1
    return (open_micros + _block(cal, year).open_before(last)) // _SECOND


def add_seconds(cal: WeekCalendar, start: datetime, seconds: int) -> datetime:
    """The first moment, in UTC, at which that many open seconds have run since `start`.

    Raises NeverOpen when it stays closed for two years before they have.
    """
    if seconds < 0:
        raise ValueError(f"Business time runs forward, so {seconds} seconds can't be added.")
    moment, left = _micros(start), seconds * _SECOND
    if not left:
        return _moment(moment)
    year, closed_since = _year_of(moment), moment
    while True:
        block = _block(cal, year)
        opens = block.next_open(moment)
        if (block.end if opens is None else opens) - closed_since > _PATIENCE:
            raise NeverOpen(f"No support hours for two years from {_moment(closed_since):%Y-%m-%d}.")
        before = block.open_before(moment)
        if block.total - before >= left:
            return _moment(block.when_run(before + left))
        if opens is not None:
            left -= block.total - before
            closed_since = block.ends[-1]
        moment, year = block.end, year + 1


@dataclass(frozen=True, slots=True)
class _Block:
    """The openings of one UTC year in microseconds since the epoch: sorted, apart, with their sums."""

    starts: "array[int]"
    ends: "array[int]"
    # Open time of the year before each opening.
    sums: "array[int]"
    total: int
    end: int

    def open_before(self, moment: int) -> int:
        at = bisect_right(self.starts, moment) - 1
        return 0 if at < 0 else self.sums[at] + min(moment, self.ends[at]) - self.starts[at]

    def next_open(self, moment: int) -> int | None:
        at = bisect_right(self.starts, moment)
        if at and moment < self.ends[at - 1]:
            return moment
        return self.starts[at] if at < len(self.starts) else None

    def shut_after(self, moment: int) -> int:
        """The end of the opening that runs at the moment; the moment itself outside of one."""
        at = bisect_right(self.starts, moment) - 1
        return moment if at < 0 else max(moment, self.ends[at])

    def when_run(self, micros: int) -> int:
        """When that much of the year's open time (more than none) has run."""
        at = bisect_right(self.sums, micros - 1) - 1
        return self.starts[at] + micros - self.sums[at]


@lru_cache(maxsize=512)
def _block(cal: WeekCalendar, year: int) -> _Block:
    begin, end = _year_start(year), _year_start(year + 1)
    # Three days before, because an opening may run into its second day and a zone may skip a day.
    first = begin // _DAY + _EPOCH_DAY - 3
    pieces = _offsets(cal.zone, year)
    found = sorted(
        (max(opens, begin), min(closes, end))
        for ordinal in range(first, end // _DAY + _EPOCH_DAY + 3)
        for wall in cal.hours_of(date.fromordinal(ordinal))
        for opens, closes in _openings(ordinal, wall, pieces)
        if opens < end and closes > begin
    )
    starts, ends, sums, total = array("q"), array("q"), array("q"), 0
    for opens, closes in found:
        if ends and opens <= ends[-1]:
            total += max(0, closes - ends[-1])
            ends[-1] = max(ends[-1], closes)
        else:
            starts.append(opens)
            ends.append(closes)
            sums.append(total)
            total += closes - opens
    return _Block(starts=starts, ends=ends, sums=sums, total=total, end=end)


def _openings(ordinal: int, wall: Interval, pieces: tuple[tuple[int, int, int], ...]) -> Iterable[Interval]:
    """The stretches of time in which the wall clock shows a time within `wall` of that date."""
    midnight = (ordinal - _EPOCH_DAY) * _DAY
    for since, until, offset in pieces:
        opens = max(since, midnight + wall[0] * _MINUTE - offset)
        closes = min(until, midnight + wall[1] * _MINUTE - offset)
        if opens < closes:
            yield opens, closes


@lru_cache(maxsize=512)
def _offsets(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The year, with a week on either side, as (since, until, offset from UTC) in microseconds.

    zoneinfo doesn't tell its transitions, so each day's offset is compared with the next one's and
    a difference is narrowed down to the second.
    """
    place = ZoneInfo(zone)
    since, last = _year_start(year) - 7 * _DAY, _year_start(year + 1) + 7 * _DAY
    pieces = []
    offset = _offset_at(place, since)
    for day in range(since, last, _DAY):
        after = _offset_at(place, day + _DAY)
        if after != offset:
            change = _change_between(place, day, day + _DAY)
            pieces.append((since, change, offset))
            since, offset = change, after
    return (*pieces, (since, last + _DAY, offset))


def _change_between(place: ZoneInfo, low: int, high: int) -> int:
    """The second at which the offset changes, of two moments with different ones."""
    before = _offset_at(place, low)
    while high - low > _SECOND:
        middle = low + (high - low) // 2 // _SECOND * _SECOND
        if _offset_at(place, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset_at(place: ZoneInfo, micros: int) -> int:
    return (_moment(micros).astimezone(place).utcoffset() or timedelta()) // _MICRO


def _year_start(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_DAY) * _DAY


def _year_of(micros: int) -> int:
    return date.fromordinal(micros // _DAY + _EPOCH_DAY).year


def _micros(at: datetime) -> int:
    return (at - EPOCH) // _MICRO


def _moment(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=micros)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{zone!r} is not a time zone. Write it like Europe/Oslo.") from None


def _checked_day(hours: Iterable[Iterable[int]], name: str) -> Day:
    day = sorted(_checked_interval(tuple(interval), name) for interval in hours)
    for (_, end), (start, _) in pairwise(day):
        if start < end:
            raise ValueError(f"On {name}, two intervals overlap at {_clock(start)}.")
    return tuple(day)


def _checked_interval(interval: tuple[int, ...], name: str) -> Interval:
    match interval:
        case (int(start), int(end)) if 0 <= start < DAY_MINUTES and 0 < end - start <= DAY_MINUTES:
            return start, end
        case (int(start), int(end)) if 0 <= start < DAY_MINUTES:
            raise ValueError(
                f"On {name}, an interval runs from {_clock(start)} to {_clock(end)}. "
                "It must end after its start and last 24 hours at most."
            )
    raise ValueError(f"On {name}, {interval!r} is not a start before 1440 and an end, in minutes.")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
