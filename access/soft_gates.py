"""The soft gates: what a person should know before they take new tickets, with the grace that the client sets.

Pure.  A soft gate that closes takes away new tickets, at the end of the shift in which it closes; the
tickets that a person holds stay workable, and nothing of the client goes out of sight.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk.lib.business_time import WeekCalendar, next_shut

LONGEST_EXTENSION = timedelta(hours=72)
LONGEST_SHIFT = timedelta(hours=24)


class Soft(StrEnum):
    """What a soft gate asks for."""

    CERTIFICATION = "certification"
    MUST_READ = "must_read"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing asked of a person: open as long as `due_at` has not come, or it was never due (None).

    `grace` is the client's; `extended_until` what a lead has added, once.  `key` names the row behind it.
    """

    kind: Soft
    name: str
    due_at: datetime | None
    grace: timedelta = timedelta()
    extended_until: datetime | None = None
    key: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """A duty that is due, and from when on it takes away new tickets (aware, UTC)."""

    kind: Soft
    name: str
    due_at: datetime
    closes_at: datetime
    key: int = 0

    def is_closed(self, now: datetime) -> bool:
        """Whether new tickets are out of reach because of it."""
        return self.closes_at <= now


def closing(duty: Duty, shifts: WeekCalendar | None) -> datetime | None:
    """When a duty takes away new tickets if nothing is done, None for never.

    The due time, then the client's grace, then the end of the shift that runs at that moment; a
    lead's extension moves it no nearer.
    """
    if duty.due_at is None:
        return None
    closes = end_of_shift(duty.due_at + duty.grace, shifts)
    return max(closes, duty.extended_until) if duty.extended_until else closes


def end_of_shift(at: datetime, shifts: WeekCalendar | None) -> datetime:
    """The end of the shift that runs at a moment; the moment itself outside of one, or without a roster.

    A roster without an end is nobody's shift: a day later at the latest.
    """
    return at if shifts is None else min(next_shut(shifts, at), at + LONGEST_SHIFT)


def missing(duties: Iterable[Duty], shifts: WeekCalendar | None, now: datetime) -> tuple[Missing, ...]:
    """The duties that are due at `now`, those that close first at the front."""
    found = []
    for duty in duties:
        closes = closing(duty, shifts)
        if closes is not None and duty.due_at is not None and duty.due_at <= now:
            found.append(Missing(duty.kind, duty.name, duty.due_at, closes, duty.key))
    return tuple(sorted(found, key=lambda each: (each.closes_at, each.name)))


def next_change(duties: Iterable[Duty], shifts: WeekCalendar | None, now: datetime) -> datetime | None:
    """The first moment after `now` at which a duty falls due or closes."""
    moments: list[datetime | None] = []
    for duty in duties:
        moments += [duty.due_at, closing(duty, shifts)]
    return min((m for m in moments if m is not None and m > now), default=None)


def closed(found: Sequence[Missing], now: datetime) -> tuple[Missing, ...]:
    """Those of the missing that take away new tickets now."""
    return tuple(each for each in found if each.is_closed(now))


def on_shift(shifts: WeekCalendar, now: datetime) -> bool:
    """Whether a person with this roster is on shift."""
    return next_shut(shifts, now) > now
