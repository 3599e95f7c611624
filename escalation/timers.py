"""Applies the rules of `clocks` to the rows, on what happens to tickets.

The only code that writes `Clock`, `Ticket.due_at`, `Ticket.due_metric` and `Ticket.call_at`.  Everything here runs
in the transaction of its cause, with the ticket's row locked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from access.actor import Actor
from access.models import Client
from escalation import calendars, clocks, recounting
from escalation.calendars import week_of
from escalation.clocks import Event, Promise, Reading
from escalation.engine import due
from escalation.models import PLEDGED, Calendar, Clock, Metric, SlaPolicy, SlaTarget
from escalation.promises import promise_of, targets_at
from tickets import signals
from tickets.events import Kind, note
from tickets.models import Holder, HolderSpan, Status, Ticket

_FIELDS = [
    "target_seconds",
    "started_at",
    "round_the_clock",
    "calendar",
    "policy",
    "running_since",
    "due_at",
    "used_seconds",
    "stopped_at",
    "met",
    "shares",
]


def listen() -> None:
    """Subscribe to what happens to tickets."""
    for signal, receiver in (
        (signals.ticket_opened, _opened),
        (signals.staff_answered, _answered),
        (signals.customer_wrote, _customer_wrote),
        (signals.holder_moved, _moved),
        (signals.priority_changed, _priority_changed),
        (signals.category_changed, _category_changed),
        (signals.ticket_solved, _solved),
        (signals.ticket_reopened, _reopened),
        (signals.contract_found, _contract_found),
        (signals.ticket_merged, _merged),
    ):
        signal.connect(receiver, dispatch_uid=f"escalation.timers.{receiver.__name__}")


def client_asked(ticket: Ticket, *, at: datetime) -> None:
    """The client's own clock begins, unless it runs already."""
    _happen(Event.CLIENT_ASKED, ticket, _unfinished(ticket), at)


def client_answered(ticket: Ticket, *, at: datetime) -> None:
    """The client's own clock ends."""
    _happen(Event.CLIENT_ANSWERED, ticket, _unfinished(ticket), at)


def client_spared(ticket: Ticket, *, at: datetime) -> None:
    """The client's own clock ends without an answer: nobody asks any more."""
    _happen(Event.CLIENT_SPARED, ticket, _unfinished(ticket), at)


def call_promised(ticket: Ticket, until: datetime, *, at: datetime) -> Clock:
    """A call is promised for a moment, or for another one: its clock runs until then; gives it."""
    rows = _unfinished(ticket)
    is_moved = any(row.metric == Metric.CALL_BACK for row in rows)
    event = Event.CALL_MOVED if is_moved else Event.CALL_PROMISED
    promises = {Metric.CALL_BACK: Promise(int((until - at).total_seconds()), None)}
    readings = clocks.after(event, [_read(row) for row in rows], promises, Holder(ticket.holder), at)
    (fresh,) = _write(ticket, rows, readings, {})
    return fresh


def called(ticket: Ticket, *, at: datetime) -> None:
    """Somebody has called."""
    _happen(Event.CALLED, ticket, _unfinished(ticket), at)


def call_spared(ticket: Ticket, *, at: datetime) -> None:
    """The call is taken back: the customer waits for it no longer."""
    _happen(Event.CALL_SPARED, ticket, _unfinished(ticket), at)


def count_on(ticket: Ticket, rows: Sequence[Clock], line: Sequence[Calendar], *, at: datetime) -> None:
    """Let these unfinished clocks of a ticket run on the versions of `line` that have begun since their own."""
    readings = []
    for row in rows:
        own = (row.hours.valid_from, row.hours.version)
        begun = [each for each in line if own < (each.valid_from, each.version) and each.valid_from <= at]
        readings.append(recounting.onto(_read(row), [(each.valid_from, week_of(each)) for each in begun]))
        row.calendar = calendars.at_moment(line, at) or row.hours
    others = [row for row in _unfinished(ticket) if row.pk not in {mine.pk for mine in rows}]
    _write(ticket, [*rows, *others], [*readings, *map(_read, others)], {})
    # A clock at rest reads as it did, so the lines above have left its row alone.
    Clock.objects.bulk_update(rows, ["calendar"])


