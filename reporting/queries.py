"""A report, and the lines behind each of its numbers; the same for everyone who may read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from access import scope
from escalation.models import Metric
from helpdesk.lib import paging
from helpdesk.lib.paging import Order
from reporting import sources
from reporting.formulas import Kept, Spread, levels, spread
from reporting.models import Baseline
from reporting.periods import Period
from reporting.sources import HELD, Number
from tickets.models import Holder

PAGE = 50
EXPORTED_MOST = 10_000
LINE_ORDER: Order = ("-at", "-id")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the period: what came and went, and who held what was open at its end."""

    day: date
    opened: int
    solved: int
    held: dict[Holder, int]

    @property
    def open(self) -> int:
        """All that was open at the day's end."""
        return sum(self.held.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """One metric: how long it took (whole seconds of the promise's own hours), and whether it was kept.

    `excused` are those of the broken ones that both sides have excused.
    """

    taken: Spread
    kept: Kept
    excused: int = 0

    @property
    def kept_or_excused(self) -> Kept:
        """As if what is excused had not been promised."""
        return Kept(self.kept.judged - self.excused, self.kept.missed - self.excused)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one client and one period.

    `waits` are those that an answer ended in the period, `waiting` those that none had ended at
    its end; both in wall clock seconds, never paused.  `held` is the backlog at the end.
    """

    period: Period
    waits: Spread
    waiting: Spread
    opened: int
    solved: int
    held: dict[Holder, int]
    escalated: int
    metrics: dict[Metric, Figures]
    days: tuple[Day, ...]

    @property
    def open(self) -> int:
        """All that was open at the end."""
        return sum(self.held.values())

    @property
    def longest_wait(self) -> int | None:
        """The longest of the waits, ended or not."""
        return max((s.longest for s in (self.waits, self.waiting) if s.longest is not None), default=None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all happened or was open."""
        return not (self.waits.count or self.waiting.count or self.opened or self.solved or self.open)


@dataclass(frozen=True, slots=True)
class Line:
    """One line behind a number: a ticket, and what was measured on it.

    `subject` is empty where the reader may not read tickets.
    """

    id: int
    at: datetime
    seconds: int | None
    kept: bool | None
    ticket_id: int
    number: int
    subject: str
    priority: int
    status: str
    holder: str


# The backlog comes from `days`, in one pass over the stretches.
_COUNTED = [n for n in Number if n not in (Number.OPEN, *HELD.values())]

_MEASURE_SQL = "SELECT '{name}', count(*), array_remove(array_agg(l.seconds), NULL) FROM ({source}) AS l"
_DAYS_SQL = """
WITH moments AS (
  SELECT 'opened' AS what, t.created_at AS at, 1 AS n FROM tickets_ticket t
    WHERE t.client_id = %(client)s AND t.created_at >= %(since)s AND t.created_at < %(until)s
  UNION ALL
  SELECT 'solved', t.solved_at, 1 FROM tickets_ticket t
    WHERE t.client_id = %(client)s AND t.solved_at >= %(since)s AND t.solved_at < %(until)s
  UNION ALL
  SELECT s.holder, m.at, m.n FROM tickets_holderspan s
    CROSS JOIN LATERAL (VALUES (s.started_at, 1), (s.ended_at, -1)) AS m (at, n)
    WHERE s.client_id = %(client)s AND s.started_at < %(until)s AND m.at < %(until)s
)
SELECT what, width_bucket(at, %(edges)s::timestamptz[]) AS day, sum(n)::bigint FROM moments GROUP BY 1, 2
"""


def newest_baseline(client_id: int) -> Baseline | None:
    """What reports are compared with; None where nobody has taken a baseline."""
    return Baseline.objects.filter(client_id=client_id).order_by("-pk").first()


def report(client_id: int, period: Period, now: datetime) -> Report:
    """All figures of one client and one period, seen from `now`; two statements, whatever there is."""
    found = _measures(client_id, period, now)
    days = _days(client_id, period)
    metrics = {}
    for metric in Metric:
        numbers = sources.measured(metric)
        taken, judged, missed = (found[n] for n in (numbers.taken, numbers.judged, numbers.missed))
        kept = Kept(judged.count, missed.count)
        metrics[metric] = Figures(spread(taken.seconds), kept, found[numbers.excused].count)
    return Report(
        period=period,
        waits=spread(found[Number.WAITS].seconds),
        waiting=spread(found[Number.WAITING].seconds),
        opened=found[Number.OPENED].count,
        solved=found[Number.SOLVED].count,
        held=days[-1].held,
        escalated=found[Number.ESCALATED].count,
        metrics=metrics,
        days=days,
    )


@dataclass(frozen=True, slots=True)
class _Measure:
    count: int
    seconds: Sequence[int]


def _measures(client_id: int, period: Period, now: datetime) -> dict[Number, _Measure]:
    parts = (_MEASURE_SQL.format(name=number.value, source=sources.select(number)) for number in _COUNTED)
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), sources.parameters(client_id, period, now))
        return {Number(name): _Measure(count, seconds or []) for name, count, seconds in cursor.fetchall()}


