"""Whether the engine is at work: what a monitor outside of it asks, without any client's scope."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from escalation.models import Due, SweepTurn

# A sweep that has been silent for so long has stopped.
SILENT_AFTER = timedelta(minutes=2)
# A turn is noted this often at most: workers take one each second.
_NOTED_EVERY = timedelta(seconds=5)
_ONLY = 1
_NOTE = """
INSERT INTO escalation_sweepturn (id, swept_at) VALUES (%(id)s, %(now)s)
ON CONFLICT (id) DO UPDATE SET swept_at = EXCLUDED.swept_at
WHERE escalation_sweepturn.swept_at < %(before)s OR escalation_sweepturn.swept_at > %(now)s
"""


class WrongClock(Exception):
    """This host's clock and the database's are too far apart for anything that depends on the time."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How the engine does: when it was last at work, what is overdue and since when, and what fails again and again."""

    at: datetime
    swept_at: datetime | None
    oldest_due_at: datetime | None
    overdue: int
    failing: int

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has taken a turn within two minutes."""
        return self.swept_at is not None and self.at - self.swept_at < SILENT_AFTER

    def told(self) -> dict[str, int | bool | None]:
        """For a program: seconds and counts."""
        return {
            "at_work": self.is_at_work,
            "swept_seconds_ago": _seconds(self.at, self.swept_at),
            "overdue": self.overdue,
            "oldest_overdue_seconds": _seconds(self.at, self.oldest_due_at),
            "failing": self.failing,
        }


def note_turn(now: datetime) -> None:
    """A worker is at work.  Raises `WrongClock` where its clock differs from the database's by more than it may.

    What such a worker told would carry wrong times, and what it put off would come hours late: others do it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
        if abs(theirs - now) > settings.CLOCK_MAY_DIFFER:
            raise WrongClock(f"this host's clock says {now:%H:%M:%S}, the database's {theirs:%H:%M:%S} (UTC)")
        cursor.execute(_NOTE, {"id": _ONLY, "now": now, "before": now - _NOTED_EVERY})


def look(now: datetime) -> Watch:
    """How the engine does at a moment; four statements.  Raises `DatabaseError` where the database is away."""
    due = Due.objects.filter(due_at__lte=now)
    return Watch(
        now,
        SweepTurn.objects.values_list("swept_at", flat=True).first(),
        due.order_by("due_at").values_list("due_at", flat=True).first(),
        due.count(),
        Due.objects.filter(failures__gt=2).count(),
    )


def _seconds(at: datetime, since: datetime | None) -> int | None:
    return None if since is None else max(0, int((at - since).total_seconds()))
