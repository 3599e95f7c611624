"""Support hours as a client writes them, and what is wrong with them.  No database.

Times of day are minutes after midnight on the wall clock of the hours' own zone; an end past 1440
is on the next day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.errors import Invalid
from helpdesk.lib.business_time import DAY_MINUTES, Day

MOST_INTERVALS = 8
MOST_DAYS = 1000
YEARS_AHEAD = 15
YEARS_BACK = 1


@dataclass(frozen=True, slots=True)
class Hours:
    """A week, where its clock hangs, whose public holidays are free, and the client's own days."""

    zone: str
    week: tuple[Day, ...]
    country: str = ""
    region: str = ""
    own: Mapping[date, str] = field(default_factory=dict)
    extra: Mapping[date, Day] = field(default_factory=dict)


def check(hours: Hours, now: datetime) -> None:
    """Raise `Invalid` naming the field where nobody could work by these hours.

    Refused are an unknown zone, windows that overlap (over midnight too), a week that never
    opens, a date too far away, and an exception at a time that its day doesn't have.
    """
    if hours.zone not in _known_zones():
        raise Invalid(_("There is no time zone “%(zone)s”. Write it like Europe/Oslo.") % {"zone": hours.zone}, "zone")
    today = now.astimezone(ZoneInfo(hours.zone)).date()
    for number, day in enumerate(hours.week):
        _check_day(day, f"day_{number}")
    _check_nights(hours.week)
    if not any(hours.week):
        raise Invalid(
            _("These hours are never open, so no promise counted on them would ever come due. Open one day at least."),
            "day_0",
        )
    _check_dates(hours.own, "own", today)
    _check_dates(hours.extra, "extra", today)
    for exception, windows in hours.extra.items():
        _check_day(windows, "extra")
        _check_exists(hours.zone, exception, windows)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def zones() -> tuple[str, ...]:
    """The time zones to choose from, those named after a place, sorted."""
    return ("UTC", *sorted(name for name in _known_zones() if "/" in name and not name.startswith("Etc/")))


def weekday(number: int) -> str:
    """The name of a day of the week, Monday is 0."""
    # 2024 began on a Monday.
    return date_format(date(2024, 1, 1 + number), "l")


def clock_text(minutes: int) -> str:
    """A time of day as people write it: 510 is 08:30, 1440 is 24:00, 1800 is 06:00."""
    shown = minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES
    return f"{shown // 60:02d}:{shown % 60:02d}"


def day_text(day: Day) -> str:
    """A day's windows as the form holds them: "08:00-12:00, 22:00-06:00"; nothing for a closed one."""
    return ", ".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in day)


def missing_minutes(zone: str, day: date) -> tuple[int, int] | None:
    """The stretch of a day that its clocks jump over, as minutes [start, end), or None."""
    gone = [minute for minute in range(DAY_MINUTES) if not _exists(zone, day, minute)]
    return (gone[0], gone[-1] + 1) if gone else None


def _exists(zone: str, day: date, minute: int) -> bool:
    wall = datetime.combine(day, datetime.min.time(), ZoneInfo(zone)) + timedelta(minutes=minute)
    return wall.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall.replace(tzinfo=None)


def _check_day(day: Day, name: str) -> None:
    if len(day) > MOST_INTERVALS:
        raise Invalid(_("A day has at most %(most)s windows.") % {"most": MOST_INTERVALS}, name)
    before = 0
    for start, end in sorted(day):
        if not (0 <= start < DAY_MINUTES and start < end <= start + DAY_MINUTES):
            raise Invalid(_("A window ends after it starts, and within 24 hours."), name)
        if start < before:
            raise Invalid(_("Two windows overlap at %(time)s. Join them into one.") % {"time": clock_text(start)}, name)
        before = end


def _check_nights(week: tuple[Day, ...]) -> None:
    """A night shift may not run into the next day's first window."""
    for number, day in enumerate(week):
        following = week[(number + 1) % 7]
        last = max((end for _start, end in day), default=0) - DAY_MINUTES
        first = min((start for start, _end in following), default=DAY_MINUTES)
        if last > first:
            told = {"day": weekday(number), "end": clock_text(last), "next": clock_text(first)}
            raise Invalid(
                _("The night of %(day)s runs until %(end)s, but the next day opens at %(next)s already.") % told,
                f"day_{(number + 1) % 7}",
            )


def _check_dates(days: Mapping[date, object], name: str, today: date) -> None:
    if len(days) > MOST_DAYS:
        raise Invalid(_("At most %(most)s days can stand here.") % {"most": MOST_DAYS}, name)
    for day in days:
        if not today.year - YEARS_BACK <= day.year <= today.year + YEARS_AHEAD:
            told = {"day": day.isoformat(), "first": today.year - YEARS_BACK, "last": today.year + YEARS_AHEAD}
            raise Invalid(_("%(day)s is too far away: write years from %(first)s to %(last)s.") % told, name)


def _check_exists(zone: str, day: date, windows: Day) -> None:
    """No window starts or ends at a time that the clocks jump over; ending where the jump begins is fine."""
    for moment in _edges(day, windows):
        gap = missing_minutes(zone, moment[0])
        if gap is None:
            continue
        minute, is_end = moment[1:]
        if gap[0] + is_end <= minute < gap[1]:
            told = {
                "day": date_format(moment[0], "j F Y"),
                "from": clock_text(gap[0]),
                "to": clock_text(gap[1]),
                "time": clock_text(minute),
            }
            raise Invalid(
                _("On %(day)s the clocks go from %(from)s straight to %(to)s, so there is no %(time)s.") % told, "extra"
            )


def _edges(day: date, windows: Day) -> Iterator[tuple[date, int, bool]]:
    """Each start and end with the day on which it lies, and whether it is an end."""
    for start, end in windows:
        yield day, start, False
        late = end > DAY_MINUTES
        yield (day + timedelta(days=1), end - DAY_MINUTES, True) if late else (day, end, True)
