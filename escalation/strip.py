"""A climb as its strip shows it: who was told by what and what became of it, who said yes, who is next and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from escalation.matrix.document import CLIENTS, Channel, Target, Trigger
from escalation.models import Escalation, EscalationStep, Notice
from escalation.recipients import role_label


class State(StrEnum):
    """What became of one telling of one person by one channel."""

    DUE = "due"
    ATTEMPTED = "attempted"
    ACCEPTED = "accepted"
    SEEN = "seen"
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"


STATES: dict[State, Promise] = {
    State.DUE: _("waits to be sent"),
    State.ATTEMPTED: _("on its way"),
    State.ACCEPTED: _("delivered"),
    State.SEEN: _("seen"),
    State.ACKNOWLEDGED: _("said yes"),
    State.FAILED: _("came back"),
}
CHANNELS: dict[str, Promise] = {
    Channel.APP: _("here"),
    Channel.MAIL: _("mail"),
    Channel.WEBHOOK: _("program"),
    Channel.SMS: _("text message"),
    Channel.PHONE: _("call"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One channel by which somebody was told: the last telling, how often, its state and since when."""

    channel: str
    state: State
    at: datetime | None
    times: int = 1

    @property
    def by(self) -> str:
        """The channel in the reader's words."""
        return str(CHANNELS.get(self.channel, self.channel))

    @property
    def said(self) -> str:
        """The state in the reader's words."""
        return str(STATES[self.state])


@dataclass(frozen=True, slots=True)
class Person:
    """One person or program of a step with what was sent to them; `said_yes_at` is when they took it on."""

    name: str
    sent: tuple[Sent, ...]
    is_instead: bool = False
    said_yes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a climb: `state` is told, next-up, later, manual or cancelled."""

    step: EscalationStep
    name: str
    state: str
    people: tuple[Person, ...] = ()

    @property
    def is_clients(self) -> bool:
        """Whether it tells people of the client's."""
        return any(kind in CLIENTS for kind, _key in self.step.definition["to"])


@dataclass(frozen=True, slots=True)
class Climb:
    """One escalation with its steps in order."""

    escalation: Escalation
    steps: tuple[Told, ...]

    @property
    def next_at(self) -> datetime | None:
        """When the next step is told, if anybody is."""
        return next((told.step.due_at for told in self.steps if told.state == "next-up"), None)


def climbs(client_id: int, ticket_id: int) -> list[Climb]:
    """The escalations of a ticket, the newest first; three statements."""
    rows = Escalation.objects.filter(client_id=client_id, ticket_id=ticket_id).order_by("-started_at", "-pk")
    return _climbs(rows)


def climb_of(client_id: int, escalation_id: int) -> Climb | None:
    """One escalation; three statements."""
    return next(iter(_climbs(Escalation.objects.filter(client_id=client_id, pk=escalation_id))), None)


def _climbs(rows: QuerySet[Escalation]) -> list[Climb]:
    return [Climb(row, _told(list(row.steps.all()))) for row in rows.prefetch_related("steps__notices")]


def _told(steps: Sequence[EscalationStep]) -> tuple[Told, ...]:
    found, before = [], True
    for step in sorted(steps, key=lambda s: s.position):
        if step.attempted_at is not None:
            state = "told"
        elif step.cancelled_at is not None:
            state = "cancelled"
        elif step.definition["trigger"] == Trigger.MANUAL:
            state = "manual"
        else:
            state, before = ("next-up" if before else "later"), False
        found.append(Told(step, name_of(step), state, people_of(step.notices.all())))
    return tuple(found)


def people_of(notices: Iterable[Notice]) -> tuple[Person, ...]:
    """The people of a step's notices in the order in which they were told, each with their channels."""
    of: dict[tuple[str, int | None], list[Notice]] = {}
    for notice in sorted(notices, key=lambda one: one.pk):
        # A contact is told here as the person of the staff who stands behind it, by mail as itself.
        of.setdefault((notice.name, notice.contact_id or notice.user_id), []).append(notice)
    return tuple(_person(name, theirs) for (name, _who), theirs in of.items())


def _person(name: str, notices: Sequence[Notice]) -> Person:
    by: dict[str, list[Notice]] = {}
    for notice in notices:
        by.setdefault(notice.channel, []).append(notice)
    sent = tuple(Sent(channel, *state_of(each[-1]), len(each)) for channel, each in by.items())
    yes = [notice.acknowledged_at for notice in notices if notice.acknowledged_at is not None]
    return Person(name, sent, all(notice.is_instead for notice in notices), min(yes, default=None))


def state_of(notice: Notice) -> tuple[State, datetime | None]:
    """How far a notice has come, and since when."""
    if notice.acknowledged_at is not None:
        return State.ACKNOWLEDGED, notice.acknowledged_at
    if notice.failed_at is not None:
        return State.FAILED, notice.failed_at
    if notice.seen_at is not None:
        return State.SEEN, notice.seen_at
    if notice.accepted_at is not None:
        return State.ACCEPTED, notice.accepted_at
    if notice.attempted_at is not None:
        return State.ATTEMPTED, notice.attempted_at
    return State.DUE, notice.due_at


def name_of(step: EscalationStep) -> str:
    """The targets of a step in the reader's words."""
    return ", ".join(_target(kind, key, step.names) for kind, key in step.definition["to"])


def _target(kind: str, key: str, names: Mapping[str, str]) -> str:
    return role_label(key) if kind == Target.ROLE else names.get(f"{kind}:{key}") or "?"
