"""Tells the people of a step: a notice for each person and channel, and the letter or call that carries it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from access import log
from access.actor import Actor
from access.log import Entry
from escalation import letters, timers
from escalation.engine import calls, digests
from escalation.engine.everybody import Everybody
from escalation.matrix import stored
from escalation.matrix.document import Channel, Step, Target
from escalation.models import Escalation, EscalationStep, Notice
from escalation.parts import change_entry
from escalation.recipients import Reach, Recipient
from helpdesk.lib.phones import e164
from post.calls import post_calls
from post.models import Endpoint
from post.outbox import post_mails
from tickets import courts
from tickets.events import Kind, Noted, note_all
from tickets.models import Holder, Ticket

# What is told this long after it was due is marked late.
LATE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Told:
    """One person, or one endpoint, to be told, before the notice has its number."""

    step: EscalationStep
    notice: Notice
    to: Recipient | None = None
    endpoint: Endpoint | None = None


class Teller:
    """What one transaction tells at one client; `flush` writes it, in few statements however much it is."""

    def __init__(self, actor: Actor, client_id: int, at: datetime, reach: Reach | None = None) -> None:
        self.actor, self.client_id, self.at = actor, client_id, at
        self.reach = reach or Everybody(client_id, at)
        self._steps: dict[int, EscalationStep] = {}
        self._told: list[_Told] = []
        self._noted: list[Noted] = []
        self._entries: list[Entry] = []

    def tell(self, step: EscalationStep, *, due_at: datetime) -> None:
        """Tell a step, for the first time or again; its row is saved by `flush`.

        Where nobody of its targets can be reached, those `instead` of them are, else the client's first
        contact who can.  A step that hands over makes the client the holder and starts its clock.
        """
        definition = stored.read_step(step.definition)
        to = [] if step.unheard_at else self.reach.of_all(definition.to, step.escalation.ticket.vendor_id)
        is_instead = not to
        step.told += 1
        step.attempted_at = step.attempted_at or self.at
        step.last_told_at, step.due_at = self.at, step.due_at or due_at
        step.is_late = step.is_late or self.at - due_at > LATE
        if definition.hands_over:
            courts.move(self.actor, step.escalation.ticket, Holder.CLIENT, at=self.at)
            timers.client_asked(step.escalation.ticket, at=self.at)
        self.touch(step)
        self._tell(step, definition, to or self._others(step, definition), due_at, is_instead=is_instead)

    def tell_instead(self, step: EscalationStep) -> bool:
        """Tell those who stand in for the targets of a step that reached nobody; False where nobody does."""
        definition = stored.read_step(step.definition)
        to = self.reach.of_all(definition.instead, step.escalation.ticket.vendor_id)
        self._tell(step, definition, to, self.at, is_instead=True)
        return bool(to)

    def touch(self, step: EscalationStep) -> None:
        """Have what has changed of a step saved."""
        self._steps[step.pk] = step

    def note(self, ticket: Ticket, kind: Kind, **data: Any) -> None:
        """Have an event written, in the order of these calls."""
        self._noted.append(Noted(ticket.pk, kind, self.at, data))

    def log(self, escalation: Escalation, what: str, **detail: Any) -> None:
        """Have an access-log entry written of a change to an escalation."""
        self._entries.append(change_entry(escalation, what, **detail))

    def flush(self) -> None:
        """Save the steps, and write events, notices, letters, calls and log entries."""
        _save(self.client_id, list(self._steps.values()))
        note_all(self.actor, self.client_id, self._noted)
        digests.hold(self.client_id, [told.notice for told in self._told], self.at)
        Notice.objects.bulk_create(told.notice for told in self._told)
        digests.gather_later(self.client_id, [told.notice for told in self._told if told.notice.is_held], self.at)
        mails = [
            letters.letter_of(self.actor, told.notice, told.step, told.to)
            for told in self._told
            if told.to and told.notice.channel == Channel.MAIL and not told.notice.is_held
        ]
        if mails:
            post_mails(self.actor, self.client_id, mails)
        made = [
            calls.of_step(told.notice, told.step, told.to, told.endpoint)
            for told in self._told
            if told.endpoint and not told.notice.is_held
        ]
        if made:
            post_calls(self.actor, self.client_id, made)
        if self._entries:
            log.write(self.actor, self._entries)
        self._steps, self._told, self._noted, self._entries = {}, [], [], []

    def _others(self, step: EscalationStep, definition: Step) -> list[Recipient]:
        to = self.reach.of_all(definition.instead, step.escalation.ticket.vendor_id)
        found = (self.reach.of_contact(contact) for contact in self.reach.contacts.values())
        return to or next((anybody for anybody in found if anybody), [])

    def _tell(
        self, step: EscalationStep, definition: Step, to: Sequence[Recipient], due_at: datetime, *, is_instead: bool
    ) -> None:
        for told in self._carried(step, definition, to):
            notice = told.notice
            notice.due_at, notice.is_instead = due_at, is_instead
            self._told.append(told)
        self._note(step, definition, to)

    def _carried(self, step: EscalationStep, definition: Step, to: Sequence[Recipient]) -> Iterator[_Told]:
        """By what each is told: the step's channels, and a mail to whom none of them reaches.

        On the pages somebody is told at once: that notice is delivered with this transaction.
        """
        vendor_id = step.escalation.ticket.vendor_id
        if Channel.WEBHOOK in definition.channels:
            whose = None if any(who.is_clients for who in definition.to) else vendor_id
            for endpoint in calls.endpoints(self.reach, Channel.WEBHOOK, whose):
                notice = self._notice(step, Channel.WEBHOOK, f"e{endpoint.pk}", name=endpoint.name)
                yield _Told(step, notice, endpoint=endpoint)
        for one in to:
            is_reached = False
            if Channel.APP in definition.channels and one.reads_here_as is not None:
                is_reached = True
                notice = self._notice(step, Channel.APP, one.key, to=one)
                notice.user_id, notice.accepted_at = one.reads_here_as, self.at
                yield _Told(step, notice, one)
            for channel in (Channel.SMS, Channel.PHONE):
                whose = None if one.contact_id is not None else vendor_id
                found = next(iter(calls.endpoints(self.reach, channel, whose)), None)
                if channel in definition.channels and found is not None and e164(one.phone):
                    is_reached = True
                    yield _Told(step, self._notice(step, channel, one.key, to=one), one, found)
            if Channel.MAIL in definition.channels or not is_reached:
                yield _Told(step, self._notice(step, Channel.MAIL, one.key, to=one), one)

    def _notice(
        self, step: EscalationStep, channel: Channel, key: str, *, to: Recipient | None = None, name: str = ""
    ) -> Notice:
        return Notice(
            client_id=self.client_id,
            unique=f"{step.pk}/{step.told}/{channel.value}/{key}",
            step=step,
            ticket_id=step.escalation.ticket_id,
            telling=step.told,
            channel=channel,
            contact_id=to.contact_id if to else None,
            vendor_role=to.role if to else "",
            user_id=to.user_id if to else None,
            name=(to.name if to else name)[:160],
            attempted_at=self.at,
        )

    def _note(self, step: EscalationStep, definition: Step, to: Sequence[Recipient]) -> None:
        # A role's name would be in somebody's language.
        roles = [who.key for who in definition.to if who.kind is Target.ROLE]
        names = [name for name in step.names.values() if name]
        self.note(
            step.escalation.ticket,
            Kind.TOLD,
            step=step.position,
            name=", ".join(names),
            role="" if names else next(iter(roles), ""),
            mails=len(to),
        )


_SAVE = """
UPDATE escalation_escalationstep s SET told = g.told, attempted_at = g.attempted, last_told_at = g.last, due_at = g.due,
  is_late = g.late
