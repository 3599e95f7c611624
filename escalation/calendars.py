"""Support hours as rows: which version is in force when, and the calendar that business time is counted on."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.db.models import QuerySet

from escalation.hours import Hours
from escalation.models import Calendar
from escalation.models.hours import HoursModel
from helpdesk.lib import clock
from helpdesk.lib.business_time import Day, WeekCalendar

OFFICE_DAYS, FULL_WEEK = 5, 7
OFFICE_HOURS = (8 * 60, 18 * 60)
FIRST_NAME = "Support hours"


def week_of(row: HoursModel) -> WeekCalendar:
    """The calendar of a row; equal hours give the same object, so that its sums are made once.

    Raises `ValueError` for hours that no calendar can have.
    """
    extra = tuple((day, _day(hours)) for day, hours in row.extra.items())
    return _parsed(row.zone, tuple(map(_day, row.week)), tuple(row.holidays), extra)


@lru_cache(maxsize=2048)
def _parsed(
    zone: str, week: tuple[Day, ...], holidays: tuple[str, ...], extra: tuple[tuple[str, Day], ...]
) -> WeekCalendar:
    return WeekCalendar(
        zone=zone,
        week=week,
        holidays=frozenset(map(date.fromisoformat, holidays)),
        extra={date.fromisoformat(day): hours for day, hours in extra},
    )


def hours_of(row: HoursModel) -> Hours:
    """A row as somebody writes it, to be changed or saved anew."""
    return Hours(
        zone=row.zone,
        week=tuple(map(_day, row.week)),
        country=row.country,
        region=row.region,
        own={date.fromisoformat(day): row.names.get(day, "") for day in own_days(row)},
        extra={date.fromisoformat(day): _day(hours) for day, hours in row.extra.items()},
    )


def own_days(row: HoursModel) -> list[str]:
    """The days off that are the client's own, as ISO dates."""
    return list(row.own) if row.country else list(row.holidays)


def versions(client_id: int, name: str) -> QuerySet[Calendar]:
    """Every version of these hours, the newest first, withdrawn ones too."""
    return Calendar.objects.filter(client_id=client_id, name=name).order_by("-version")


def timeline(rows: Iterable[Calendar]) -> list[Calendar]:
    """The versions that are ever in force, each from its `valid_from` until the next one's; pure.

    Withdrawn ones are not; of two that begin at one moment the later version is.
    """
    by_start = {row.valid_from: row for row in sorted(rows, key=lambda row: row.version) if row.withdrawn_at is None}
    return [by_start[moment] for moment in sorted(by_start)]


def at_moment(line: Sequence[Calendar], at: datetime) -> Calendar | None:
    """Of a `timeline`, the version in force at a moment; None before the first; pure."""
    return next((row for row in reversed(line) if row.valid_from <= at), None)


def in_force(client_id: int, at: datetime) -> dict[str, Calendar]:
    """The client's calendars by name, each in the version in force at a moment; one statement."""
    return {name: row for (_client, name), row in in_force_of([client_id], at).items()}


def in_force_of(client_ids: Collection[int], at: datetime) -> dict[tuple[int, str], Calendar]:
    """As `in_force` for several clients, by (client, name); one statement."""
    rows = Calendar.objects.filter(client_id__in=list(client_ids), valid_from__lte=at, withdrawn_at=None)
    return {(row.client_id, row.name): row for row in rows.order_by("valid_from", "version")}


def main_name(client_id: int) -> str:
    """The name of the client's first hours, which its console shows; one statement."""
    rows = Calendar.objects.filter(client_id=client_id).order_by("pk")
    return rows.values_list("name", flat=True).first() or FIRST_NAME


def support_hours(client_id: int) -> list[WeekCalendar]:
    """The client's calendars as they are now, each in the version in force; one statement."""
    return [week_of(row) for row in in_force(client_id, clock.now()).values()]


def office_week() -> list[list[list[int]]]:
    """Monday to Friday, 08 to 18, as a row holds it."""
    return [[list(OFFICE_HOURS)] if day < OFFICE_DAYS else [] for day in range(FULL_WEEK)]


def office_calendar(client_id: int, zone: str, *, at: datetime) -> Calendar:
    """The client's first support hours, Monday to Friday 08 to 18 in its own zone; made once."""
    row, _created = Calendar.objects.get_or_create(
        client_id=client_id,
        name=FIRST_NAME,
        version=1,
        defaults={"zone": zone, "week": office_week(), "valid_from": at},
    )
    return row


def _day(hours: Iterable[Iterable[int]]) -> Day:
    return tuple((start, end) for start, end in hours)
