"""Climbs go on: what is due is told, a path goes on as another, and one that nobody answered ends.

The rules stand in `escalation.matrix.climbing`; here are the rows, in one client's scope and transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from access.actor import Actor
from access.errors import NotFound
from escalation import rows, timers
from escalation.engine import due
from escalation.engine.telling import Teller, steps_for
from escalation.matrix import climbing, stored
from escalation.matrix.climbing import Climb, Stage, Then
from escalation.matrix.document import Path, Trigger
from escalation.models import Clock, ClockMark, Escalation, EscalationStep, Matrix
from escalation.parts import end, end_with_ticket, log_change
from tickets import courts
from tickets.events import Kind, last_done, note
from tickets.models import Holder, Status, Ticket

State = Escalation.State
# More than any path has steps and repeats: what is due at once comes to an end.
MOST_AT_ONCE = 500


@dataclass
class Ascent:
    """One escalation with its locked ticket and the rows of its steps in order."""

    escalation: Escalation
    ticket: Ticket
    steps: list[EscalationStep]
    shares: Mapping[tuple[str, int], datetime | None] = field(default_factory=dict)
    last_done: datetime | None = None

    def climb(self) -> Climb:
        """As the rules see it: the steps of the path that it is on."""
        row = self.escalation
        path = stored.read_path(row.path)
        stages = tuple(_stage(step) for step in self.on_path())
        began = row.leg_at or row.started_at
        return Climb(path, began, self.last_done or began, stages, row.acknowledged_at)

    def on_path(self) -> list[EscalationStep]:
        """The rows of the steps of the path that it is on."""
        return [step for step in self.steps if step.leg == self.escalation.leg]


def begin(actor: Actor, found: Sequence[tuple[Escalation, Path]], teller: Teller) -> None:
    """Write the steps of new escalations on their paths, and tell what is due at once; the sweep tells the others.

    A `leg_at` before now is when it should have begun: what comes late is marked so.
    """
    fresh = [
        step for escalation, path in found for step in steps_for(escalation, path.steps, teller.reach, leg=1, after=0)
    ]
    of: dict[int, list[EscalationStep]] = {}
    for step in EscalationStep.objects.bulk_create(fresh):
        of.setdefault(step.escalation_id, []).append(step)
    ascents = [Ascent(escalation, escalation.ticket, of.get(escalation.pk, [])) for escalation, _path in found]
    _look_around(teller.client_id, ascents)
    following = {}
    for ascent in ascents:
        moment = go_on(actor, ascent, teller)
        if moment is not None:
            following[ascent.escalation.pk] = moment
    teller.flush()
    due.put(teller.client_id, due.Kind.CLIMB, following)


def advance(
    actor: Actor, client_id: int, escalation_ids: Collection[int], *, at: datetime
) -> dict[int, datetime | None]:
    """Bring these escalations up to the moment; tells when each is to be looked at next, None for those that ended.

    Those whose ticket somebody is working on this moment are left for a second later.
    """
    teller, following = Teller(actor, client_id, at), dict.fromkeys(escalation_ids, None)
    wanted = Escalation.objects.filter(client_id=client_id, pk__in=escalation_ids, ended_at=None)
    tickets = dict(wanted.values_list("pk", "ticket_id"))
    ascents = _locked(client_id, list(tickets))
    for missing in tickets.keys() - {ascent.escalation.pk for ascent in ascents}:
        following[missing] = at + timedelta(seconds=1)
    _look_around(client_id, ascents)
    for ascent in ascents:
        following[ascent.escalation.pk] = go_on(actor, ascent, teller)
    teller.flush()
    return following


def go_on(actor: Actor, ascent: Ascent, teller: Teller) -> datetime | None:
    """Do all that is due on one climb, in order; gives the moment of its next look, None where it has ended."""
    escalation, at = ascent.escalation, teller.at
    if escalation.ended_at is not None:
        return None
    if ascent.ticket.status != Status.OPEN:
        end_with_ticket(actor, escalation, at=at)
        return None
    for _turn in range(MOST_AT_ONCE):
        found = climbing.next_due(ascent.climb(), ascent.shares)
        if found is None:
            _note_due(ascent, teller)
            return at + due.WATCH_EVERY
        if found.at > at:
            _note_due(ascent, teller)
            # When a clock comes to its share may change meanwhile, and pages show it.
            return min(found.at, at + due.WATCH_EVERY) if ascent.shares else found.at
        if found.step is not None:
            teller.tell(ascent.on_path()[found.step], due_at=found.at)
        elif found.then is Then.AGAIN:
            _again(actor, ascent, teller, found.at)
        elif found.then is not Then.GOES_ON or not _goes_on(ascent, teller, found.at):
            _expire(actor, ascent, at)
            return None
    return at + timedelta(seconds=1)


def lock(client_id: int, ticket_id: int) -> Ascent:
    """The open escalation of a ticket, locked with it until the transaction ends; raises `NotFound`."""
    found = Escalation.objects.filter(client_id=client_id, ticket_id=ticket_id, ended_at=None)
    ascents = _locked(client_id, list(found.values_list("pk", flat=True)), wait=True)
    if not ascents:
        raise NotFound
    _look_around(client_id, ascents)
    return ascents[0]


def _locked(client_id: int, escalation_ids: Sequence[int], *, wait: bool = False) -> list[Ascent]:
    """These with their tickets, as far as nobody else holds them, or once they have let go."""
    of = Escalation.objects.filter(client_id=client_id, pk__in=escalation_ids)
    tickets = Ticket.objects.filter(client_id=client_id, pk__in=of.values("ticket_id")).order_by("pk")
    locked = tickets.select_for_update(of=("self",), skip_locked=not wait)
    found = {row.pk: row for row in locked.select_related("assignee", "customer", "vendor")}
    escalations = list(of.filter(ticket_id__in=list(found)).select_for_update().order_by("pk"))
    steps: dict[int, list[EscalationStep]] = {}
    rows = EscalationStep.objects.filter(client_id=client_id, escalation__in=escalations)
    by_id = {row.pk: row for row in escalations}
    for step in rows.order_by("escalation_id", "position"):
        step.escalation = by_id[step.escalation_id]
        steps.setdefault(step.escalation_id, []).append(step)
    for row in escalations:
        row.ticket = found[row.ticket_id]
    return [Ascent(row, row.ticket, steps.get(row.pk, [])) for row in escalations]


def _look_around(client_id: int, ascents: Sequence[Ascent]) -> None:
    """Read what else the rules ask about: how far the clocks have run, and when anything last happened."""
    shares, done = _shares(client_id, ascents), _last_done(client_id, ascents)
    for ascent in ascents:
        ascent.shares, ascent.last_done = shares.get(ascent.ticket.pk, {}), done.get(ascent.ticket.pk)


def _shares(client_id: int, ascents: Sequence[Ascent]) -> dict[int, dict[tuple[str, int], datetime | None]]:
    """When the clocks of these tickets reach the shares that steps wait for; two statements at most.

    A share of a clock that rests has no moment yet, one that no clock will come to is left out.
    """
    waiting: dict[int, set[tuple[str, int]]] = {}
    for ascent in ascents:
        for step in ascent.steps:
            if step.definition["trigger"] == Trigger.SHARE and not step.told:
                when = stored.read_step(step.definition).when
                waiting.setdefault(ascent.ticket.pk, set()).add((when.metric, when.percent))
    if not waiting:
        return {}
    found: dict[int, dict[tuple[str, int], datetime | None]] = {}
    clocks = Clock.objects.filter(client_id=client_id, ticket_id__in=waiting, stopped_at=None)
    for clock in clocks.select_related("calendar"):
        of = found.setdefault(clock.ticket_id, {})
        of |= {(m, share): timers.reaches(clock, share) for m, share in waiting[clock.ticket_id] if m == clock.metric}
    for mark in ClockMark.objects.filter(client_id=client_id, ticket_id__in=waiting):
        found.setdefault(mark.ticket_id, {})[mark.metric, mark.share] = mark.due_at
    return found


def _last_done(client_id: int, ascents: Sequence[Ascent]) -> dict[int, datetime]:
    """When anything last happened on these tickets, where a climb waits for silence; one statement at most.

    That may have been before the climb began: a step that waits for silence does not wait for it twice.
    """
    waiting = [
        ascent.ticket.pk
        for ascent in ascents
        if (ascent.escalation.acknowledged_at and ascent.escalation.path["idle_minutes"])
        or any(step.definition["trigger"] == Trigger.QUIET and not step.told for step in ascent.steps)
    ]
    return last_done(client_id, waiting) if waiting else {}


def _stage(step: EscalationStep) -> Stage:
    definition = stored.read_step(step.definition)
    is_off = step.cancelled_at is not None
    return Stage(definition, step.told, step.attempted_at, step.last_told_at, is_off, step.unheard_at)


def _note_due(ascent: Ascent, teller: Teller) -> None:
    """Keep for the pages when each step comes, as far as that is known."""
    climb = ascent.climb()
    for number, step in enumerate(ascent.on_path()):
        if not step.told and not step.cancelled_at:
            at = climbing.due_at(climb, number, ascent.shares)
            if step.due_at != at:
                step.due_at = at
                teller.touch(step)


def _again(actor: Actor, ascent: Ascent, teller: Teller, at: datetime) -> None:
    """A climb that was taken on and then left alone begins again, as if nobody had taken it on."""
    escalation = ascent.escalation
    escalation.acknowledged_at, escalation.acknowledged_by_name, escalation.state = None, "", State.RUNNING
    escalation.save(update_fields=["acknowledged_at", "acknowledged_by_name", "state"])
    _next_leg(ascent, stored.read_path(escalation.path), [s.definition for s in ascent.on_path()], teller, at)
    note(actor, ascent.ticket, Kind.CLIMBS_ON, at=teller.at, escalation=escalation.pk)


def _goes_on(ascent: Ascent, teller: Teller, at: datetime) -> bool:
    """Set the climb on the path that follows; False where there is none (any more)."""
    escalation = ascent.escalation
    name = stored.read_path(escalation.path).then
    try:
        path = rows.read_version(escalation.client_id, escalation.matrix_version or 0).path(name)
    except Matrix.DoesNotExist:
        path = None
    if path is None or not path.steps:
        return False
    _next_leg(ascent, path, [stored.write_step(step) for step in path.steps], teller, at)
    return True


def _next_leg(ascent: Ascent, path: Path, definitions: Sequence[Any], teller: Teller, at: datetime) -> None:
    """The foot of the next path: its steps stand behind those before."""
    escalation = ascent.escalation
    escalation.path, escalation.leg, escalation.leg_at = stored.write_path(path), escalation.leg + 1, at
    escalation.save(update_fields=["path", "leg", "leg_at"])
    last = ascent.steps[-1].position if ascent.steps else 0
    steps = [stored.read_step(definition) for definition in definitions]
    fresh = steps_for(escalation, steps, teller.reach, leg=escalation.leg, after=last)
    ascent.steps += EscalationStep.objects.bulk_create(fresh)
    _look_around(escalation.client_id, [ascent])


def _expire(actor: Actor, ascent: Ascent, at: datetime) -> None:
    """Nobody answered to the end: the ticket is its workers' again, and both sides see that it was left."""
    escalation, ticket = ascent.escalation, ascent.ticket
    end(actor, escalation, State.EXPIRED, "", at=at)
    timers.client_spared(ticket, at=at)
    if ticket.holder == Holder.CLIENT:
        courts.move(actor, ticket, courts.workers(ticket), at=at)
    note(actor, ticket, Kind.EXPIRED, at=at, escalation=escalation.pk)
    log_change(actor, escalation, "expired")
