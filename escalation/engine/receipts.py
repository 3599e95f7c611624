"""What became of a notice: accepted by the mail server or the provider, or given up; then the next are told at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from access.actor import Actor
from escalation.engine import digests, due
from escalation.engine.telling import Teller
from escalation.matrix.document import Channel
from escalation.models import Contact, EscalationStep, Notice
from post import signals
from tickets.events import Kind, note


def listen() -> None:
    """Subscribe to what the mail room tells of letters and calls."""
    for signal, receiver in (
        (signals.mail_accepted, _accepted),
        (signals.call_accepted, _accepted),
        (signals.mail_failed, _failed),
        (signals.call_failed, _failed),
    ):
        name = "mail" if signal in (signals.mail_accepted, signals.mail_failed) else "call"
        signal.connect(receiver, dispatch_uid=f"escalation.receipts.{name}.{receiver.__name__}")


def _accepted(*, client_id: int, unique: str, at: datetime, **more: Any) -> None:
    found = _named(client_id, unique)
    found.update(accepted_at=at, failed_at=None, failure="")
    returned = Contact.objects.filter(client_id=client_id, pk__in=found.values("contact_id"))
    returned.exclude(returned_since=None).update(returned_since=None, returned_why="")


def _failed(*, actor: Actor, client_id: int, unique: str, reason: str, at: datetime, **more: Any) -> None:
    """Note it; where nobody of the step can be reached any more, those instead of them or the next step are told."""
    for notice in _named(client_id, unique).select_related("step__escalation__ticket").order_by("pk"):
        if notice.failed_at is None:
            _fail(actor, notice, reason, at)


def _fail(actor: Actor, notice: Notice, reason: str, at: datetime) -> None:
    notice.accepted_at, notice.failed_at, notice.failure = None, at, reason[:200]
    notice.save(update_fields=["accepted_at", "failed_at", "failure"])
    # What was never sent did not come back.
    came_back = notice.channel == Channel.MAIL and reason != digests.NO_WAY
    if came_back and notice.contact_id is not None and notice.user_id is None:
        mine = Contact.objects.filter(client_id=notice.client_id, pk=notice.contact_id, returned_since=None)
        mine.update(returned_since=at, returned_why=notice.failure)
    step = notice.step
    if step is None:
        # One colleague asked another, or a promise runs out: nobody is next.
        return
    if step.unheard_at is None and step.acknowledged_at is None and not _is_heard(step.notices.all()):
        _go_on(actor, step, at)


def _go_on(actor: Actor, step: EscalationStep, at: datetime) -> None:
    escalation = step.escalation
    step.unheard_at = at
    step.save(update_fields=["unheard_at"])
    note(actor, escalation.ticket, Kind.UNHEARD, at=at, step=step.position, name=_names(step))
    if escalation.ended_at is None and escalation.acknowledged_at is None:
        teller = Teller(actor, step.client_id, at)
        if teller.tell_instead(step):
            teller.flush()
        else:
            due.put(step.client_id, due.Kind.CLIMB, {escalation.pk: at})


def _is_heard(notices: Iterable[Notice]) -> bool:
    """Whether any of a step's notices may have reached somebody: one on the pages once they have looked there."""
    return any(
        notice.seen_at is not None if notice.channel == Channel.APP else notice.failed_at is None for notice in notices
    )


def _names(step: EscalationStep) -> str:
    return ", ".join(name for name in step.names.values() if name)


def _named(client_id: int, unique: str) -> Any:
    """The notice of a letter or call, or all that one letter told together."""
    kind, _slash, rest = unique.partition("/")
    number = rest.split("/")[0]
    column = {"notice": "pk", "digest": "digest"}.get(kind)
    if column is None or not number.isdigit():
        return Notice.objects.none()
    return Notice.objects.filter(client_id=client_id, **{column: int(number)})
