"""What each number counts: one SELECT a number, from which both the figure and its list are made.

A figure can't differ from the list behind it, because there is no second definition.  A line is
(id, ticket_id, at, seconds, kept): `at` is what the list is sorted by, `seconds` the length that
was measured and `kept` whether a promise was, where there is one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalation.models import Metric
from reporting.periods import Period
from tickets.models import Holder


class Number(StrEnum):
    """The numbers of a report that are counted from lines; the value stands in addresses."""

    WAITS = "waits"
    WAITING = "waiting"
    OPENED = "opened"
    SOLVED = "solved"
    OPEN = "open"
    OPEN_VENDOR = "open_vendor"
    OPEN_CLIENT = "open_client"
    OPEN_CUSTOMER = "open_customer"
    ESCALATED = "escalated"
    FIRST_RESPONSE = "first_response"
    FIRST_RESPONSE_JUDGED = "first_response_judged"
    FIRST_RESPONSE_MISSED = "first_response_missed"
    FIRST_RESPONSE_EXCUSED = "first_response_excused"
    NEXT_RESPONSE = "next_response"
    NEXT_RESPONSE_JUDGED = "next_response_judged"
    NEXT_RESPONSE_MISSED = "next_response_missed"
    NEXT_RESPONSE_EXCUSED = "next_response_excused"
    SOLVE = "solve"
    SOLVE_JUDGED = "solve_judged"
    SOLVE_MISSED = "solve_missed"
    SOLVE_EXCUSED = "solve_excused"
    CLIENT_RESPONSE = "client_response"
    CLIENT_RESPONSE_JUDGED = "client_response_judged"
    CLIENT_RESPONSE_MISSED = "client_response_missed"
    CLIENT_RESPONSE_EXCUSED = "client_response_excused"
    CALL_BACK = "call_back"
    CALL_BACK_JUDGED = "call_back_judged"
    CALL_BACK_MISSED = "call_back_missed"
    CALL_BACK_EXCUSED = "call_back_excused"

    @property
    def label(self) -> Promise:
        """What the list behind the number holds."""
        return _LABELS[self]


_LABELS: dict[Number, Promise] = {
    Number.WAITS: _("Waits that ended, answered or solved"),
    Number.WAITING: _("Waits without an answer at the end"),
    Number.OPENED: _("Opened"),
    Number.SOLVED: _("Solved"),
    Number.OPEN: _("Open at the end"),
    Number.OPEN_VENDOR: _("Waiting on the support team at the end"),
    Number.OPEN_CLIENT: _("Waiting on the client at the end"),
    Number.OPEN_CUSTOMER: _("Waiting on customers at the end"),
    Number.ESCALATED: _("Escalated to the client"),
    Number.FIRST_RESPONSE: _("First answers"),
    Number.FIRST_RESPONSE_JUDGED: _("First answers that were promised"),
    Number.FIRST_RESPONSE_MISSED: _("First answers that came too late"),
    Number.FIRST_RESPONSE_EXCUSED: _("First answers that came too late and are excused"),
    Number.NEXT_RESPONSE: _("Next answers"),
    Number.NEXT_RESPONSE_JUDGED: _("Next answers that were promised"),
    Number.NEXT_RESPONSE_MISSED: _("Next answers that came too late"),
    Number.NEXT_RESPONSE_EXCUSED: _("Next answers that came too late and are excused"),
    Number.SOLVE: _("Times to solve"),
    Number.SOLVE_JUDGED: _("Solutions that were promised"),
    Number.SOLVE_MISSED: _("Solutions that came too late"),
    Number.SOLVE_EXCUSED: _("Solutions that came too late and are excused"),
    Number.CLIENT_RESPONSE: _("The client’s answers"),
    Number.CLIENT_RESPONSE_JUDGED: _("The client’s answers that were promised"),
    Number.CLIENT_RESPONSE_MISSED: _("The client’s answers that came too late"),
    Number.CLIENT_RESPONSE_EXCUSED: _("The client’s answers that came too late and are excused"),
    Number.CALL_BACK: _("Calls back, from the promise to the call"),
    Number.CALL_BACK_JUDGED: _("Calls back that were promised"),
    Number.CALL_BACK_MISSED: _("Calls back that came too late"),
    Number.CALL_BACK_EXCUSED: _("Calls back that came too late and are excused"),
}
HELD: dict[Holder, Number] = {
    Holder.VENDOR: Number.OPEN_VENDOR,
    Holder.CLIENT: Number.OPEN_CLIENT,
    Holder.CUSTOMER: Number.OPEN_CUSTOMER,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of a metric: what was measured, judged, missed, and of the missed what both sides have excused."""

    taken: Number
    judged: Number
    missed: Number
    excused: Number


def measured(metric: Metric) -> Measured:
    """The numbers of this metric."""
    name = metric.value
    return Measured(Number(name), Number(f"{name}_judged"), Number(f"{name}_missed"), Number(f"{name}_excused"))