def promise_anew(ticket: Ticket, rows: Sequence[Clock], line: Sequence[SlaPolicy], *, at: datetime) -> bool:
    """Give these unfinished clocks of a ticket the targets of the policies of `line` that have begun since their own.

    What has run until one began stays counted.  A clock whose own policy isn't known takes the last alone; one that
    nothing is promised for any more keeps its target.  Tells whether any clock counts otherwise now.
    """
    begun = [policy for policy in line if policy.valid_from <= at]
    targets = {
        policy.pk: targets_at(ticket.client_id, ticket.contract_id, ticket.priority, policy.valid_from, ticket)
        for policy in begun
    }
    known = [policy.pk for policy in begun]
    readings, before = [], [_read(row) for row in rows]
    for row, counted in zip(rows, before, strict=True):
        reading, since = counted, known.index(row.policy_id) + 1 if row.policy_id in known else -1
        for policy in begun[since:]:
            row.shares = sorted({100, *policy.warn_at})
            if target := targets[policy.pk].get(Metric(row.metric)):
                reading = recounting.promised(reading, promise_of(target), policy.valid_from)
                row.round_the_clock, row.calendar = target.round_the_clock, target.policy.calendar
        row.policy = begun[-1]
        readings.append(reading)
    others = [row for row in _unfinished(ticket) if row.pk not in {mine.pk for mine in rows}]
    _write(ticket, [*rows, *others], [*readings, *map(_read, others)], {})
    # One that reads as it did was left alone by the lines above, and is looked at for other warnings.
    Clock.objects.bulk_update(rows, ["policy", "calendar", "round_the_clock", "shares"])
    arm(ticket.client_id, rows, also={(due.Kind.TICKET, ticket.pk): at})
    return readings != before


