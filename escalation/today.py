"""What the client's console says about today: promises kept, customer wait, and 14 days of open tickets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, F, Max, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access import scope
from escalation.models import Clock, Metric, SlaTarget
from escalation.promises import in_force
from helpdesk.lib.figures import Kept, Spread, spread
from tickets.actions.contracts import contract_in_force
from tickets.models import Holder, Status, Ticket, WaitSpan

DAYS = 14
HOLDERS = (Holder.VENDOR, Holder.CLIENT, Holder.CUSTOMER)


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One metric today: what was promised, and how much of it was kept."""

    metric: Metric
    kept: Kept
    promised_percent: int
    shortest: int
    longest: int

    @property
    def judged_number(self) -> str:
        """The name under which reports list what was judged."""
        return f"{self.metric.value}_judged"

    @property
    def holds(self) -> bool:
        """Whether at least as much was kept as was promised; nothing judged breaks nothing."""
        return self.kept.percent is None or self.kept.percent >= self.promised_percent


@dataclass(frozen=True, slots=True)
class Wait:
    """Customers' waits that an answer ended today, and the longest that goes on, with its ticket."""

    ended: Spread
    longest_now: int | None
    longest_ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Day:
    """One day: how many came and were solved, and in whose court the open ones were at its end."""

    day: date
    opened: int
    solved: int
    held: dict[Holder, int]

    @property
    def open(self) -> int:
        """All that was open at the day's end."""
        return sum(self.held.values())

    @property
    def figures(self) -> tuple[tuple[int, str, Promise], ...]:
        """The day in numbers, as the table has them: how many, the name of their list, and what is counted."""
        courts = ((self.held[holder], f"open_{holder.value}", _("open")) for holder in HOLDERS)
        return (
            (self.opened, "opened", _("in")),
            (self.solved, "solved", _("solved")),
            *courts,
            (self.open, "open", _("open")),
        )

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.day.weekday() >= 5


def day_start(now: datetime, zone: str) -> datetime:
    """The midnight with which this day began there."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def promises(client_id: int, since: datetime, now: datetime) -> list[PromiseLine]:
    """Each promised metric since `since`: judged are clocks that ended, and unfinished ones past their promise.

    Three statements.
    """
    contract = contract_in_force(client_id, now)
    if contract is None:
        return []
    policy = in_force(client_id, contract.pk, now)
    targets = SlaTarget.objects.filter(client_id=client_id, policy_id=policy).values("metric")
    spans = targets.annotate(percent=Max("promised_percent"), shortest=Min("seconds"), longest=Max("seconds"))
    broken = Q(stopped_at=None) & (Q(due_at__lt=now) | Q(running_since=None, used_seconds__gt=F("target_seconds")))
    ended = Q(stopped_at__gte=since, stopped_at__lte=now, met__isnull=False)
    judged = Clock.objects.filter(ended | broken, client_id=client_id)
    counts = {
        row["metric"]: Kept(row["judged"], row["missed"])
        for row in judged.values("metric").annotate(judged=Count("pk"), missed=Count("pk", ~Q(met=True) | Q(met=None)))
    }
    lines = {
        row["metric"]: PromiseLine(
            Metric(row["metric"]),
            counts.get(row["metric"], Kept(0, 0)),
            row["percent"],
            row["shortest"],
            row["longest"],
        )
        for row in spans
    }
    if Metric.CALL_BACK in counts:
        # No contract promises it: whoever was told an hour is to be called by then, each of them.
        lines[Metric.CALL_BACK] = PromiseLine(Metric.CALL_BACK, counts[Metric.CALL_BACK], 100, 0, 0)
    return [lines[metric] for metric in Metric if metric in lines]


def wait(client_id: int, since: datetime, now: datetime) -> Wait:
    """How long customers waited, in wall clock seconds, whoever held the ticket; two statements."""
    ended = WaitSpan.objects.filter(client_id=client_id, answered_at__gte=since, answered_at__lte=now)
    seconds = [int((b - a).total_seconds()) for a, b in ended.values_list("asked_at", "answered_at") if b is not None]
    waiting = Ticket.objects.filter(client_id=client_id, status=Status.OPEN, asked_at__isnull=False)
    first = waiting.order_by("asked_at").first()
    asked = first.asked_at if first is not None else None
    longest = int((now - asked).total_seconds()) if asked is not None else None
    return Wait(spread(seconds), longest, first)


_DAYS_SQL = """
WITH ends AS (SELECT e, b FROM unnest(%(ends)s::timestamptz[], %(begins)s::timestamptz[]) AS x (e, b))
SELECT ends.e,
  (SELECT count(*) FROM tickets_ticket t
    WHERE t.client_id = %(client)s AND t.created_at >= ends.b AND t.created_at < ends.e),
  (SELECT count(*) FROM tickets_ticket t
    WHERE t.client_id = %(client)s AND t.solved_at >= ends.b AND t.solved_at < ends.e),
  h.vendor, h.client, h.customer
FROM ends, LATERAL (
  SELECT count(*) FILTER (WHERE s.holder = 'vendor') AS vendor, count(*) FILTER (WHERE s.holder = 'client') AS client,
    count(*) FILTER (WHERE s.holder = 'customer') AS customer
  FROM tickets_holderspan s
  WHERE s.client_id = %(client)s AND s.started_at < ends.e AND (s.ended_at IS NULL OR s.ended_at >= ends.e)
) AS h
ORDER BY ends.e
"""


def last_days(client_id: int, now: datetime, zone: str) -> list[Day]:
    """The last 14 days, the oldest first, today as it stands now; one statement."""
    scope.require()
    today = day_start(now, zone)
    begins = [_midnight(today, -back) for back in range(DAYS - 1, -1, -1)]
    ends = [*begins[1:], _midnight(today, 1)]
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_SQL, {"client": client_id, "ends": ends, "begins": begins})
        rows = cursor.fetchall()
    return [
        Day(begin.date(), opened, solved, dict(zip(HOLDERS, held, strict=True)))
        for begin, (_end, opened, solved, *held) in zip(begins, rows, strict=True)
    ]


def _midnight(today: datetime, days: int) -> datetime:
    """Midnight so many days away: on the wall, whatever the clocks did between."""
    day = today.date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=today.tzinfo)


def peak(days: Sequence[Day]) -> Day:
    """The day with most open tickets, the latest of equals."""
    return max(reversed(days), key=lambda day: day.open)