_WAITS = """
SELECT w.id, w.ticket_id, w.answered_at AS at, FLOOR(EXTRACT(EPOCH FROM w.answered_at - w.asked_at))::bigint AS seconds,
  NULL::boolean AS kept
FROM tickets_waitspan w WHERE w.client_id = %(client)s AND w.answered_at >= %(since)s AND w.answered_at < %(until)s"""
# Unanswered at the period's end, with the length that the wait had then.
_WAITING = """
SELECT w.id, w.ticket_id, w.asked_at AS at, FLOOR(EXTRACT(EPOCH FROM %(end)s - w.asked_at))::bigint AS seconds,
  NULL::boolean AS kept
FROM tickets_waitspan w WHERE w.client_id = %(client)s AND w.asked_at < %(until)s
  AND (w.answered_at IS NULL OR w.answered_at >= %(until)s)"""
_TICKETS = """
SELECT t.id, t.id AS ticket_id, t.{column} AS at, NULL::bigint AS seconds, NULL::boolean AS kept
FROM tickets_ticket t WHERE t.client_id = %(client)s AND t.{column} >= %(since)s AND t.{column} < %(until)s"""
# The courts that stretches were in at the end of the period: begun before it, not ended by it.
_OPEN = """
SELECT s.id, s.ticket_id, s.started_at AS at, FLOOR(EXTRACT(EPOCH FROM %(end)s - s.started_at))::bigint AS seconds,
  NULL::boolean AS kept
FROM tickets_holderspan s WHERE s.client_id = %(client)s AND s.started_at < %(until)s
  AND (s.ended_at IS NULL OR s.ended_at >= %(until)s){court}"""
_ESCALATED = """
SELECT e.id, e.ticket_id, e.started_at AS at, NULL::bigint AS seconds, NULL::boolean AS kept
FROM escalation_escalation e
WHERE e.client_id = %(client)s AND e.started_at >= %(since)s AND e.started_at < %(until)s"""
# One that ended in time without what was promised (`met` is NULL) measures and judges nothing.
_STOPPED = """
SELECT c.id, c.ticket_id, c.stopped_at AS at, c.used_seconds::bigint AS seconds, c.met AS kept
FROM escalation_clock c WHERE c.client_id = %(client)s AND c.metric = '{metric}'
  AND c.stopped_at >= %(since)s AND c.stopped_at < %(until)s AND c.met IS NOT NULL"""
# An unfinished clock is broken where it runs past its due time, or rests with more used than promised.
_BROKEN = """
SELECT c.id, c.ticket_id, COALESCE(c.due_at, c.started_at) AS at, NULL::bigint AS seconds, false AS kept
FROM escalation_clock c WHERE c.client_id = %(client)s AND c.metric = '{metric}' AND c.stopped_at IS NULL
  AND c.started_at < %(until)s
  AND (c.due_at < %(end)s OR (c.running_since IS NULL AND c.used_seconds > c.target_seconds))"""
# The breach stays one: what is excused is counted among the missed too.
_IS_EXCUSED = """
  AND EXISTS (SELECT 1 FROM escalation_excuse e
    WHERE e.client_id = c.client_id AND e.clock_id = c.id AND e.state = 'accepted')"""


def select(number: Number) -> str:
    """The lines of a number, as SQL over the parameters of `parameters`."""
    match number:
        case Number.WAITS:
            return _WAITS
        case Number.WAITING:
            return _WAITING
        case Number.OPENED:
            return _TICKETS.format(column="created_at")
        case Number.SOLVED:
            return _TICKETS.format(column="solved_at")
        case Number.OPEN:
            return _OPEN.format(court="")
        case Number.OPEN_VENDOR | Number.OPEN_CLIENT | Number.OPEN_CUSTOMER:
            held = next(holder for holder, of in HELD.items() if of is number)
            return _OPEN.format(court=f" AND s.holder = '{held.value}'")
        case Number.ESCALATED:
            return _ESCALATED
        case _:
            return _promises(number)


def _promises(number: Number) -> str:
    """Clocks: those that stopped, with the broken unfinished ones where promises are judged."""
    name, _underscore, what = number.value.rpartition("_")
    if what not in ("judged", "missed", "excused"):
        return _STOPPED.format(metric=Metric(number.value).value)
    metric = Metric(name).value
    excused = _IS_EXCUSED if what == "excused" else ""
    stopped = _STOPPED.format(metric=metric) + (" AND NOT c.met" if what != "judged" else "")
    return " UNION ALL ".join((stopped + excused, _BROKEN.format(metric=metric) + excused))


def parameters(client_id: int, period: Period, now: datetime) -> dict[str, Any]:
    """What the SQL of `select` needs; `end` is the period's end, or `now` where that lies ahead."""
    return {"client": client_id, "since": period.since, "until": period.until, "end": min(period.until, now)}
