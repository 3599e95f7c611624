"""Every figure against the rows, and against the list behind it."""

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median as naive_median

from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation import today
from escalation.models import Clock, Escalation, Metric
from helpdesk.lib import clock
from reporting import queries
from reporting.periods import Period, Preset, named
from reporting.sources import Number
from tests import factories
from tickets.models import Holder, HolderSpan, Ticket, WaitSpan

PERIODS = [
    Period(date(2026, 3, 2), date(2026, 3, 13), "Europe/Stockholm"),
    Period(date(2026, 3, 5), date(2026, 3, 9), "Europe/Stockholm"),
    Period(date(2026, 3, 13), date(2026, 3, 13), "Europe/Stockholm"),
    Period(date(2026, 1, 1), date(2026, 1, 31), "Europe/Stockholm"),
]


def figure(report: queries.Report, number: Number) -> int:
    """The number as the page shows it."""
    held = {Number.OPEN_VENDOR: Holder.VENDOR, Number.OPEN_CLIENT: Holder.CLIENT, Number.OPEN_CUSTOMER: Holder.CUSTOMER}
    if number in held:
        return report.held[held[number]]
    plain = {
        Number.WAITS: report.waits.count, Number.WAITING: report.waiting.count, Number.OPENED: report.opened,
        Number.SOLVED: report.solved, Number.OPEN: report.open, Number.ESCALATED: report.escalated,
    }  # fmt: skip
    if number in plain:
        return plain[number]
    name, _, what = number.value.rpartition("_")
    if what == "judged":
        return report.metrics[Metric(name)].kept.judged
    if what == "excused":
        return report.metrics[Metric(name)].excused
    if what == "missed":
        return report.metrics[Metric(name)].kept.missed
    return report.metrics[Metric(number.value)].taken.count


def test_the_fortnight_moves_every_number(fortnight):
    with fortnight.enter(fortnight.lead, only=fortnight.c1):
        report = queries.report(fortnight.c1.pk, PERIODS[0], clock.now())

    still = {number for number in Number if figure(report, number) == 0}

    assert still <= {Number.NEXT_RESPONSE_MISSED, Number.NEXT_RESPONSE_EXCUSED}


def test_every_number_equals_the_lines_behind_it(fortnight):
    now = clock.now()
    with fortnight.enter(fortnight.lead, only=fortnight.c1):
        for period in PERIODS:
            report = queries.report(fortnight.c1.pk, period, now)
            found = {
                number: (
                    queries.count(fortnight.c1.pk, number, period, now),
                    len(list(queries.every_line(fortnight.c1.pk, number, period, now, readable=True))),
                )
                for number in Number
            }

            assert found == {number: (figure(report, number),) * 2 for number in Number}


def test_the_figures_are_those_of_the_rows(fortnight):
    now = clock.now()
    with fortnight.enter(fortnight.c1):
        reports = [queries.report(fortnight.c1.pk, period, now) for period in PERIODS]
        tickets, waits = list(Ticket.objects.all()), list(WaitSpan.objects.all())
        spans, clocks = list(HolderSpan.objects.all()), list(Clock.objects.all())
        climbs = list(Escalation.objects.all())

    for report in reports:
        since, until = report.period.since, report.period.until
        check_waits(report, waits, now)
        assert report.opened == sum(since <= t.created_at < until for t in tickets)
        assert report.solved == sum(t.solved_at is not None and since <= t.solved_at < until for t in tickets)
        assert report.escalated == sum(since <= e.started_at < until for e in climbs)
        assert report.held == held_before(until, spans)
        for metric in Metric:
            check_clocks(report, metric, [c for c in clocks if c.metric == metric], now)


def check_waits(report: queries.Report, waits: list[WaitSpan], now: datetime) -> None:
    since, until = report.period.since, report.period.until
    ended = [w for w in waits if w.answered_at and since <= w.answered_at < until]
    running = [w for w in waits if w.asked_at < until and not (w.answered_at and w.answered_at < until)]
    lengths = [(w.answered_at - w.asked_at).total_seconds() for w in ended]
    so_far = [(min(until, now) - w.asked_at).total_seconds() for w in running]
    assert report.waits.count == len(lengths)
    assert report.waits.median == (naive_median(lengths) if lengths else None)
    assert report.longest_wait == max([*lengths, *so_far], default=None)


def check_clocks(report: queries.Report, metric: Metric, clocks: list[Clock], now: datetime) -> None:
    since, until = report.period.since, report.period.until
    stopped = [c for c in clocks if c.stopped_at and since <= c.stopped_at < until and c.met is not None]
    unfinished = [c for c in clocks if c.stopped_at is None and c.started_at < until]
    broken = [
        c
        for c in unfinished
        if (c.due_at and c.due_at < min(until, now)) or (not c.running_since and c.used_seconds > c.target_seconds)
    ]
    figures = report.metrics[metric]
    assert figures.taken.median == (naive_median([c.used_seconds for c in stopped]) if stopped else None)
    assert figures.kept.judged == len(stopped) + len(broken)
    assert figures.kept.missed == sum(not c.met for c in stopped) + len(broken)


