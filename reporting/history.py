"""Reads a client's imported history for its baseline: volume, reasons, and how long everything took."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from access.models import Contract
from escalation.calendars import week_of
from escalation.models import Calendar
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar, always_open, seconds_between
from reporting.baseline import FEWEST_DAYS, MOST_DAYS, Before
from reporting.formulas import spread
from reporting.periods import Period

IMPORTED = "import"
MOST_MEASURED = 50_000
REASONS = 12

_SPAN = """
SELECT min(created_at), max(created_at) FROM tickets_ticket WHERE client_id = %(client)s AND channel = %(channel)s
"""
_CHOSEN = (
    "t.client_id = %(client)s AND t.channel = %(channel)s AND t.created_at >= %(since)s AND t.created_at < %(until)s"
)
_HOURS = """
SELECT EXTRACT(ISODOW FROM t.created_at AT TIME ZONE %(zone)s)::int - 1,
  EXTRACT(HOUR FROM t.created_at AT TIME ZONE %(zone)s)::int, count(*)
FROM tickets_ticket t WHERE {chosen} GROUP BY 1, 2
"""
_REASONS = """
SELECT COALESCE(c.name, ''), count(*) FROM tickets_ticket t
  LEFT JOIN tickets_ticketcategory c ON c.client_id = t.client_id AND c.id = t.category_id
WHERE {chosen} GROUP BY 1 ORDER BY 2 DESC, 1
"""
_WAITS = """
SELECT FLOOR(EXTRACT(EPOCH FROM w.answered_at - w.asked_at))::bigint FROM tickets_ticket t
  JOIN tickets_waitspan w ON w.client_id = t.client_id AND w.ticket_id = t.id
WHERE {chosen} AND w.answered_at IS NOT NULL
"""
# Every n-th by its place in time, so that each month has its share.
_MOMENTS = """
SELECT priority, created_at, first_answered_at, solved_at FROM (
  SELECT t.priority, t.created_at, t.first_answered_at, t.solved_at,
    row_number() OVER (ORDER BY t.created_at, t.id) AS n
  FROM tickets_ticket t WHERE {chosen}
) AS each WHERE n %% %(one_in)s = 0
"""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that a client's imported history covers."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many, both ends included."""
        return (self.last - self.first).days + 1

    @property
    def suffices(self) -> bool:
        """Whether a baseline can be taken of it."""
        return self.days >= FEWEST_DAYS


def span(client_id: int, zone: str) -> Span | None:
    """From the first imported ticket to the last; None where nothing was imported."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, {"client": client_id, "channel": IMPORTED})
        first, last = cursor.fetchone()
    return Span(clock.as_local(first, zone).date(), clock.as_local(last, zone).date()) if first else None


def newest_year(found: Span, zone: str) -> Period:
    """The days of a baseline: all of the history, at most its last year."""
    return Period(max(found.first, found.last - timedelta(days=MOST_DAYS - 1)), found.last, zone)


def before(client_id: int, period: Period) -> Before:
    """The figures of the imported tickets that were opened in the period; six statements."""
    given = {
        "client": client_id,
        "channel": IMPORTED,
        "since": period.since,
        "until": period.until,
        "zone": period.zone,
    }
    hours = [[0] * 24 for _day in range(7)]
    for day, hour, count in _rows(_HOURS, given):
        hours[day][hour] = count
    tickets = sum(map(sum, hours))
    one_in = -(-tickets // MOST_MEASURED) or 1
    name, calendar = _support_hours(client_id)
    targets = _targets(_rows(_MOMENTS, {**given, "one_in": one_in}), calendar)
    return Before(
        days=len(period.days),
        tickets=tickets,
        hours=tuple(map(tuple, hours)),
        reasons=_reasons(_rows(_REASONS, given)),
        wait=spread([seconds for (seconds,) in _rows(_WAITS, given)]),
        first_response=spread([s for each in targets.values() for s in each["first_response"]]),
        solve=spread([s for each in targets.values() for s in each["solve"]]),
        targets={
            priority: {metric: spread(taken) for metric, taken in each.items()}
            for priority, each in sorted(targets.items())
        },
        calendar=name,
        one_in=one_in,
    )


def price_list(client_id: int) -> tuple[Contract, dict[str, Any]] | None:
    """The newest rate card that is written down with a vendor, signed or offered, and its contract."""
    rows = Contract.objects.filter(client_id=client_id).exclude(state=Contract.State.ENDED)
    for contract in rows.order_by("-valid_from", "-pk"):
        terms = contract.terms.filter(client_id=client_id).exclude(rate_card={}).order_by("-number").first()
        if terms is not None:
            return contract, terms.rate_card
    return None


def _support_hours(client_id: int) -> tuple[str, WeekCalendar]:
    rows = Calendar.objects.filter(client_id=client_id, valid_from__lte=clock.now(), withdrawn_at=None)
    row = rows.order_by("-valid_from", "-version", "-pk").first()
    return (row.name, week_of(row)) if row is not None else ("", always_open("UTC"))


def _targets(rows: Iterable[Sequence[Any]], calendar: WeekCalendar) -> dict[int, dict[str, list[int]]]:
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: {"first_response": [], "solve": []})
    for priority, opened, answered, solved in rows:
        if answered is not None:
            found[priority]["first_response"].append(seconds_between(calendar, opened, answered))
        if solved is not None:
            found[priority]["solve"].append(seconds_between(calendar, opened, solved))
    return found


def _reasons(rows: Sequence[Sequence[Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((name, count) for name, count in rows)[:REASONS]


def _rows(statement: str, given: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(chosen=_CHOSEN), given)
        return cursor.fetchall()
