"""The rules of the clocks: what starts, pauses, resumes, stops and drops each promise.  No database.

`RULES` is the whole of it, one row a metric; everything else is arithmetic on one clock.  All
times are aware; `used` and `target` are whole seconds on the clock's own hours (business time,
or every second where `hours` is None).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from escalation.models import Metric
from helpdesk.lib.business_time import NeverOpen, WeekCalendar, add_seconds, seconds_between
from tickets.models import Holder


class Event(StrEnum):
    """What happens to a ticket, as far as clocks care."""

    OPENED = "opened"
    CUSTOMER_WROTE = "customer_wrote"
    STAFF_ANSWERED = "staff_answered"
    CLIENT_ASKED = "client_asked"
    CLIENT_ANSWERED = "client_answered"
    CLIENT_SPARED = "client_spared"
    CALL_PROMISED = "call_promised"
    CALL_MOVED = "call_moved"
    CALLED = "called"
    CALL_SPARED = "call_spared"
    SOLVED = "solved"
    REOPENED = "reopened"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Rule:
    """One metric: what starts and what stops it, and in whose court it runs (elsewhere it pauses; None is everywhere).

    `drops` end it without what was promised: nothing was kept, so it is missed where it was
    overdue by then and else not judged.  `revives` let a dropped one run again as if it had never
    ended.  `unless` names a clock that, unfinished, already covers the same wait; `goes_on` lets a
    new clock begin with the seconds that the last one had used.
    """

    starts: frozenset[Event]
    stops: frozenset[Event]
    runs_with: Holder | None
    drops: frozenset[Event] = frozenset()
    revives: frozenset[Event] = frozenset()
    unless: Metric | None = None
    goes_on: bool = False


RULES: Mapping[Metric, Rule] = {
    Metric.FIRST_RESPONSE: Rule(
        starts=frozenset({Event.OPENED}),
        stops=frozenset({Event.STAFF_ANSWERED}),
        runs_with=Holder.VENDOR,
        drops=frozenset({Event.SOLVED, Event.MERGED}),
        revives=frozenset({Event.REOPENED}),
    ),
    Metric.NEXT_RESPONSE: Rule(
        starts=frozenset({Event.CUSTOMER_WROTE}),
        stops=frozenset({Event.STAFF_ANSWERED}),
        runs_with=Holder.VENDOR,
        drops=frozenset({Event.SOLVED, Event.MERGED}),
        unless=Metric.FIRST_RESPONSE,
    ),
    Metric.SOLVE: Rule(
        starts=frozenset({Event.OPENED, Event.REOPENED}),
        stops=frozenset({Event.SOLVED}),
        runs_with=Holder.VENDOR,
        drops=frozenset({Event.MERGED}),
        goes_on=True,
    ),
    Metric.CLIENT_RESPONSE: Rule(
        starts=frozenset({Event.CLIENT_ASKED}),
        stops=frozenset({Event.CLIENT_ANSWERED}),
        runs_with=Holder.CLIENT,
        drops=frozenset({Event.CLIENT_SPARED, Event.SOLVED, Event.MERGED}),
    ),
    Metric.CALL_BACK: Rule(
        starts=frozenset({Event.CALL_PROMISED, Event.CALL_MOVED}),
        stops=frozenset({Event.CALLED}),
        # Whoever has the move: the customer was told an hour.
        runs_with=None,
        drops=frozenset({Event.CALL_SPARED, Event.CALL_MOVED, Event.SOLVED, Event.MERGED}),
    ),
}


def runs_in(metric: Metric, holder: Holder) -> bool:
    """Whether a clock of this metric runs while the ticket is in this court."""
    return RULES[metric].runs_with in (None, holder)


@dataclass(frozen=True, slots=True)
class Promise:
    """What one metric promises at one priority."""

    target: int
    hours: WeekCalendar | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock at one moment: running (`running_since`), paused, or stopped.

    `met` is None until it has stopped, and where it was dropped in time: then nothing is judged.
    """

    metric: Metric
    target: int
    hours: WeekCalendar | None
    started_at: datetime
    running_since: datetime | None = None
    used: int = 0
    stopped_at: datetime | None = None
    met: bool | None = None

    @property
    def due_at(self) -> datetime | None:
        """When the promise breaks if nothing stops or pauses the clock.

        None while it does not run, and on hours that never open again.
        """
        if self.running_since is None:
            return None
        return moment_after(self.hours, self.running_since, max(0, self.target - self.used))