def _opened(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    _happen(Event.OPENED, ticket, [], at)


def _answered(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    _happen(Event.STAFF_ANSWERED, ticket, _unfinished(ticket), at)


def _customer_wrote(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    _happen(Event.CUSTOMER_WROTE, ticket, _unfinished(ticket), at)


def _solved(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    _happen(Event.SOLVED, ticket, _unfinished(ticket), at)


def _reopened(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    metrics = [Metric.SOLVE] if ticket.first_answered_at else [Metric.SOLVE, Metric.FIRST_RESPONSE]
    finished = Clock.objects.filter(client_id=ticket.client_id, ticket=ticket, metric__in=metrics)
    _happen(Event.REOPENED, ticket, list(finished.select_related("calendar").order_by("pk")), at)


def _merged(*, ticket: Ticket, into: Ticket, actor: Actor, at: datetime, **more: Any) -> None:
    """The clocks of the one that goes end; what was promised there first holds on the one that stays."""
    due_before = into.due_at.isoformat() if into.due_at else ""
    gone = _unfinished(ticket)
    owed = [_read(row) for row in gone]
    waits = any(clock.metric in (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE) for clock in owed)
    _happen(Event.MERGED, ticket, gone, at)
    due.drop(due.Kind.TICKET, [ticket.pk])
    if waits:
        # An answer that was owed over there is owed here.
        _happen(Event.CUSTOMER_WROTE, into, _unfinished(into), at)
    rows = _unfinished(into)
    found = clocks.merged([_read(row) for row in rows], owed, Holder(into.holder), at)
    readings = [reading for reading, _source in found]
    new = [Clock(client_id=into.client_id, ticket=into, metric=reading.metric) for reading in readings[len(rows) :]]
    for row, (reading, source) in zip([*rows, *new], found, strict=True):
        if source is not None:
            _take_promise(row, gone[owed.index(source)])
            row.started_at = reading.started_at
    for row, reading in zip(new, readings[len(rows) :], strict=True):
        _take(row, reading)
    Clock.objects.bulk_create(new)
    arm(into.client_id, new, also={(due.Kind.TICKET, into.pk): at})
    _write(into, [*rows, *new], readings, {})
    if any(source is not None for _reading, source in found):
        due_at = {"due": into.due_at.isoformat() if into.due_at else "", "before": due_before}
        note(actor, into, Kind.PROMISED_ANEW, at=at, why="merged", number=ticket.number, zone=_zone(into), **due_at)


def _take_promise(row: Clock, other: Clock) -> None:
    """Have the row count what the other one counts, on its hours."""
    row.round_the_clock, row.calendar, row.policy_id = other.round_the_clock, other.calendar, other.policy_id
    row.shares = sorted({*row.shares, *other.shares})


def _zone(ticket: Ticket) -> str:
    """The client's time zone."""
    return str(Client.objects.values_list("time_zone", flat=True).get(pk=ticket.client_id))


def _contract_found(*, ticket: Ticket, at: datetime, **more: Any) -> None:
    rows = _unfinished(ticket)
    # What nobody ever answered and nothing measures begins as if it were opened now.
    is_new = not rows and ticket.first_answered_at is None
    _happen(Event.OPENED if is_new else Event.REOPENED, ticket, rows, at)


def _moved(*, ticket: Ticket, at: datetime, void: bool, **more: Any) -> None:
    since = _voided_since(ticket) if void else None
    rows = _unfinished(ticket, or_stopped_since=since)
    readings = [_read(row) for row in rows]
    if since is not None:
        readings = clocks.never_paused(readings, since, at)
    _write(ticket, rows, clocks.in_court(readings, Holder(ticket.holder), at), {})


def _priority_changed(*, ticket: Ticket, actor: Actor, at: datetime, **more: Any) -> None:
    _sorted_anew(actor, ticket, "priority", at)


def _category_changed(*, ticket: Ticket, actor: Actor, at: datetime, **more: Any) -> None:
    _sorted_anew(actor, ticket, "category", at)


def count_as_sorted(actor: Actor, ticket: Ticket, *, at: datetime) -> None:
    """The ticket's category is a part of another one now, or its customer has another tier; twice changes nothing."""
    _sorted_anew(actor, ticket, "counts as", at)


def _sorted_anew(actor: Actor, ticket: Ticket, why: str, at: datetime) -> None:
    """Give the unfinished clocks the targets that the ticket has now, and say so where any has another one."""
    due.put(ticket.client_id, due.Kind.TICKET, {ticket.pk: at})
    rows = _unfinished(ticket)
    if not rows:
        return
    targets = targets_at(ticket.client_id, ticket.contract_id, ticket.priority, at, ticket)
    promises = {metric: promise_of(target) for metric, target in targets.items()}
    before = [_read(row) for row in rows]
    readings = [recounting.promised(c, promises[c.metric], at) if c.metric in promises else c for c in before]
    for row in rows:
        if target := targets.get(Metric(row.metric)):
            row.round_the_clock, row.calendar = target.round_the_clock, target.policy.calendar
            row.policy_id = target.policy_id
    _write(ticket, rows, readings, targets)
    # One at rest may read as it did but for its hours, so the lines above have left its row alone.
    Clock.objects.bulk_update(rows, ["policy", "calendar", "round_the_clock"])
    if readings != before:
        note(actor, ticket, Kind.PROMISED_ANEW, at=at, why=why)


def _happen(event: Event, ticket: Ticket, rows: list[Clock], at: datetime) -> None:
    """Let an event act on a ticket's clocks; reads the promises only where it may start one."""
    starts = any(event in clocks.RULES[metric].starts for metric in PLEDGED)
    targets = targets_at(ticket.client_id, ticket.contract_id, ticket.priority, at, ticket) if starts else {}
    promises = {metric: promise_of(target) for metric, target in targets.items()}
    readings = [_read(row) for row in rows]
    _write(ticket, rows, clocks.after(event, readings, promises, Holder(ticket.holder), at), targets)


def _unfinished(ticket: Ticket, *, or_stopped_since: datetime | None = None) -> list[Clock]:
    rule = Q(stopped_at=None)
    if or_stopped_since is not None:
        rule |= Q(stopped_at__gte=or_stopped_since)
    rows = Clock.objects.filter(rule, client_id=ticket.client_id, ticket=ticket)
    return list(rows.select_related("calendar").order_by("pk"))


def _voided_since(ticket: Ticket) -> datetime | None:
    """From when the vendor's clocks would have run, had the stretch that was taken back never been.

    From its beginning where the vendor had the ticket before; where the customer had it, from
    their next question; else never.
    """
    spans = HolderSpan.objects.filter(client_id=ticket.client_id, ticket=ticket).order_by("-started_at", "-pk")
    taken_back, *before = spans[1:3]
    if before and before[0].holder == Holder.VENDOR:
        return taken_back.started_at
    asked = ticket.asked_at
    return asked if asked is not None and asked >= taken_back.started_at else None


def _read(row: Clock) -> Reading:
    return Reading(
        Metric(row.metric),
        row.target_seconds,
        None if row.round_the_clock else week_of(row.hours),
        row.started_at,
        row.running_since,
        row.used_seconds,
        row.stopped_at,
        row.met,
    )


def _write(
    ticket: Ticket, rows: Sequence[Clock], readings: Sequence[Reading], targets: Mapping[Metric, SlaTarget]
) -> list[Clock]:
    """Store the readings (those of `rows` first, new ones behind) and the ticket's next due time; gives the new."""
    changed = [row for row, reading in zip(rows, readings, strict=False) if _take(row, reading)]
    if changed:
        Clock.objects.bulk_update(changed, _FIELDS)
    fresh = [_new(ticket, reading, targets.get(reading.metric)) for reading in readings[len(rows) :]]
    if fresh:
        Clock.objects.bulk_create(fresh)
    # The matrix may wait for shares of the new ones, which a customer who causes a clock may not read.
    look = {(due.Kind.TICKET, ticket.pk): max(row.started_at for row in fresh)} if fresh else {}
    arm(ticket.client_id, [*changed, *fresh], also=look)
    _set_due(ticket, [*rows, *fresh])
    return fresh


def next_mark(row: Clock) -> tuple[int, datetime] | None:
    """The next share of a clock that something is to be done at, and when; None where it does not run."""
    left = [share for share in row.shares if share > row.marked]
    if not left or row.running_since is None:
        return None
    share = min(left)
    at = reaches(row, share)
    return None if at is None else (share, at)


def reaches(row: Clock, share: int) -> datetime | None:
    """When a clock will have run so many percent of its target, or since when it has; None where it does not run."""
    if row.running_since is None:
        return None
    seconds = clocks.seconds_of(row.target_seconds, share) - row.used_seconds
    hours = None if row.round_the_clock else week_of(row.hours)
    return clocks.moment_after(hours, row.running_since, max(0, seconds))


def arm(client_id: int, rows: Iterable[Clock], *, also: Mapping[tuple[due.Kind, int], datetime] | None = None) -> None:
    """Have these clocks looked at when their next mark comes, and those at rest no more; `also` what else is due."""
    coming = {row.pk: next_mark(row) for row in rows}
    moments = {(due.Kind.CLOCK, pk): mark[1] for pk, mark in coming.items() if mark is not None}
    due.put_all(client_id, moments | dict(also or {}))
    due.drop(due.Kind.CLOCK, [pk for pk, mark in coming.items() if mark is None])


def wait_for(client_id: int, tickets: Collection[Ticket], shares: Mapping[str, Collection[int]]) -> list[Clock]:
    """Have the unfinished clocks of these tickets looked at for further shares, by metric; gives those clocks."""
    of = Clock.objects.filter(client_id=client_id, ticket__in=tickets, stopped_at=None, metric__in=list(shares))
    found, changed = list(of.select_related("calendar").order_by("pk")), []
    for row in found:
        wanted = sorted({*row.shares, *shares[row.metric]})
        if wanted != row.shares:
            row.shares = wanted
            changed.append(row)
    Clock.objects.bulk_update(changed, ["shares"])
    arm(client_id, changed)
    return found


def not_waiting(client_id: int, shares: Mapping[str, Collection[int]], *, most: int) -> list[int]:
    """The ids of up to so many open tickets with a clock that does not wait for all of these shares, by metric."""
    lacking = Q(pk__in=[])
    for metric, wanted in shares.items():
        lacking |= Q(metric=metric) & ~Q(shares__contains=sorted(wanted))
    found = Clock.objects.filter(lacking, client_id=client_id, stopped_at=None, ticket__status=Status.OPEN)
    return list(found.order_by("ticket_id").values_list("ticket_id", flat=True).distinct()[:most])


def _take(row: Clock, reading: Reading) -> bool:
    """Give the row what its clock reads now; tells whether anything differs from what is stored."""
    values = {
        "target_seconds": reading.target,
        "running_since": reading.running_since,
        "due_at": reading.due_at,
        "used_seconds": reading.used,
        "stopped_at": reading.stopped_at,
        "met": reading.met,
    }
    differs = any(getattr(row, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(row, name, value)
    return differs


def _new(ticket: Ticket, reading: Reading, target: SlaTarget | None) -> Clock:
    """The row of a new clock; without a target it is of a promise that no contract makes."""
    return Clock(
        client_id=ticket.client_id,
        ticket=ticket,
        metric=reading.metric,
        target_seconds=reading.target,
        round_the_clock=target.round_the_clock if target else True,
        calendar=target.policy.calendar if target else None,
        policy_id=target.policy_id if target else None,
        started_at=reading.started_at,
        running_since=reading.running_since,
        due_at=reading.due_at,
        used_seconds=reading.used,
        shares=sorted({100, *(target.policy.warn_at if target else [clocks.share_before(reading.target)])}),
    )


def _set_due(ticket: Ticket, rows: Iterable[Clock]) -> None:
    """Note the earliest due time of the running clocks, which are those of the holder, and that of a promised call."""
    running = [(row.due_at, str(row.metric)) for row in rows if row.due_at is not None]
    due_at, metric = min(running, default=(None, ""))
    call_at = next((moment for moment, of in running if of == Metric.CALL_BACK), None)
    if (ticket.due_at, ticket.due_metric, ticket.call_at) != (due_at, metric, call_at):
        ticket.due_at, ticket.due_metric, ticket.call_at = due_at, metric, call_at
        mine = Ticket.objects.filter(client_id=ticket.client_id, pk=ticket.pk)
        mine.update(due_at=due_at, due_metric=metric, call_at=call_at)
