"""Emergency access: asked for, decided by the client, granted where nobody answers, ended, and reviewed.

It ends by its time alone (`access.standing`): no job takes it away.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access import emergency, evidence, gates, log, signals, throttle
from access.actions.clearing import accept_nda_that_was_read, rules_of
from access.actor import Actor, ClientFace, Standing
from access.clearance import ndas_to_accept
from access.emergency import LENGTHS
from access.errors import Conflict, GateClosed, Invalid, NotFound, RightMissing
from access.gates import Gate
from access.models import Assignment, ClearanceRules, Client, EmergencyAccess, Nda, StaffCard
from access.networks import is_inside
from access.rights import Right
from access.standing import face
from access.tasks import in_client
from access.wording import needed_line, one_line
from helpdesk.lib import clock

EMERGENCY, ASK = "emergency", "access.ask_emergency"
LONGEST_REASON = 200
LARGEST_NUMBER = 2**62
State = EmergencyAccess.State


class AlreadySettled(Conflict):
    """Somebody was first, or its time was over; the sentence says who and when."""


def nda_to_read(actor: Actor, *, client_id: int) -> Nda | None:
    """The client's NDA, where the actor has to accept it with their request; None where there is nothing to accept.

    Nor is it shown for a client that is not `askable`, nor to whoever would not be let in all the same.
    """
    if actor.user_id is None or not _is_askable(actor, client_id):
        return None
    with in_client(client_id, ASK):
        row = _blank(actor, client_id)
        return None if _closed(row, row.asked_at, origin=actor.origin) else _nda_missing(actor, row)


def ask(
    actor: Actor, *, client_id: int, number: int, reason: str, minutes: int, read: str = "", typed_name: str = ""
) -> EmergencyAccess:
    """Ask a client, at which the actor has no place, to let them in for one ticket; its NDA is accepted with it.

    `read` is the digest of the NDA that they have read, and `typed_name` their name under it.  The answer is
    the same whether there is such a ticket or not: only the client is told.  Raises `Invalid` for a client that
    is not `askable`, an NDA that is not accepted, a reason that is missing, or minutes over what the client
    allows; `GateClosed` where the actor would not be let in all the same; `Conflict` while a request waits;
    `TooMany`.
    """
    user_id = actor.user_id
    if user_id is None or not _is_askable(actor, client_id):
        raise Invalid(_("Choose one of the clients."), "client")
    if not 1 <= number <= LARGEST_NUMBER:
        raise Invalid(_("Give the number of the ticket."), "number")
    reason = needed_line(reason, "reason", LONGEST_REASON, _("Say why it can't wait; the client decides by it."))
    throttle.take(throttle.EMERGENCY_BY_PERSON, f"{user_id}")
    with in_client(client_id, ASK):
        row = _blank(actor, client_id)
        row.reason, row.ticket_number, row.minutes = reason, number, minutes
        here = face(Client.objects.get(pk=client_id))
        _check_minutes(minutes, rules_of(client_id).emergency_minutes)
        _require_open(actor, row, here)
        row.card = _card(row, actor.name)
        if EmergencyAccess.objects.filter(client_id=client_id, user_id=user_id, state=State.ASKED).exists():
            raise Conflict(_("You have asked %(client)s already. Wait for the answer, or take it back.") % _of(here))
        me = _at(actor, row, here)
        if nda := _nda_missing(actor, row):
            accept_nda_that_was_read(me, nda, read=read, typed_name=typed_name)
        if found := emergency.ticket_of(client_id, number):
            row.ticket_id, row.priority = found.id, found.priority
        row.save(force_insert=True)
        _note(me, row, "emergency_asked", reason=reason, minutes=minutes)
        signals.emergency_asked.send(EmergencyAccess, emergency=row)
    return row


def allow(actor: Actor, *, client_id: int, emergency_id: int, minutes: int | None = None) -> EmergencyAccess:
    """Let whoever asked in from now on, for what they asked or for less.

    Needs EMERGENCY_DECIDE.  Raises `RightMissing` for whoever asked, `AlreadySettled` where somebody was
    first, `Invalid` for more than was asked, `Conflict` where the client has no such ticket.
    """
    row = _lock_asked(actor, client_id, emergency_id)
    minutes = row.minutes if minutes is None else minutes
    _check_minutes(minutes, row.minutes)
    if row.ticket_id is None:
        said = _("There is no ticket #%(number)s here, so nothing would be opened. Refuse, and say so.")
        raise Conflict(said % {"number": row.ticket_number})
    _grant(actor, row, State.GRANTED, minutes)
    return row


def refuse(actor: Actor, *, client_id: int, emergency_id: int, answer: str = "") -> EmergencyAccess:
    """Keep whoever asked out; `answer` is told to them.

    Needs EMERGENCY_DECIDE.  Raises `RightMissing` for whoever asked, `AlreadySettled` where somebody was first.
    """
    row = _lock_asked(actor, client_id, emergency_id)
    row.answer = one_line(answer, "answer", 300)
    _settle(actor, row, State.REFUSED, "emergency_refused")
    return row


def settle(actor: Actor, *, client_id: int, emergency_id: int) -> EmergencyAccess | None:
    """Do what time alone does to a request: grant it on priority 1 after 15 minutes, or let it lapse after four hours.

    For the sweep: the actor is the system inside one client; a second time changes nothing.  None where
    there is no such request.
    """
    row = EmergencyAccess.objects.select_for_update().filter(client_id=client_id, pk=emergency_id).first()
    if row is None or row.state != State.ASKED:
        return row
    now = clock.now()
    if now >= emergency.lapses_at(row):
        _settle(actor, row, State.EXPIRED, "emergency_expired")
    elif now >= row.asked_at + emergency.UNANSWERED_AFTER:
        rules = rules_of(client_id)
        if _opens_by_itself(row, rules, now):
            _grant(actor, row, State.UNANSWERED, min(emergency.UNANSWERED_MINUTES, rules.emergency_minutes))
    return row


def stop(actor: Actor, *, client_id: int, emergency_id: int) -> EmergencyAccess:
    """End what was granted before its time; a second time changes nothing.

    Needs EMERGENCY_DECIDE.  Raises `NotFound` for a request that was never granted.
    """
    actor.require(Right.EMERGENCY_DECIDE, client_id)
    row = _lock(client_id, emergency_id)
    if row.state not in EmergencyAccess.GIVEN:
        raise NotFound
    _stop(actor, row)
    return row


def end_own(actor: Actor, *, emergency_id: int) -> EmergencyAccess:
    """Take one's own request back, or end one's own access before its time; a second time changes nothing.

    Raises `NotFound` for somebody else's.
    """
    own = EmergencyAccess.objects.filter(user_id=actor.user_id or 0, pk=emergency_id)
    client_id = own.values_list("client_id", flat=True).first()
    if client_id is None:
        raise NotFound
    with in_client(client_id, "access.end_emergency"):
        row = _lock(client_id, emergency_id)
        me = _at(actor, row, face(Client.objects.get(pk=client_id)))
        if row.state == State.ASKED:
            _settle(me, row, State.WITHDRAWN, "emergency_withdrawn")
        elif row.state in EmergencyAccess.GIVEN:
            _stop(me, row)
    return row


def review(actor: Actor, *, client_id: int, emergency_id: int, text: str) -> EmergencyAccess:
    """Say what the client makes of an access that nobody had allowed.

    Needs EMERGENCY_DECIDE.  Raises `RightMissing` for whoever asked, `Invalid` without a word, `Conflict`
    where it was reviewed, `NotFound` where there is nothing to review.
    """
    actor.require(Right.EMERGENCY_DECIDE, client_id)
    row = _lock(client_id, emergency_id)
    _require_other(actor, row)
    if row.state != State.UNANSWERED:
        raise NotFound
    if row.reviewed_at is not None:
        raise Conflict(_("%(name)s has reviewed it already.") % {"name": row.reviewed_by_name})
    text = needed_line(text, "review", 300, _("Write a few words: was it right, and what follows?"))
    row.review, row.reviewed_at, row.reviewed_by_name = text, clock.now(), actor.name
    row.save(update_fields=["review", "reviewed_at", "reviewed_by_name"])
    _note(actor, row, "emergency_reviewed", reason=text)
    return row


def _is_askable(actor: Actor, client_id: int) -> bool:
    return client_id in {each.id for each in emergency.askable(actor)}


def _blank(actor: Actor, client_id: int) -> EmergencyAccess:
    """A request as it begins: of whom, and when; in the scope of the client."""
    row = EmergencyAccess(client_id=client_id, user_id=actor.user_id or 0, vendor_id=actor.vendor_id)
    row.minutes, row.asked_at, row.team = LENGTHS[0], clock.now(), _team(row)
    return row


def _nda_missing(actor: Actor, row: EmergencyAccess) -> Nda | None:
    """The version in effect, where whoever asks has not accepted it or a newer one."""
    waiting = ndas_to_accept(actor, row.client_id, now=row.asked_at)
    return next((nda for nda in waiting if nda.effective_at <= row.asked_at), None)


def _opens_by_itself(row: EmergencyAccess, rules: ClearanceRules, now: datetime) -> bool:
    """Whether a request that nobody answers is granted: of priority 1 then and now, and the client allows it."""
    if not rules.unanswered_emergency or row.priority != emergency.UNANSWERED_PRIORITY:
        return False
    ticket = emergency.ticket_of(row.client_id, row.ticket_number)
    if ticket is None or not ticket.is_open or ticket.priority != emergency.UNANSWERED_PRIORITY:
        return False
    return not _closed(row, now)


def _closed(row: EmergencyAccess, now: datetime, *, origin: str | None = None) -> list[Gate]:
    """The gates that would keep the person out whatever is granted; from `origin`, where that is known.

    The NDA is not one: they accept it when they ask, and a version that is newer by then before they see anything.
    """
    known = evidence.read([row.client_id], [row.user_id], now)
    as_granted = EmergencyAccess(
        client_id=row.client_id, user_id=row.user_id, vendor_id=row.vendor_id, team=row.team,
        starts_at=now, ends_at=now + timedelta(minutes=row.minutes),
    )  # fmt: skip
    closed: list[Gate] = [gate for gate in gates.closed_gates(known.facts(as_granted), now) if gate is not Gate.NDA]
    if origin is not None and not is_inside(known.networks_for(as_granted), origin):
        closed.append(Gate.NETWORK)
    return closed


def _require_open(actor: Actor, row: EmergencyAccess, here: ClientFace) -> None:
    closed = _closed(row, row.asked_at, origin=actor.origin)
    if closed:
        raise GateClosed(*gates.sentence(closed[0], here.name))


def _grant(actor: Actor, row: EmergencyAccess, state: State, minutes: int) -> None:
    row.starts_at = clock.now()
    row.ends_at = row.starts_at + timedelta(minutes=minutes)
    what = "emergency_granted" if state is State.GRANTED else "emergency_unanswered"
    _settle(actor, row, state, what, minutes=minutes)


def _settle(actor: Actor, row: EmergencyAccess, state: State, what: str, **detail: int) -> None:
    row.state, row.decided_at = state, clock.now()
    row.decided_by_name = "" if state in (State.EXPIRED, State.UNANSWERED) else actor.name[:160]
    row.save(update_fields=["state", "decided_at", "decided_by_name", "answer", "starts_at", "ends_at"])
    _note(actor, row, what, reason=row.answer, **detail)
    signals.emergency_settled.send(EmergencyAccess, emergency=row)


def _stop(actor: Actor, row: EmergencyAccess) -> None:
    now = clock.now()
    if row.stopped_at is None and row.runs(now):
        row.stopped_at, row.stopped_by_name = now, actor.name[:160]
        row.save(update_fields=["stopped_at", "stopped_by_name"])
        _note(actor, row, "emergency_stopped")


def _lock(client_id: int, emergency_id: int) -> EmergencyAccess:
    row = EmergencyAccess.objects.select_for_update().filter(client_id=client_id, pk=emergency_id).first()
    if row is None:
        raise NotFound
    return row


def _lock_asked(actor: Actor, client_id: int, emergency_id: int) -> EmergencyAccess:
    actor.require(Right.EMERGENCY_DECIDE, client_id)
    row = _lock(client_id, emergency_id)
    _require_other(actor, row)
    if row.state != State.ASKED:
        raise AlreadySettled(emergency.outcome(row))
    if clock.now() >= emergency.lapses_at(row):
        raise AlreadySettled(_("Nobody answered within four hours, so the request has ended."))
    return row


def _require_other(actor: Actor, row: EmergencyAccess) -> None:
    """Nobody decides on their own access, whatever else they are at the client."""
    standing = actor.standings.get(row.client_id)
    if actor.user_id == row.user_id or (standing is not None and standing.card_id == row.card_id):
        raise RightMissing(_("This is your own request: somebody else decides."))


def _note(actor: Actor, row: EmergencyAccess, what: str, *, reason: str = "", **detail: int) -> None:
    log.record_of_vendor(
        actor,
        row.vendor_id,
        row.client_id,
        log.Action.CLEARANCE,
        (EMERGENCY, row.pk),
        ticket_id=row.ticket_id,
        ticket_number=row.ticket_number if row.ticket_id else None,
        reason=reason,
        detail={"what": what, "of": row.user_id, log.EMERGENCY: row.pk, **detail},
    )


def _at(actor: Actor, row: EmergencyAccess, here: ClientFace) -> Actor:
    """Whoever asked, by the name of their card at the client."""
    standing = Standing(here, frozenset(), card_id=row.card_id, card_name=row.card.name)
    return replace(actor, standings={here.id: standing})


def _card(row: EmergencyAccess, name: str) -> StaffCard:
    """The asker's card at the client, locked: of two requests at once, the second sees the first."""
    defaults = {"vendor_id": row.vendor_id, "name": name}
    card, _made = StaffCard.objects.get_or_create(client_id=row.client_id, user_id=row.user_id, defaults=defaults)
    return StaffCard.objects.select_for_update().get(client_id=row.client_id, pk=card.pk)


def _team(row: EmergencyAccess) -> str:
    """The team of the person's last place here; one that is suspended asks in vain."""
    rows = Assignment.objects.filter(client_id=row.client_id, user_id=row.user_id, vendor=row.vendor)
    return rows.order_by("-starts_at").values_list("team", flat=True).first() or ""


def _check_minutes(minutes: int, most: int) -> None:
    if minutes not in LENGTHS or minutes > most:
        raise Invalid(_("At most %(most)s minutes are possible here.") % {"most": most}, "minutes")


def _of(here: ClientFace) -> dict[str, str]:
    return {"client": here.name}
