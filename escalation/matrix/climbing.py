"""How a climb goes: which step is due when, given what was told and whether somebody took it on.  No database.

The same rules run the climbs, draw what comes next on a ticket, and simulate.  All moments are aware.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from escalation.matrix.document import Document, Path, Step, Trigger, When

# When so many percent of a metric's clock will have run, or None where it rests; what no clock comes to is left out.
Shares = Mapping[tuple[str, int], datetime | None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a climb: how often it was told, first and last, and whether somebody said yes to it.

    `is_off` are steps that are not told any more, `unheard_at` is since when it is known that one reached nobody.
    """

    step: Step
    told: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    is_off: bool = False
    unheard_at: datetime | None = None

    def told_at(self, at: datetime) -> "Stage":
        """The stage once it was told (again)."""
        return replace(self, told=self.told + 1, first_at=self.first_at or at, last_at=at)


@dataclass(frozen=True, slots=True)
class Climb:
    """One climb along a path at a moment.

    `begun_at` is when this path began, `quiet_since` when anything last happened on the ticket,
    `taken_on_at` when somebody said "I am on it".
    """

    path: Path
    begun_at: datetime
    quiet_since: datetime
    stages: tuple[Stage, ...]
    taken_on_at: datetime | None = None


class Then(StrEnum):
    """What a climb comes to: taken on and left alone it begins again; without a yes it goes on, or ends."""

    AGAIN = "again"
    GOES_ON = "goes_on"
    EXPIRES = "expires"


@dataclass(frozen=True, slots=True)
class Due:
    """What comes next and when: a step (counted from 0) to be told, or the end of the path."""

    at: datetime
    step: int | None = None
    then: Then | None = None


def begin(path: Path, at: datetime, *, quiet_since: datetime | None = None) -> Climb:
    """A climb at its foot."""
    return Climb(path, at, quiet_since or at, tuple(Stage(step) for step in path.steps))


def next_due(climb: Climb, shares: Shares) -> Due | None:
    """What comes next: the earliest step, the one higher up the path first among those due together.

    None where nothing comes by itself: taken on and busy, told to the end, or waiting for a button.
    """
    if climb.taken_on_at is not None:
        idle = climb.path.idle_minutes
        busy_until = max(climb.taken_on_at, climb.quiet_since) + timedelta(minutes=idle)
        return Due(busy_until, then=Then.AGAIN) if idle else None
    moments = ((due_at(climb, number, shares), number) for number in range(len(climb.stages)))
    found = [(at, number) for at, number in moments if at is not None]
    if found:
        at, number = min(found)
        return Due(at, step=number)
    return None if _waits_for_a_clock(climb, shares) else _end(climb)


def _waits_for_a_clock(climb: Climb, shares: Shares) -> bool:
    """Whether a step waits for the share of a clock that rests now and may run on."""
    waiting = (stage.step.when for stage in climb.stages if not stage.told and not stage.is_off)
    return any(when.trigger is Trigger.SHARE and (when.metric, when.percent) in shares for when in waiting)


def due_at(climb: Climb, number: int, shares: Shares) -> datetime | None:
    """When one step (counted from 0) is told next, were nobody to take it on; None where that is not known."""
    stage = climb.stages[number]
    if stage.is_off:
        return None
    if stage.last_at is not None:
        again = stage.step.needs_yes and stage.told <= stage.step.again_times
        return stage.last_at + timedelta(minutes=stage.step.again_minutes) if again else None
    in_time = _in_time(climb, number, stage.step.when, shares)
    before = _asked_before(climb, number)
    unheard_at = before.unheard_at if before else None
    # Whom the step before can't reach is not waited for.
    is_next = stage.step.when.trigger in (Trigger.START, Trigger.SILENCE)
    if unheard_at is None or not is_next:
        return in_time
    return unheard_at if in_time is None else min(in_time, unheard_at)


def _in_time(climb: Climb, number: int, when: When, shares: Shares) -> datetime | None:
    wait = timedelta(minutes=when.minutes)
    match when.trigger:
        case Trigger.START:
            return climb.begun_at + wait
        case Trigger.SILENCE:
            before = _asked_before(climb, number)
            return before.first_at + wait if before and before.first_at else None
        case Trigger.QUIET:
            return max(climb.begun_at, climb.quiet_since + wait)
        case Trigger.SHARE:
            at = shares.get((when.metric, when.percent))
            return max(climb.begun_at, at) if at is not None else None
    return None


def _asked_before(climb: Climb, number: int) -> Stage | None:
    """The last step before this one that asks somebody to take it on; where none does, the one right before it."""
    before = climb.stages[:number]
    return next((stage for stage in reversed(before) if stage.step.needs_yes), before[-1] if before else None)


def _end(climb: Climb) -> Due | None:
    """The end of a path on which nobody took the climb on, once no step waits for its moment any more."""
    told = [stage.last_at for stage in climb.stages if stage.last_at is not None]
    last = max(told, default=climb.begun_at)
    if climb.path.then:
        return Due(last + timedelta(minutes=climb.path.then_minutes), then=Then.GOES_ON)
    if climb.path.ends_minutes:
        return Due(last + timedelta(minutes=climb.path.ends_minutes), then=Then.EXPIRES)
    return None


@dataclass(frozen=True, slots=True)
class Told:
    """One telling of a simulated climb: step (counted from 0) of this path, the `again`-th time."""

    at: datetime
    path: str
    step: int
    again: int


def simulate(
    document: Document, path: Path, at: datetime, *, shares: Shares | None = None, most: int = 200
) -> list[Told]:
    """Who would be told when if nobody took it on and nothing happened on the ticket, in order.

    `most` bounds it where a path leads back to itself.
    """
    found: list[Told] = []
    climb, shares = begin(path, at), shares or {}
    while len(found) < most and (due := next_due(climb, shares)) is not None:
        if due.step is not None:
            stage = climb.stages[due.step]
            found.append(Told(due.at, climb.path.name, due.step, stage.told))
            climb = told(climb, due.step, due.at)
            continue
        following = document.path(climb.path.then) if due.then is Then.GOES_ON else None
        if following is None or not following.steps:
            break
        climb = begin(following, due.at, quiet_since=climb.quiet_since)
    return found


def told(climb: Climb, step: int, at: datetime) -> Climb:
    """The climb once this step was told."""
    stages: Sequence[Stage] = climb.stages
    return replace(climb, stages=(*stages[:step], stages[step].told_at(at), *stages[step + 1 :]))
