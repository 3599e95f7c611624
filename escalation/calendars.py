"""Support hours as rows, and as the calendar that business time is counted on."""

from collections.abc import Iterable
from datetime import date, datetime

from escalation.models import Calendar
from helpdesk.lib import clock
from helpdesk.lib.business_time import Day, WeekCalendar

OFFICE_DAYS, FULL_WEEK = 5, 7
OFFICE_HOURS = (8 * 60, 18 * 60)


def week_of(row: Calendar) -> WeekCalendar:
    """The calendar of a row; raises `ValueError` for hours that no calendar can have."""
    return WeekCalendar(
        zone=row.zone,
        week=tuple(_day(hours) for hours in row.week),
        holidays=frozenset(date.fromisoformat(day) for day in row.holidays),
        extra={date.fromisoformat(day): _day(hours) for day, hours in row.extra.items()},
    )


def support_hours(client_id: int) -> list[WeekCalendar]:
    """The client's calendars as they are now, each in its newest version; one statement."""
    rows = Calendar.objects.filter(client_id=client_id, valid_from__lte=clock.now()).order_by("version")
    return [week_of(row) for row in {row.name: row for row in rows}.values()]


def office_week() -> list[list[list[int]]]:
    """Monday to Friday, 08 to 18, as a row holds it."""
    return [[list(OFFICE_HOURS)] if day < OFFICE_DAYS else [] for day in range(FULL_WEEK)]


def office_calendar(client_id: int, zone: str, *, at: datetime) -> Calendar:
    """The client's first support hours, Monday to Friday 08 to 18 in its own zone; made once."""
    row, _created = Calendar.objects.get_or_create(
        client_id=client_id,
        name="Support hours",
        version=1,
        defaults={"zone": zone, "week": office_week(), "valid_from": at},
    )
    return row


def _day(hours: Iterable[Iterable[int]]) -> Day:
    return tuple((start, end) for start, end in hours)
