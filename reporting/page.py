"""What the page of a report shows: its figures in words, each with the way to its tickets, and its charts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from escalation.models import Metric
from helpdesk.lib import durations
from helpdesk.look import times
from reporting import sources
from reporting.baseline import Against, Before
from reporting.formulas import Spread
from reporting.periods import Period
from reporting.queries import Day, Figures, Report
from reporting.sources import HELD, Number
from tickets.models import Holder

Way = Callable[[Number, date, date], str]
NOTHING = "–"
NEVER = Spread(0, None, None, None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it says and the address of the list behind it."""

    text: str
    url: str
    label: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """How long the same took before; `shorter` is None where it took as long, or one was not measured."""

    text: str
    shorter: bool | None


@dataclass(frozen=True, slots=True)
class Promised:
    """The line of one metric: how long it took, and how often it was in time."""

    label: str | Promise
    measured: Figure
    median: str
    p90: str
    judged: Figure
    percent: int | None
    missed: Figure
    excused: Figure | None
    percent_without: int | None
    median_before: "Compared | None" = None
    p90_before: "Compared | None" = None


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day in the table below the charts."""

    day: date
    figures: tuple[Figure, ...]


# The client's own answers stand apart: there its own people are measured.
_OURS: dict[Metric, Promise] = {
    Metric.FIRST_RESPONSE: gettext_lazy("First answer"),
    Metric.NEXT_RESPONSE: gettext_lazy("Next answer"),
    Metric.SOLVE: gettext_lazy("Time to solve"),
    Metric.CALL_BACK: gettext_lazy("Promised call-back"),
}


def ways(address: str, period: Period) -> Way:
    """Makes the address of the list behind a number, for some days of the period."""

    def way(number: Number, first: date = period.first, last: date = period.last) -> str:
        query = {"number": number.value, "from": first.isoformat(), "to": last.isoformat()}
        return f"{address}?{urlencode(query)}"

    return way


def spent(seconds: float | None) -> str:
    """A length of time in words."""
    return NOTHING if seconds is None else durations.span(seconds)


def context(
    report: Report, *, address: str, client_name: str, vendor_name: str, before: Before | None = None
) -> dict[str, Any]:
    """All that the template needs; `address` is the page of the lists, `before` what history says."""
    way = ways(address, report.period)

    def counted(number: Number, value: int) -> Figure:
        return Figure(str(value), way(number, report.period.first, report.period.last), number.label)

    names = {Holder.VENDOR: vendor_name or _("Support"), Holder.CLIENT: client_name, Holder.CUSTOMER: _("Customers")}
    return {
        "report": report,
        "wait": _wait(report, before),
        "waits": counted(Number.WAITS, report.waits.count),
        "waiting": counted(Number.WAITING, report.waiting.count),
        "waiting_longest": spent(report.waiting.longest),
        "opened": counted(Number.OPENED, report.opened),
        "opened_before": _opened_before(report, before),
        "solved": counted(Number.SOLVED, report.solved),
        "open": counted(Number.OPEN, report.open),
        "held": [(_waiting_on(h, names[h]), counted(HELD[h], report.held[h])) for h in Holder],
        "promises": [_promised(m, label, report.metrics[m], counted, before) for m, label in _OURS.items()],
        "escalated": counted(Number.ESCALATED, report.escalated),
        "answers": _promised(
            Metric.CLIENT_RESPONSE,
            _("Answers of %(name)s") % {"name": client_name},
            report.metrics[Metric.CLIENT_RESPONSE],
            counted,
        ),
        "columns": [*names.values()],
        "days": list(_day_lines(report.days, way)),
        "backlog_chart": _backlog_chart(report.days, names),
        "flow_chart": _flow_chart(report.days),
    }


def _waiting_on(holder: Holder, name: str) -> str:
    if holder is Holder.CUSTOMER:
        return _("Waiting on customers")
    return _("Waiting on %(name)s") % {"name": name}


def _wait(report: Report, before: Before | None) -> dict[str, Any]:
    then = before.wait if before else NEVER
    return {
        "median": spent(report.waits.median),
        "p90": spent(report.waits.p90),
        "longest": spent(report.longest_wait),
        "median_before": _compared(then.median, report.waits.median),
        "p90_before": _compared(then.p90, report.waits.p90),
        "longest_before": _compared(then.longest, report.longest_wait),
    }


def _compared(before: float | None, now: float | None) -> Compared | None:
    return None if before is None else Compared(spent(before), Against(before, now).shorter)


def _opened_before(report: Report, before: Before | None) -> int | None:
    """How many were opened before in as many days."""
    return None if before is None else round(before.tickets * len(report.days) / before.days)


def _promised(
    metric: Metric,
    label: str | Promise,
    found: Figures,
    counted: Callable[[Number, int], Figure],
    before: Before | None = None,
) -> Promised:
    numbers = sources.measured(metric)
    taken: Spread = found.taken
    then = (before.of(metric.value) if before else None) or NEVER
    return Promised(
        label,
        counted(numbers.taken, taken.count),
        spent(taken.median),
        spent(taken.p90),
        counted(numbers.judged, found.kept.judged),
        found.kept.percent,
        counted(numbers.missed, found.kept.missed),
        counted(numbers.excused, found.excused) if found.excused else None,
        found.kept_or_excused.percent,
        _compared(then.median, taken.median),
        _compared(then.p90, taken.p90),
    )


def _day_lines(days: tuple[Day, ...], way: Way) -> Iterator[DayLine]:
    for each in reversed(days):
        numbers = (
            (Number.OPENED, each.opened),
            (Number.SOLVED, each.solved),
            *((HELD[holder], each.held[holder]) for holder in Holder),
            (Number.OPEN, each.open),
        )
        yield DayLine(each.day, tuple(Figure(str(value), way(n, each.day, each.day), n.label) for n, value in numbers))


def _backlog_chart(days: tuple[Day, ...], names: dict[Holder, str]) -> dict[str, Any]:
    roles = {Holder.VENDOR: "us", Holder.CLIENT: "client", Holder.CUSTOMER: "customer"}
    return {
        "kind": "area",
        "stacked": True,
        "x": _labels(days),
        "series": [
            {"name": names[holder], "role": roles[holder], "values": [each.held[holder] for each in days]}
            for holder in Holder
        ],
    }


def _flow_chart(days: tuple[Day, ...]) -> dict[str, Any]:
    return {
        "kind": "bar",
        "x": _labels(days),
        "series": [
            {"name": _("Opened"), "role": "in", "values": [each.opened for each in days]},
            {"name": _("Solved"), "role": "out", "values": [each.solved for each in days]},
        ],
    }


def _labels(days: tuple[Day, ...]) -> list[str]:
    return [date_format(each.day, times.in_form("j M")) for each in days]