def seconds_in(hours: WeekCalendar | None, start: datetime, end: datetime) -> int:
    """Whole seconds of these hours from `start` to `end`; none where `end` comes first."""
    if end <= start:
        return 0
    return int((end - start).total_seconds()) if hours is None else seconds_between(hours, start, end)


def moment_after(hours: WeekCalendar | None, start: datetime, seconds: int) -> datetime | None:
    """When so many seconds of these hours have run since `start`; None where they never do."""
    if hours is None:
        return start + timedelta(seconds=seconds)
    try:
        return add_seconds(hours, start, seconds)
    except NeverOpen:
        return None


def seconds_of(target: int, share: int) -> int:
    """The whole second by which no less than this share, in percent, of a target has run."""
    return -(-target * share // 100)


def share_before(target: int, lead: int = 15 * 60) -> int:
    """The share of a target, in whole percent, that has run about so many seconds before its end: half of it or more.

    Never closer to the end than that; of a promise for the week after, a percent is an hour and a half.
    """
    return max(50, min(99, 100 * (target - lead) // target)) if target > 0 else 50


def after(
    event: Event, clocks: Sequence[Reading], promises: Mapping[Metric, Promise], holder: Holder, at: datetime
) -> list[Reading]:
    """The ticket's clocks once `event` has happened: those that it ends or revives, then those that it starts.

    `clocks` are the unfinished ones; for a reopened ticket also the finished ones to solve, and
    the one of a first answer that was never given.  A metric without a promise gets no clock.
    """
    result = [_told(event, clock, holder, at) for clock in clocks]
    unfinished = {clock.metric for clock in result if clock.stopped_at is None}
    for metric, rule in RULES.items():
        if event in rule.starts and metric in promises and not unfinished & {metric, rule.unless}:
            result.append(_begin(metric, promises[metric], result, holder, at))
    return result


def in_court(clocks: Iterable[Reading], holder: Holder, at: datetime) -> list[Reading]:
    """The clocks once the ticket is in this court: each runs with its own side and pauses elsewhere."""
    return [resume(c, at) if runs_in(c.metric, holder) else pause(c, at) for c in clocks]


def never_paused(clocks: Iterable[Reading], since: datetime, until: datetime) -> list[Reading]:
    """The vendor's clocks as if they had run from `since` to `until`, a stretch that was taken back.

    A clock that was stopped within the stretch counts up to its stop, and may so have been missed.
    """
    return [_count(c, since, until) if RULES[c.metric].runs_with == Holder.VENDOR else c for c in clocks]


def merged(
    clocks: Iterable[Reading], gone: Iterable[Reading], holder: Holder, at: datetime
) -> list[tuple[Reading, Reading | None]]:
    """The unfinished clocks of a ticket in this court that another one was merged into.

    Each as it is, or as its like on the other ticket reads where that breaks first; behind them those that have no
    like here.  With each stands the clock that it was taken from, where it is not its own.
    """
    others = [clock for clock in gone if clock.stopped_at is None and _LIKE[clock.metric]]
    found: list[tuple[Reading, Reading | None]] = []
    for own in clocks:
        alike = [clock for clock in others if own.metric in _LIKE[clock.metric]]
        first = min([own, *alike], key=lambda clock: _breaks(clock, at)) if own.stopped_at is None else own
        found.append((own, None) if first is own else (_taken_over(first, own.metric, holder, at), first))
    there = {clock.metric for clock, _source in found if clock.stopped_at is None}
    for other in sorted(others, key=lambda clock: _breaks(clock, at)):
        alike_here = _LIKE[other.metric]
        if there.isdisjoint(alike_here):
            found.append((_taken_over(other, alike_here[0], holder, at), other))
            there.add(alike_here[0])
    return found


# As what a promise of the ticket that goes counts on the other one, which may have been answered before.
_LIKE: Mapping[Metric, tuple[Metric, ...]] = {
    Metric.FIRST_RESPONSE: (Metric.NEXT_RESPONSE, Metric.FIRST_RESPONSE),
    Metric.NEXT_RESPONSE: (Metric.NEXT_RESPONSE, Metric.FIRST_RESPONSE),
    Metric.SOLVE: (Metric.SOLVE,),
    Metric.CLIENT_RESPONSE: (),
    Metric.CALL_BACK: (),
}


def _breaks(clock: Reading, at: datetime) -> float:
    """When a clock breaks that runs on from now at the latest, for comparison; never is last."""
    due_at = resume(clock, at).due_at
    return due_at.timestamp() if due_at is not None else float("inf")


def _taken_over(clock: Reading, metric: Metric, holder: Holder, at: datetime) -> Reading:
    (taken,) = in_court([replace(clock, metric=metric)], holder, at)
    return taken


def pause(clock: Reading, at: datetime) -> Reading:
    """The clock at rest, with what it has used."""
    if clock.running_since is None:
        return clock
    return replace(clock, used=_used(clock, at), running_since=None)


def resume(clock: Reading, at: datetime) -> Reading:
    """The clock running again; a stopped one stays stopped."""
    if clock.running_since is not None or clock.stopped_at is not None:
        return clock
    return replace(clock, running_since=at)


def stop(clock: Reading, at: datetime) -> Reading:
    """The clock at its end: met where it used no more than was promised."""
    if clock.stopped_at is not None:
        return clock
    rested = pause(clock, at)
    return replace(rested, stopped_at=at, met=rested.used <= rested.target)


def drop(clock: Reading, at: datetime) -> Reading:
    """The clock at its end without what was promised: missed where it was overdue, else not judged."""
    ended = stop(clock, at)
    return clock if clock.stopped_at is not None else replace(ended, met=None if ended.met else False)


def revive(clock: Reading, holder: Holder, at: datetime) -> Reading:
    """A clock that was dropped, as if it had never been: due when it was due before.

    An unfinished clock stays as it is.
    """
    if clock.stopped_at is None:
        return clock
    since, used = clock.stopped_at, clock.used
    # One that never paused is counted anew from its start: so a due time that had passed by the end is kept too.
    if seconds_in(clock.hours, clock.started_at, since) == used:
        since, used = clock.started_at, 0
    revived = replace(clock, running_since=since, used=used, stopped_at=None, met=None)
    return revived if runs_in(clock.metric, holder) else pause(revived, at)


def _told(event: Event, clock: Reading, holder: Holder, at: datetime) -> Reading:
    rule = RULES[clock.metric]
    if event in rule.stops:
        return stop(clock, at)
    if event in rule.drops:
        return drop(clock, at)
    return revive(clock, holder, at) if event in rule.revives else clock


def _begin(metric: Metric, promise: Promise, clocks: Iterable[Reading], holder: Holder, at: datetime) -> Reading:
    rule = RULES[metric]
    before = max((c.used for c in clocks if c.metric is metric), default=0) if rule.goes_on else 0
    running = at if runs_in(metric, holder) else None
    return Reading(metric, promise.target, promise.hours, at, running, before)


def _used(clock: Reading, at: datetime) -> int:
    if clock.running_since is None:
        return clock.used
    return clock.used + seconds_in(clock.hours, clock.running_since, at)


def _count(clock: Reading, since: datetime, until: datetime) -> Reading:
    begun, ended = max(since, clock.started_at), min(until, clock.stopped_at or until)
    counted = replace(clock, used=clock.used + seconds_in(clock.hours, begun, ended))
    return replace(counted, met=False) if clock.stopped_at is not None and counted.used > counted.target else counted
