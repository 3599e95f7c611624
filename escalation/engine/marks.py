"""Clocks reach their marks, tickets grow quiet: each is noted once, and climbs begin by it or go on."""

from collections.abc import Collection, Sequence
from datetime import datetime

from access.actor import Actor
from escalation import rows, timers
from escalation.engine import beginnings, climbs, due, warnings
from escalation.engine.telling import Teller
from escalation.matrix.document import Trigger
from escalation.models import Clock, ClockMark, Escalation, Metric
from tickets import courts
from tickets.events import Kind, Noted, note_all
from tickets.models import Holder, Status, Ticket

BROKEN = 100


def mark(actor: Actor, client_id: int, clock_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Note which shares of these clocks have run by now, and have the steps told that wait for them.

    Gives each clock's next moment; those of a ticket that somebody works on this moment come a second later.
    """
    following: dict[int, datetime | None] = dict.fromkeys(clock_ids)
    running = Clock.objects.filter(client_id=client_id, pk__in=clock_ids, stopped_at=None)
    of = dict(running.values_list("pk", "ticket_id"))
    tickets = beginnings.locked(client_id, of.values())
    following |= {pk: at + beginnings.SOON for pk, ticket_id in of.items() if ticket_id not in tickets}
    mine = (
        running.filter(ticket_id__in=tickets).select_related("calendar").order_by("pk").select_for_update(of=("self",))
    )
    clocks, marks = list(mine), []
    for row in clocks:
        if tickets[row.ticket_id].status == Status.OPEN:
            marks += _reached(row, at)
    ClockMark.objects.bulk_create(marks)
    for share in {row.marked for row in clocks}:
        same = [row.pk for row in clocks if row.marked == share]
        Clock.objects.filter(client_id=client_id, pk__in=same).update(marked=share)
    note_all(actor, client_id, [_noted(found, at) for found in marks])
    _bring_back(actor, tickets, marks, at)
    warnings.tell(actor, client_id, tickets, marks, at)
    _climb(actor, client_id, tickets, marks, at)
    return following | _next(client_id, [row.pk for row in clocks])


def _bring_back(actor: Actor, tickets: dict[int, Ticket], marks: Sequence[ClockMark], at: datetime) -> None:
    """A ticket that waits for its customer is its workers' move once a call that was promised comes near."""
    for ticket_id in dict.fromkeys(mark.ticket_id for mark in marks if mark.metric == Metric.CALL_BACK):
        if tickets[ticket_id].holder == Holder.CUSTOMER:
            courts.move(actor, tickets[ticket_id], courts.workers(tickets[ticket_id]), at=at)


def _reached(row: Clock, at: datetime) -> list[ClockMark]:
    """The marks that the clock has come to by now, in order; its row carries the last of them."""
    found = []
    while (coming := timers.next_mark(row)) is not None and coming[1] <= at:
        row.marked = coming[0]
        found.append(
            ClockMark(
                client_id=row.client_id,
                clock=row,
                ticket_id=row.ticket_id,
                metric=row.metric,
                share=coming[0],
                due_at=coming[1],
                at=at,
            )
        )
    return found


def _noted(mark: ClockMark, at: datetime) -> Noted:
    kind = Kind.CLOCK_MISSED if mark.share >= BROKEN else Kind.CLOCK_WARNED
    return Noted(mark.ticket_id, kind, at, {"metric": mark.metric, "share": mark.share})


def _climb(actor: Actor, client_id: int, tickets: dict[int, Ticket], marks: Sequence[ClockMark], at: datetime) -> None:
    """Begin the climbs whose row waits for one of these marks, and go on with those that run."""
    version = rows.current(client_id, at)
    wanted = {m.ticket_id for m in marks if version is not None and m.share in version.shares.get(m.metric, ())}
    running = beginnings.climbing(client_id, {m.ticket_id for m in marks})
    moments = climbs.advance(actor, client_id, list(running.values()), at=at) if running else {}
    due.put(client_id, due.Kind.CLIMB, {pk: moment for pk, moment in moments.items() if moment is not None})
    fresh = [tickets[pk] for pk in sorted(wanted - running.keys())]
    if version is None or not fresh:
        return
    teller, found = Teller(actor, client_id, at), []
    reached = {(m.ticket_id, m.metric, m.share): m.due_at for m in marks}
    for ticket_id, way in beginnings.paths_of(client_id, version, fresh, at).items():
        waits = beginnings.waits(way, Trigger.SHARE)
        keys = [(ticket_id, when.metric, when.percent) for when in waits]
        since = min((reached[key] for key in keys if key in reached), default=None)
        if since is not None:
            found.append(beginnings.Beginning(tickets[ticket_id], way, Escalation.Origin.CLOCK, since))
    beginnings.begin(actor, found, teller)


def _next(client_id: int, clock_ids: Collection[int]) -> dict[int, datetime | None]:
    """When each of these comes to its next mark, as they are after all that was done by the last one."""
    found = Clock.objects.filter(client_id=client_id, pk__in=clock_ids, stopped_at=None).select_related("calendar")
    coming = {row.pk: timers.next_mark(row) for row in found}
    return {pk: mark[1] if mark is not None else None for pk, mark in coming.items()}