def _days(client_id: int, period: Period) -> tuple[Day, ...]:
    params: dict[str, Any] = {"client": client_id, "since": period.since, "until": period.until, "edges": period.edges}
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_SQL, params)
        found = {(what, bucket): number for what, bucket, number in cursor.fetchall()}
    # Bucket 0 is all that came before the period, 1 its first day.
    buckets = range(1, len(period.days) + 1)
    held = {h: levels(found.get((h.value, 0), 0), (found.get((h.value, b), 0) for b in buckets)) for h in Holder}
    return tuple(
        Day(
            day,
            found.get(("opened", bucket), 0),
            found.get(("solved", bucket), 0),
            {holder: held[holder][bucket - 1] for holder in Holder},
        )
        for bucket, day in zip(buckets, period.days, strict=True)
    )


_COUNT_SQL = "SELECT count(*) FROM ({source}) AS l"
_LINES_SQL = """
SELECT l.id, l.at, l.seconds, l.kept, t.id, t.number, CASE WHEN %(readable)s THEN t.subject ELSE '' END,
  t.priority, t.status, t.holder
FROM (SELECT * FROM ({source}) AS s WHERE {after} ORDER BY s.at DESC, s.id DESC LIMIT %(most)s) AS l
JOIN tickets_ticket t ON t.client_id = %(client)s AND t.id = l.ticket_id
ORDER BY l.at DESC, l.id DESC
"""


def count(client_id: int, number: Number, period: Period, now: datetime) -> int:
    """How many lines stand behind a number; one statement."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_SQL.format(source=sources.select(number)), sources.parameters(client_id, period, now))
        return int(cursor.fetchone()[0])


def lines(
    client_id: int, number: Number, period: Period, now: datetime, *, readable: bool, cursor: str | None = None
) -> paging.Page[Line]:
    """One page of the lines behind a number, the newest first; one statement.

    `readable` is whether the reader may see what tickets are about.  Raises `BadCursor`.
    """
    at = paging.position(LINE_ORDER, cursor)
    if at.backward:
        at = paging.Position()
    found = _lines(client_id, number, period, now, readable, at.values, PAGE + 1)
    return paging.page(found, order=LINE_ORDER, at=at, size=PAGE)


def every_line(client_id: int, number: Number, period: Period, now: datetime, *, readable: bool) -> Iterator[Line]:
    """All lines behind a number, the newest first, at most `EXPORTED_MOST` + 1; one statement."""
    yield from _lines(client_id, number, period, now, readable, None, EXPORTED_MOST + 1)


def _lines(
    client_id: int,
    number: Number,
    period: Period,
    now: datetime,
    readable: bool,
    after: Sequence[Any] | None,
    most: int,
) -> list[Line]:
    params = {**sources.parameters(client_id, period, now), "readable": readable, "most": most}
    condition = "TRUE"
    if after is not None:
        condition = "(s.at, s.id) < (%(at)s, %(id)s)"
        params |= {"at": after[0], "id": after[1]}
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_LINES_SQL.format(source=sources.select(number), after=condition), params)
        return [Line(*values) for values in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Overview:
    """One client in the list of reports: what is open and unanswered now."""

    client_id: int
    open: int
    unanswered: int
    oldest_asked_at: datetime | None


_OVERVIEW_SQL = """
SELECT c.id, (SELECT count(*) FROM tickets_holderspan s WHERE s.client_id = c.id AND s.ended_at IS NULL), w.n, w.oldest
FROM unnest(%s::bigint[]) AS c (id)
CROSS JOIN LATERAL (
  SELECT count(*) AS n, min(w.asked_at) AS oldest FROM tickets_waitspan w
  WHERE w.client_id = c.id AND w.answered_at IS NULL
) AS w
"""


def overviews(client_ids: Sequence[int]) -> dict[int, Overview]:
    """What is open now at each of these clients; one statement."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_OVERVIEW_SQL, [list(client_ids)])
        return {values[0]: Overview(*values) for values in cursor.fetchall()}


def vendor_name(client_id: int) -> str:
    """Who works for this client now, as it stands on the legend of charts; empty with nobody; one statement."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_VENDOR_SQL, [client_id])
        return ", ".join(name for (name,) in cursor.fetchall())


_VENDOR_SQL = """
SELECT DISTINCT v.name FROM access_contract c JOIN access_vendor v ON v.id = c.vendor_id
WHERE c.client_id = %s AND c.state IN ('in_force', 'notice') ORDER BY 1
"""