def held_before(end: datetime, spans: list[HolderSpan]) -> dict[Holder, int]:
    open_then = Counter(s.holder for s in spans if s.started_at < end and (s.ended_at is None or s.ended_at >= end))
    return {holder: open_then[holder.value] for holder in Holder}


def test_the_backlog_of_each_day_is_what_was_open_at_its_end(fortnight):
    period = PERIODS[0]
    with fortnight.enter(fortnight.c1):
        report = queries.report(fortnight.c1.pk, period, clock.now())
        spans = list(HolderSpan.objects.all())

    for day, end in zip(report.days, period.edges[1:], strict=True):
        assert day.held == held_before(end, spans)
    assert sum(day.opened for day in report.days) == report.opened
    assert sum(day.solved for day in report.days) == report.solved


def test_an_overdue_promise_that_nobody_has_kept_yet_counts_as_missed(fortnight):
    with fortnight.enter(fortnight.c1):
        (overdue,) = Clock.objects.filter(metric=Metric.FIRST_RESPONSE, stopped_at=None)[:1]
        assert overdue.due_at is None or overdue.due_at < clock.now()
        report = queries.report(fortnight.c1.pk, named(Preset.TODAY, "UTC", clock.now()), clock.now())

    assert report.metrics[Metric.FIRST_RESPONSE].kept.missed >= 1


def test_both_sides_see_the_same_figures(fortnight):
    reports = []
    for person in (fortnight.lead, fortnight.o1):
        with fortnight.enter(person, only=fortnight.c1):
            reports.append(queries.report(fortnight.c1.pk, PERIODS[0], clock.now()))

    assert reports[0] == reports[1]
    assert not reports[0].is_empty


def test_another_clients_report_is_empty_for_who_may_not_see_it(fortnight):
    with fortnight.enter(fortnight.o1):
        report = queries.report(fortnight.c2.pk, PERIODS[0], clock.now())
        lines = list(queries.every_line(fortnight.c2.pk, Number.OPENED, PERIODS[0], clock.now(), readable=True))

    assert report.is_empty
    assert lines == []


def test_a_report_takes_two_statements_whatever_there_is(fortnight):
    counts = []
    for _round in range(2):
        with fortnight.enter(fortnight.lead, only=fortnight.c1), CaptureQueriesContext(connection) as seen:
            queries.report(fortnight.c1.pk, PERIODS[0], clock.now())
        counts.append(len(seen))
        for _more in range(5):
            factories.ticket(fortnight, fortnight.r1)

    assert counts == [2, 2]


def test_pages_of_lines_hold_every_line_once(fortnight, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    period, now = PERIODS[0], clock.now()
    seen, cursor = [], None
    with fortnight.enter(fortnight.lead, only=fortnight.c1):
        whole = list(queries.every_line(fortnight.c1.pk, Number.OPENED, period, now, readable=True))
        while True:
            page = queries.lines(fortnight.c1.pk, Number.OPENED, period, now, readable=True, cursor=cursor)
            seen += page.items
            if (cursor := page.next_cursor) is None:
                break

    assert seen == whole
    assert len(whole) > 4


def test_who_may_not_read_tickets_sees_no_subject(fortnight):
    with fortnight.enter(fortnight.o1):
        lines = list(queries.every_line(fortnight.c1.pk, Number.OPENED, PERIODS[0], clock.now(), readable=False))

    assert lines
    assert not any(line.subject for line in lines)


def test_a_waits_length_at_the_end_of_a_past_period_does_not_grow(fortnight):
    period = Period(date(2026, 3, 4), date(2026, 3, 4), "UTC")
    with fortnight.enter(fortnight.c1):
        early = queries.report(fortnight.c1.pk, period, clock.now())
        late = queries.report(fortnight.c1.pk, period, clock.now() + timedelta(days=3))

    assert early.waiting == late.waiting
    assert early.waiting.count > 0


def test_the_consoles_first_page_says_of_today_what_the_report_says(fortnight):
    now = clock.now()
    period = named(Preset.TODAY, "Europe/Stockholm", now)
    with fortnight.enter(fortnight.o1, only=fortnight.c1):
        report = queries.report(fortnight.c1.pk, period, now)
        promises = today.promises(fortnight.c1.pk, period.since, now)
        last_days = today.last_days(fortnight.c1.pk, now, "Europe/Stockholm")
        longest = today.wait(fortnight.c1.pk, period.since, now).longest_now

    assert {line.metric: line.kept for line in promises} == {m: f.kept for m, f in report.metrics.items()}
    assert any(line.kept.missed for line in promises)
    assert last_days[-1].held == report.held
    assert longest == report.waiting.longest
