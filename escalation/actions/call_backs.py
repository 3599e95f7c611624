"""Calls that customers were promised: promised for a moment, moved with a reason, made, or taken back.

Each is a clock on its ticket (`timers.call_promised`), one at a time; what became of it stands in the history.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from access.wording import needed_line, one_line, whole_text
from escalation import timers
from escalation.models import CallBack
from escalation.parts import name_of
from helpdesk.lib import clock
from tickets.actions import conversation
from tickets.actions.parts import entry_of_change, lock
from tickets.events import Kind, note
from tickets.models import Message, Status, Ticket

CALL_BACK = "call_back"
LONGEST_ABOUT, LONGEST_REASON, LONGEST_SAID = 200, 200, 4000
LATEST = timedelta(days=366)
Outcome = CallBack.Outcome


def promise_call(actor: Actor, *, client_id: int, ticket_id: int, at: datetime, zone: str, about: str = "") -> CallBack:
    """Promise the customer a call at a moment that was named on the clock of a zone.

    Needs TICKET_REPLY.  Raises `Invalid` for a moment that has passed or is more than a year away, `Conflict` on a
    ticket that is not open, or that a call is promised for already: that one is moved.
    """
    ticket = _open_ticket(actor, client_id, ticket_id)
    if _running(ticket) is not None:
        raise Conflict(_("A call is promised already. Move that one, or take it back."))
    now = clock.now()
    _check_moment(at, now)
    row = CallBack.objects.create(
        client_id=client_id,
        ticket=ticket,
        clock=timers.call_promised(ticket, at, at=now),
        at=at,
        zone=zone,
        about=one_line(about, "about", LONGEST_ABOUT),
        made_at=now,
        made_by_name=name_of(actor, client_id)[:160],
    )
    _tell(actor, row, ticket, "promised", now, about=row.about)
    return row


def move_call(
    actor: Actor, *, client_id: int, ticket_id: int, call_id: int, at: datetime, zone: str, reason: str
) -> CallBack:
    """Promise the call for another moment, for a reason that the history keeps; where it was late, that stays a breach.

    Needs TICKET_REPLY.  Raises `Invalid` as `promise_call` and without a reason, `Conflict` for a call that has ended.
    """
    ticket, row = _open_call(actor, client_id, ticket_id, call_id)
    now, why = clock.now(), needed_line(reason, "reason", LONGEST_REASON, _("Say why the call is moved."))
    _check_moment(at, now)
    if at == row.at:
        raise Invalid(_("The call is promised for this moment already."), "at")
    before = row.at
    row.clock = timers.call_promised(ticket, at, at=now)
    row.at, row.zone, row.times_moved = at, zone, row.times_moved + 1
    row.save(update_fields=["clock", "at", "zone", "times_moved"])
    _tell(actor, row, ticket, "moved", now, before=before.isoformat(), reason=why)
    return row


def keep_call(
    actor: Actor, *, client_id: int, ticket_id: int, call_id: int, outcome: Outcome, said: str = ""
) -> CallBack:
    """Somebody has called, whoever answered; `said` becomes a note that both sides read.

    Needs TICKET_REPLY, and TICKET_NOTE for the note.  Raises `Invalid` for no outcome of a call, `Conflict` for one
    that has ended.
    """
    if outcome not in CallBack.CALLED:
        raise Invalid(_("Say how the call went."), "outcome")
    ticket, row = _open_call(actor, client_id, ticket_id, call_id)
    text, now = whole_text(said, "said", LONGEST_SAID), clock.now()
    timers.called(ticket, at=now)
    _end(actor, row, outcome, now)
    _tell(actor, row, ticket, "called", now, outcome=outcome.value)
    if text:
        audience = Message.Audience.SHARED
        conversation.add_note(actor, client_id=client_id, ticket_id=ticket_id, body=text, audience=audience)
    return row


def withdraw_call(actor: Actor, *, client_id: int, ticket_id: int, call_id: int, reason: str) -> CallBack:
    """Take the promise back, for a reason; a call that was late by then stays a breach.  Raises as `move_call`."""
    ticket, row = _open_call(actor, client_id, ticket_id, call_id)
    now, why = clock.now(), needed_line(reason, "reason", LONGEST_REASON, _("Say why the call is taken back."))
    timers.call_spared(ticket, at=now)
    _end(actor, row, Outcome.WITHDRAWN, now)
    _tell(actor, row, ticket, "withdrawn", now, reason=why)
    return row


def _open_ticket(actor: Actor, client_id: int, ticket_id: int) -> Ticket:
    ticket = lock(actor, ticket_id, client_id=client_id)
    actor.require(Right.TICKET_REPLY, client_id)
    if ticket.status != Status.OPEN:
        raise Conflict(_("This ticket is not open. Open it again first."))
    return ticket


def _open_call(actor: Actor, client_id: int, ticket_id: int, call_id: int) -> tuple[Ticket, CallBack]:
    ticket = _open_ticket(actor, client_id, ticket_id)
    rows = CallBack.objects.filter(client_id=client_id, ticket=ticket, pk=call_id).select_related("clock")
    row = rows.first()
    if row is None:
        raise NotFound
    if not row.is_open:
        raise Conflict(_("This call is done or taken back."))
    return ticket, row


def _running(ticket: Ticket) -> CallBack | None:
    rows = CallBack.objects.filter(client_id=ticket.client_id, ticket=ticket, ended_at=None, clock__stopped_at=None)
    return rows.first()


def _check_moment(at: datetime, now: datetime) -> None:
    if at <= now:
        raise Invalid(_("That moment has passed. Choose a later one."), "at")
    if at > now + LATEST:
        raise Invalid(_("That is more than a year away. Choose an earlier day."), "at")


def _end(actor: Actor, row: CallBack, outcome: Outcome, now: datetime) -> None:
    row.outcome, row.ended_at = outcome, now
    row.ended_by_name = name_of(actor, row.client_id)[:160]
    row.save(update_fields=["outcome", "ended_at", "ended_by_name"])
    row.clock.refresh_from_db()


def _tell(actor: Actor, row: CallBack, ticket: Ticket, what: str, now: datetime, **more: str) -> None:
    """The line in the history, and the entry in the access log."""
    told = {"what": what, "due": row.at.isoformat(), "zone": row.zone}
    note(actor, ticket, Kind.CALL_BACK, at=now, **told, **more)
    log.write(actor, [entry_of_change(ticket, f"call {what}", also=[(CALL_BACK, row.pk)], due=row.at.isoformat())])
