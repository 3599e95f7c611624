"""Lengths of time in words, in the reader's language: time left, time over, time taken.

What is promised is rounded down and what was taken is rounded to the nearest minute, so that nobody
is told of a minute that isn't there.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language, gettext, ngettext, pgettext

from helpdesk.lib.clock import as_local

MINUTE, HOUR, DAY = 60, 3600, 86_400


class Level(StrEnum):
    """How much time left hurts; the value is the style sheet's class."""

    LATE = "late"
    SOON = "soon"
    PLAIN = "plain"


@dataclass(frozen=True)
class TimeLeft:
    """Words and urgency of a due time."""

    text: str
    level: Level


def short(seconds: int) -> str:
    """ "12 min", "1 h 05", "3 days 4 h": whole minutes, rounded down; not below zero."""
    _check(seconds)
    return _short(seconds // MINUTE, get_language())


@lru_cache(maxsize=4096)
def _short(minutes: int, language: str | None) -> str:
    """Remembered by language: a queue says fifty lengths of time, many of them alike."""
    return _words(minutes) if minutes else gettext("under a minute")


@lru_cache(maxsize=4096)
def _over(minutes: int, language: str | None) -> str:
    return gettext("%(time)s over") % {"time": _short(minutes, language)}


def span(seconds: float) -> str:
    """A time that was taken, for reports: seconds under a minute, else to the nearest minute."""
    _check(seconds)
    if round(seconds) < MINUTE:
        return gettext("%(seconds)s s") % {"seconds": round(seconds)}
    return _words(int(seconds + MINUTE / 2) // MINUTE)


def promised(seconds: int) -> str:
    """A time that is promised: "30 min", "1 h 30", "40 h".

    In hours however many: those of forty support hours are more days than two.
    """
    _check(seconds)
    return _hours(*divmod(seconds // MINUTE, 60))


def left(due: datetime, now: datetime, zone: str) -> TimeLeft:
    """How long until `due`: relative under a day, else weekday and time in `zone`.

    Late from the first second after `due`, soon under an hour. Six days and more ahead a weekday
    would be taken for the nearer one, so the date stands in its place.
    """
    seconds = int((due - now).total_seconds())
    if due < now:
        return TimeLeft(_over(-seconds // MINUTE, get_language()), Level.LATE)
    if seconds < HOUR:
        return TimeLeft(short(seconds), Level.SOON)
    if seconds < DAY:
        return TimeLeft(short(seconds), Level.PLAIN)
    return TimeLeft(_day_and_time(as_local(due, zone), as_local(now, zone)), Level.PLAIN)


def _day_and_time(due: datetime, now: datetime) -> str:
    days = (due.date() - now.date()).days
    if days < 6:
        pattern = pgettext("date format of a weekday and time, as in Wed 09:00", "D H:i")
    elif due.year == now.year:
        pattern = pgettext("date format of a day and time, as in 12 Nov 09:00", "j M H:i")
    else:
        pattern = pgettext("date format of a day in another year, as in 12 Nov 2027", "j M Y")
    return dateformat.format(due, pattern)


def _words(minutes: int) -> str:
    """Two neighbouring units at most, the larger first."""
    hours, rest = divmod(minutes, 60)
    return _days(*divmod(hours, 24)) if hours >= 24 else _hours(hours, rest)


def _hours(hours: int, rest: int) -> str:
    if not hours:
        return gettext("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": rest}


def _days(days: int, hours: int) -> str:
    if not hours:
        return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
    words = ngettext("%(days)s day %(hours)s h", "%(days)s days %(hours)s h", days)
    return words % {"days": days, "hours": hours}


def _check(seconds: float) -> None:
    if seconds < 0:
        raise ValueError(f"{seconds} seconds is no length of time.")
