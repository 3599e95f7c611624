"""The stretch of days that a report covers, on the client's own calendar days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Invalid
from helpdesk.lib import clock

LONGEST_DAYS = 366
EARLIEST = date(2000, 1, 1)


class Preset(StrEnum):
    """The periods that have a name."""

    TODAY = "today"
    WEEK = "7days"
    MONTH = "30days"
    LAST_MONTH = "last_month"
    OWN = "own"

    @property
    def label(self) -> Promise:
        """The period in words."""
        return _LABELS[self]


_LABELS: dict[Preset, Promise] = {
    Preset.TODAY: gettext_lazy("Today"),
    Preset.WEEK: gettext_lazy("7 days"),
    Preset.MONTH: gettext_lazy("30 days"),
    Preset.LAST_MONTH: gettext_lazy("Last month"),
    Preset.OWN: gettext_lazy("From, to"),
}


@dataclass(frozen=True)
class Period:
    """Whole days from `first` to `last`, both included, on the wall clock of `zone` (an IANA name)."""

    first: date
    last: date
    zone: str
    preset: Preset = Preset.OWN

    @cached_property
    def edges(self) -> list[datetime]:
        """The beginning of each day and the end of the last one (UTC): one more than there are days."""
        zone = ZoneInfo(self.zone)
        count = (self.last - self.first).days + 2
        # A midnight that the clocks jump over is the moment of the jump; one that comes twice, the first.
        days = (self.first + timedelta(days=n) for n in range(count))
        return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]

    @property
    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range(len(self.edges) - 1)]

    @property
    def since(self) -> datetime:
        """The first moment that belongs to the period."""
        return self.edges[0]

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return self.edges[-1]

    @property
    def query(self) -> str:
        """The period as it stands in an address; days, so that a kept address keeps its numbers."""
        return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})


def named(preset: Preset, zone: str, now: datetime) -> Period:
    """A preset as days, seen from `now`."""
    today = clock.as_local(now, zone).date()
    match preset:
        case Preset.TODAY:
            return Period(today, today, zone, preset)
        case Preset.WEEK:
            return Period(today - timedelta(days=6), today, zone, preset)
        case Preset.LAST_MONTH:
            last = today.replace(day=1) - timedelta(days=1)
            return Period(last.replace(day=1), last, zone, preset)
        case _:
            return Period(today - timedelta(days=29), today, zone, Preset.MONTH)


def parse(asked: Mapping[str, str], zone: str, now: datetime) -> Period:
    """The period that an address asks for: `period` (a preset), or `from` and `to` (ISO dates).

    The last 30 days where nothing is asked.  Raises `Invalid` with what is wrong and where.
    """
    first, last = asked.get("from", "").strip(), asked.get("to", "").strip()
    wanted = asked.get("period", "")
    if wanted not in ("", *Preset):
        raise Invalid(_("There is no such period. Choose one of the list."), "period")
    if not (first or last) or wanted not in ("", Preset.OWN):
        if wanted == Preset.OWN:
            raise Invalid(_("Give both days, the first and the last."), "from")
        return named(Preset(wanted or Preset.MONTH), zone, now)
    if not (first and last):
        raise Invalid(_("Give both days, the first and the last."), "from" if last else "to")
    return _own(_day(first, "from"), _day(last, "to"), zone, now)


def _own(first: date, last: date, zone: str, now: datetime) -> Period:
    if last < first:
        raise Invalid(_("The last day comes before the first one. Swap them."), "to")
    if first < EARLIEST:
        raise Invalid(_("There is nothing that old. Begin in 2000 or later."), "from")
    if first > clock.as_local(now, zone).date():
        raise Invalid(_("This period has not begun yet. Choose an earlier first day."), "from")
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid(_("That is too long: at most %(most)s days.") % {"most": LONGEST_DAYS}, "to")
    return Period(first, last, zone)


def _day(text: str, field: str) -> date:
    try:
        # Only the plain form: fromisoformat also takes weeks and days without dashes.
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Invalid(_("This is no day. Write it as 2026-01-31."), field) from None
