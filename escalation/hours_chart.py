"""The picture of support hours: one week as lanes of a day each, and a year of days by month.  Pure.

A lane is 1440 units wide, one a minute of the wall clock; a day of the year is one cell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from escalation.hours import clock_text
from helpdesk.lib.business_time import DAY_MINUTES, Day, WeekCalendar

CELL, GAP = 10, 2
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a lane; `css` is "on", or "night" for the end of a shift that began the day before."""

    x: int
    width: int
    css: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One day: its pieces, its windows in words, and why it differs from the week, where it does."""

    day: date
    is_today: bool
    pieces: tuple[Piece, ...]
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the year; `css` is open, shut, public, own or extra."""

    x: int
    css: str
    day: date
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month's cells, the first day at x = 0."""

    first: date
    cells: tuple[Cell, ...]


def week_lanes(calendar: WeekCalendar, names: Mapping[str, str], today: date) -> list[Lane]:
    """The seven days of the week of `today`, Monday first."""
    monday = today - timedelta(days=today.weekday())
    return [_lane(calendar, names, monday + timedelta(days=number), today) for number in range(7)]


def year_months(calendar: WeekCalendar, names: Mapping[str, str], own: Iterable[str], today: date) -> list[Month]:
    """Twelve months from that of `today` on."""
    mine = set(own)
    found = []
    first = today.replace(day=1)
    for _number in range(MONTHS):
        following = (first + timedelta(days=31)).replace(day=1)
        days = [first + timedelta(days=number) for number in range((following - first).days)]
        cells = (_cell(calendar, names, mine, day) for day in days)
        found.append(Month(first, tuple(cells)))
        first = following
    return found


def days_that_differ(months: Iterable[Month], today: date) -> list[Cell]:
    """The days off and exceptions of these months that are still to come, in order."""
    return [
        cell for month in months for cell in month.cells if cell.css in {"public", "own", "extra"} and cell.day >= today
    ]


def day_words(windows: Day) -> str:
    """A day's windows for a reader: "08:00–12:00, 13:00–17:00", "day and night", or "closed"."""
    if not windows:
        return _("closed")
    if windows == ((0, DAY_MINUTES),):
        return _("day and night")
    return ", ".join(f"{clock_text(start)}–{clock_text(end)}" for start, end in windows)


def _lane(calendar: WeekCalendar, names: Mapping[str, str], day: date, today: date) -> Lane:
    windows = calendar.hours_of(day)
    before = [(0, end - DAY_MINUTES) for _start, end in calendar.hours_of(day - timedelta(days=1))]
    pieces = [Piece(start, end - start, "night") for start, end in before if end > start]
    pieces += [Piece(start, min(end, DAY_MINUTES) - start, "on") for start, end in windows]
    return Lane(day, day == today, tuple(pieces), day_words(windows), _why(calendar, names, day))


def _why(calendar: WeekCalendar, names: Mapping[str, str], day: date) -> str:
    if day in calendar.holidays:
        return names.get(day.isoformat()) or _("Day off")
    return _("Exception") if day in calendar.extra else ""


def _cell(calendar: WeekCalendar, names: Mapping[str, str], own: set[str], day: date) -> Cell:
    windows = calendar.hours_of(day)
    if day in calendar.extra:
        css = "extra"
    elif day in calendar.holidays:
        css = "own" if day.isoformat() in own else "public"
    else:
        css = "open" if windows else "shut"
    return Cell((day.day - 1) * (CELL + GAP), css, day, _why(calendar, names, day), day_words(windows))
