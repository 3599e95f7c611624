"""Reads what people type about support hours: a day's windows, days off, exceptions.  No database."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from access.errors import Invalid
from escalation.hours import clock_text, missing_minutes
from helpdesk.lib.business_time import DAY_MINUTES, Day

LONGEST_RANGE = 92
_WINDOW = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|to|till)\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
_DATE = r"(\d{4}-\d{2}-\d{2})"
_LINE = re.compile(rf"{_DATE}(?:\s*(?:–|—|\.\.|to|till|-)\s*{_DATE})?(?:[\s,;:]+(.*))?", re.ASCII)


def parse_day(text: str, field: str) -> Day:
    """The windows of "8-12, 13:30-17" or "22-06", sorted; nothing written is a closed day.

    "0-24" is the whole day.  An end before its start is on the next day.  Raises `Invalid`
    naming `field`.
    """
    pieces = [piece.strip() for piece in re.split(r"[,;]", text) if piece.strip()]
    return tuple(sorted(_window(piece, field) for piece in pieces))


def parse_own(text: str) -> dict[date, str]:
    """Days off, one a line: "2026-12-24 Christmas Eve", or a stretch "2027-07-12 to 2027-07-16 Holiday weeks"."""
    found: dict[date, str] = {}
    for line, first, last, rest in _lines(text, "own"):
        if not first <= last <= first + timedelta(days=LONGEST_RANGE):
            told = {"line": line, "most": LONGEST_RANGE}
            raise Invalid(
                _("Line %(line)s: a stretch of days runs forward and has at most %(most)s days.") % told, "own"
            )
        for number in range((last - first).days + 1):
            found[first + timedelta(days=number)] = rest[:80]
    return found


def parse_extra(text: str) -> dict[date, Day]:
    """Days with hours of their own, one a line: "2026-12-13 10-14", or "2026-12-31 closed"."""
    found: dict[date, Day] = {}
    for line, first, last, rest in _lines(text, "extra"):
        if last != first or first in found:
            raise Invalid(_("Line %(line)s: write each day once, on a line of its own.") % {"line": line}, "extra")
        if not rest:
            raise Invalid(_("Line %(line)s: say when it is open, like 10-14.") % {"line": line}, "extra")
        is_closed = rest.lower() in {"closed", _("closed").lower()}
        found[first] = () if is_closed else parse_day(rest, "extra")
    return found


def parse_moment(text: str, zone: str, field: str) -> datetime | None:
    """The moment of "2026-12-01T08:00" on the clock of a zone; nothing written is None.

    A time that comes twice in autumn is the first one.  Raises `Invalid` naming `field`, also for
    a time that the clocks jump over.  One with an offset of its own is the moment that it says.
    """
    if not text.strip():
        return None
    try:
        wall = datetime.fromisoformat(text.strip()).replace(fold=0, second=0, microsecond=0)
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        gap = missing_minutes(zone, wall.date())
        moment = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(_("Write day and time like 2026-12-01T08:00."), field) from None
    minute = wall.hour * 60 + wall.minute
    if gap is not None and gap[0] <= minute < gap[1]:
        told = {"from": clock_text(gap[0]), "to": clock_text(gap[1])}
        raise Invalid(_("That day the clocks go from %(from)s straight to %(to)s. Choose another time.") % told, field)
    return moment


def comes_twice(moment: datetime, zone: str) -> bool:
    """Whether the clocks of a zone show the time of this moment twice that day, as they do when they go back."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


def _lines(text: str, field: str) -> Iterator[tuple[int, date, date, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            told = {"line": number, "text": line.strip()[:40]}
            raise Invalid(_("Line %(line)s, “%(text)s”: begin with the day, like 2026-12-24.") % told, field)
        first = _date(match[1], number, field)
        yield number, first, _date(match[2], number, field) if match[2] else first, (match[3] or "").strip()


def _date(text: str, line: int, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        told = {"line": line, "day": text}
        raise Invalid(_("Line %(line)s: the calendar has no %(day)s.") % told, field) from None


def _window(text: str, field: str) -> tuple[int, int]:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise Invalid(_("“%(text)s” is no window. Write it like 08:00-12:00.") % {"text": text[:30]}, field)
    start, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if start is None or end is None or start == DAY_MINUTES:
        raise Invalid(_("“%(text)s” has a time that no day has.") % {"text": text}, field)
    if start == end:
        raise Invalid(_("“%(text)s” has no length. The whole day is 0-24.") % {"text": text}, field)
    return start, end if end > start else end + DAY_MINUTES


def _minutes(hour: str, minute: str | None) -> int | None:
    found = int(hour) * 60 + int(minute or 0)
    return found if int(minute or 0) < 60 and found <= DAY_MINUTES else None