FROM unnest(%(ids)s::bigint[], %(told)s::int[], %(attempted)s::timestamptz[], %(last)s::timestamptz[],
  %(due)s::timestamptz[], %(late)s::boolean[]) AS g (id, told, attempted, last, due, late)
WHERE s.client_id = %(client)s AND s.id = g.id
"""


def _save(client_id: int, steps: Sequence[EscalationStep]) -> None:
    """What telling changes of steps, in one statement: the ORM's takes twenty times as long for two hundred."""
    if not steps:
        return
    given: dict[str, Any] = {
        "client": client_id,
        "ids": [step.pk for step in steps],
        "told": [step.told for step in steps],
        "attempted": [step.attempted_at for step in steps],
        "last": [step.last_told_at for step in steps],
        "due": [step.due_at for step in steps],
        "late": [step.is_late for step in steps],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, given)


def steps_for(
    escalation: Escalation, definitions: Sequence[Step], reach: Reach, *, leg: int, after: int
) -> list[EscalationStep]:
    """The rows of a path's steps, numbered on from `after`, not yet saved."""
    return [
        EscalationStep(
            client_id=escalation.client_id,
            escalation=escalation,
            position=position,
            leg=leg,
            definition=stored.write_step(definition),
            names={f"{who.kind.value}:{who.key}": reach.name_of(who) for who in definition.to},
        )
        for position, definition in enumerate(definitions, start=after + 1)
    ]
