"""Reports as CSV: one fact a line, so that a program can read them as well as a spreadsheet."""

from collections.abc import Iterable, Iterator

from escalation.models import Metric
from reporting.formulas import Spread
from reporting.queries import Line, Report
from tickets.models import Holder

Cells = tuple[object, ...]


def report_rows(client_slug: str, report: Report) -> Iterator[Cells]:
    """The figures of a report; `day` is empty for those of the whole period, lengths are in seconds."""
    yield "client", "from", "to", "day", "figure", "value", "unit"
    head = (client_slug, report.period.first, report.period.last)
    for name, value, unit in _whole(report):
        yield *head, "", name, value, unit
    for each in report.days:
        yield *head, each.day, "opened", each.opened, "tickets"
        yield *head, each.day, "solved", each.solved, "tickets"
        for holder in Holder:
            yield *head, each.day, f"open_{holder.value}", each.held[holder], "tickets"


def _whole(report: Report) -> Iterator[Cells]:
    yield from _spread("customer_wait", report.waits)
    yield from _spread("customer_wait_unanswered", report.waiting)
    yield "opened", report.opened, "tickets"
    yield "solved", report.solved, "tickets"
    for holder in Holder:
        yield f"open_{holder.value}", report.held[holder], "tickets"
    yield "escalated", report.escalated, "escalations"
    for metric in Metric:
        found = report.metrics[metric]
        yield from _spread(metric.value, found.taken)
        yield f"{metric.value}_judged", found.kept.judged, "promises"
        yield f"{metric.value}_missed", found.kept.missed, "promises"
        yield f"{metric.value}_kept", found.kept.percent, "percent"
        yield f"{metric.value}_excused", found.excused, "promises"
        yield f"{metric.value}_kept_without_excused", found.kept_or_excused.percent, "percent"


def _spread(name: str, found: Spread) -> Iterator[Cells]:
    yield f"{name}_count", found.count, "measurements"
    yield f"{name}_median", found.median, "seconds"
    yield f"{name}_p90", found.p90, "seconds"
    yield f"{name}_longest", found.longest, "seconds"


def line_rows(lines: Iterable[Line]) -> Iterator[Cells]:
    """The tickets behind a number; times are UTC, `kept` is empty where nothing was promised."""
    yield "ticket", "subject", "priority", "status", "waiting_on", "at", "seconds", "kept"
    for line in lines:
        kept = "" if line.kept is None else ("yes" if line.kept else "no")
        yield line.number, line.subject, line.priority, line.status, line.holder, line.at, line.seconds, kept
