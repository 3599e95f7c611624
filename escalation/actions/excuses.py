"""A broken promise is excused by both sides: one says why, the other accepts or refuses; the breach stays one.

The sides are the vendor's people and the client's.  Whoever works on tickets proposes (TICKET_ESCALATE); whoever
answers for their side's figures decides (REPORT_READ besides).
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, NotFound
from access.rights import Right, Side
from access.wording import needed_line, one_line
from escalation.matrix.document import Channel
from escalation.models import Clock, Excuse, Notice, SlaPolicy
from escalation.parts import name_of
from escalation.recipients import Reach
from helpdesk.lib import clock
from tickets.actions.parts import entry_of_change, lock
from tickets.events import Kind, note
from tickets.models import Ticket

EXCUSE = "excuse"
LONGEST = 300
State, Party = Excuse.State, SlaPolicy.Party


def side_of(actor: Actor) -> SlaPolicy.Party:
    """Whose word it is: the client's people speak for the client, everybody of a vendor for the vendor."""
    return Party.CLIENT if actor.side is Side.CLIENT else Party.VENDOR


def is_broken(row: Clock, at: datetime) -> bool:
    """Whether the promise was missed, or is past its due time and goes on."""
    if row.stopped_at is not None:
        return row.met is False
    rests_late = row.running_since is None and row.used_seconds > row.target_seconds
    return rests_late or (row.due_at is not None and row.due_at < at)


def propose_excuse(actor: Actor, *, client_id: int, ticket_id: int, clock_id: int, reason: str) -> Excuse:
    """Say why a broken promise was nobody's fault; the other side is told, and decides.

    Needs TICKET_ESCALATE.  Raises `Invalid` without a reason, `NotFound` for a clock that is not the ticket's,
    `Conflict` for a promise that is not broken, or that an excuse waits or was accepted for.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    actor.require(Right.TICKET_ESCALATE, client_id)
    why, now = needed_line(reason, "reason", LONGEST, _("Say why it was nobody’s fault.")), clock.now()
    row = Clock.objects.filter(client_id=client_id, ticket=ticket, pk=clock_id).first()
    if row is None:
        raise NotFound
    if not is_broken(row, now):
        raise Conflict(_("This promise is not broken: there is nothing to excuse."))
    excuse = Excuse(
        client_id=client_id,
        ticket=ticket,
        clock=row,
        side=side_of(actor),
        reason=why,
        proposed_at=now,
        proposed_by_name=name_of(actor, client_id)[:160],
    )
    try:
        # Two who propose at once: the unique key lets one of them through.
        with transaction.atomic():
            excuse.save(force_insert=True)
    except IntegrityError as error:
        if "one_excuse_per_breach" in str(error):
            raise Conflict(_("An excuse for this promise waits already, or was accepted.")) from error
        raise
    _note(actor, ticket, excuse, "proposed", now, reason=why)
    _tell_others(excuse, ticket, now)
    return excuse


def accept_excuse(actor: Actor, *, client_id: int, ticket_id: int, excuse_id: int, answer: str = "") -> Excuse:
    """Accept what the other side says; the promise counts as broken and excused.  Raises as `refuse_excuse`."""
    return _decide(actor, client_id, ticket_id, excuse_id, State.ACCEPTED, one_line(answer, "answer", LONGEST))


def refuse_excuse(actor: Actor, *, client_id: int, ticket_id: int, excuse_id: int, answer: str) -> Excuse:
    """Refuse it, for a reason.

    Needs TICKET_ESCALATE and REPORT_READ.  Raises `Invalid` without a reason, `NotFound`, and `Conflict` for one's own
    side's excuse and one that is decided.
    """
    why = needed_line(answer, "answer", LONGEST, _("Say why you refuse it."))
    return _decide(actor, client_id, ticket_id, excuse_id, State.REFUSED, why)


def withdraw_excuse(actor: Actor, *, client_id: int, ticket_id: int, excuse_id: int) -> Excuse:
    """Take one's own side's excuse back.  Needs TICKET_ESCALATE; raises `NotFound`, and `Conflict` otherwise."""
    ticket, row = _waiting(actor, client_id, ticket_id, excuse_id)
    if row.side != side_of(actor):
        raise Conflict(_("The other side has said this. Accept or refuse it."))
    return _settle(actor, ticket, row, State.TAKEN_BACK, "")


def _decide(actor: Actor, client_id: int, ticket_id: int, excuse_id: int, state: Excuse.State, answer: str) -> Excuse:
    ticket, row = _waiting(actor, client_id, ticket_id, excuse_id)
    actor.require(Right.REPORT_READ, client_id)
    if row.side == side_of(actor):
        raise Conflict(_("Your side has said this. The other side decides."))
    return _settle(actor, ticket, row, state, answer)


def _waiting(actor: Actor, client_id: int, ticket_id: int, excuse_id: int) -> tuple[Ticket, Excuse]:
    ticket = lock(actor, ticket_id, client_id=client_id)
    actor.require(Right.TICKET_ESCALATE, client_id)
    rows = Excuse.objects.filter(client_id=client_id, ticket=ticket, pk=excuse_id).select_related("clock")
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound
    if row.state != State.PROPOSED:
        raise Conflict(_("This excuse is decided, or was taken back."))
    return ticket, row


def _settle(actor: Actor, ticket: Ticket, row: Excuse, state: Excuse.State, answer: str) -> Excuse:
    now = clock.now()
    row.state, row.answer, row.decided_at = state, answer, now
    row.decided_by_name = name_of(actor, row.client_id)[:160]
    row.save(update_fields=["state", "answer", "decided_at", "decided_by_name"])
    # Nobody is asked any more.
    asked = Notice.objects.filter(client_id=row.client_id, unique__startswith=f"excuse/{row.pk}/", seen_at=None)
    asked.update(seen_at=now)
    _note(actor, ticket, row, state.value, now, reason=answer)
    return row


def _tell_others(row: Excuse, ticket: Ticket, now: datetime) -> None:
    """Whoever decides for the other side reads of it on the pages."""
    reach = Reach(row.client_id, now)
    to = reach.of_leads(ticket.vendor_id) if row.side == Party.CLIENT else reach.of_members(Right.REPORT_READ)
    Notice.objects.bulk_create(
        Notice(
            client_id=row.client_id,
            unique=f"excuse/{row.pk}/{Channel.APP.value}/{one.user_id}",
            clock=row.clock,
            asked_by_name=row.proposed_by_name,
            ticket=ticket,
            channel=Channel.APP,
            user_id=one.user_id,
            name=one.name[:160],
            due_at=now,
            attempted_at=now,
            accepted_at=now,
        )
        for one in to
    )


def _note(actor: Actor, ticket: Ticket, row: Excuse, what: str, now: datetime, *, reason: str) -> None:
    note(actor, ticket, Kind.EXCUSE, at=now, what=what, metric=row.clock.metric, reason=reason)
    log.write(actor, [entry_of_change(ticket, f"excuse {what.replace('_', ' ')}", also=[(EXCUSE, row.pk)])])
