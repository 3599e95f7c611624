"""Leaving a core team: planned, with the notice that the terms promise and a trained follower; or at once, and told.

The assignment's own end closes the gate by its date; `settle` looks that whoever follows is trained by then.
"""

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import core_team, log, signals
from access.actions import staffing
from access.actions.contracts import terms_in_force
from access.actions.places import place_of
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Assignment, Client, Contract, CoreRemoval, User
from access.rights import Right
from access.tasks import in_client
from access.wording import one_line
from helpdesk.lib import clock

PERSON = "user"
# Somebody whose follower is not trained a few hours before they would go stays a day longer.
LOOK_AHEAD = timedelta(hours=4)
PUT_OFF = timedelta(days=1)


def plan(
    actor: Actor, *, client_id: int, contract_id: int, user_id: int, follower_id: int, leaves_at: datetime
) -> CoreRemoval:
    """Plan that a person leaves the core team at a moment, and who follows; their assignment ends then by itself.

    Raises `Invalid` for a moment sooner than the notice that the terms promise, for somebody who is not in
    the core team, or a follower who is not on the contract then; `Conflict` where it is planned already;
    `NotFound`, `RightMissing`.
    """
    leaver = place_of(actor, client_id, contract_id, user_id)
    now, days = clock.now(), _notice(leaver.contract)
    if not _is_core(leaver, now):
        raise Invalid(_("They are not in the core team: end their assignment instead."))
    if leaves_at < now + timedelta(days=days):
        raise Invalid(_("The terms promise %(days)s days of notice.") % {"days": days}, "leaves_on")
    if leaver.ends_at is not None and leaver.ends_at <= leaves_at:
        raise Invalid(_("Their assignment ends before that day already."), "leaves_on")
    follower = place_of(actor, client_id, contract_id, follower_id)
    if follower.is_core or follower.pk == leaver.pk or not _is_on(follower, leaves_at):
        raise Invalid(_("Choose somebody who is on this contract that day and not in the core team yet."), "follower")
    open_ones = CoreRemoval.objects.filter(contract_id=contract_id, done_at=None, called_off_at=None)
    if open_ones.filter(card_id=leaver.card_id).exists():
        raise Conflict(_("It is planned already. Call it off first."))
    if open_ones.filter(follower_id=follower.card_id).exists():
        raise Conflict(_("They follow somebody else already."))
    row = CoreRemoval(
        client_id=client_id,
        vendor_id=leaver.vendor_id,
        contract_id=contract_id,
        card_id=leaver.card_id,
        follower_id=follower.card_id,
        is_planned=True,
        notice_days=days,
        planned_at=now,
        planned_by=actor.name,
        leaves_at=leaves_at,
        would_end_at=leaver.ends_at,
    )
    row.save(force_insert=True)
    leaver.ends_at = leaves_at
    leaver.save(update_fields=["ends_at"])
    detail = {"what": "core_removal_planned", "until": leaves_at.isoformat(), "follower": follower.user_id}
    log.record(actor, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail=detail)
    _tell(row)
    return row


def call_off(actor: Actor, *, client_id: int, removal_id: int) -> CoreRemoval:
    """The person stays after all, as long as before; a second time changes nothing.

    Raises `Conflict` once they have left, `NotFound`, `RightMissing`.
    """
    actor.require(Right.STAFF, client_id)
    rows = CoreRemoval.objects.select_for_update(of=("self",)).select_related("card")
    row = rows.filter(client_id=client_id, pk=removal_id, is_planned=True).first()
    if row is None:
        raise NotFound
    now = clock.now()
    if row.called_off_at is not None:
        return row
    if row.done_at is not None or row.leaves_at <= now:
        raise Conflict(_("They have left already."))
    row.called_off_at, row.called_off_by = now, actor.name
    row.save(update_fields=["called_off_at", "called_off_by"])
    Assignment.objects.filter(contract_id=row.contract_id, card_id=row.card_id).update(ends_at=row.would_end_at)
    detail = {"what": "core_removal_called_off"}
    log.record(actor, client_id, log.Action.CLEARANCE, (PERSON, row.card.user_id), detail=detail)
    _tell(row)
    return row


def end_now(actor: Actor, *, client_id: int, contract_id: int, user_id: int, reason: str = "") -> None:
    """End somebody's place on a contract at once; of the core team with a reason, and the client is told.

    Raises `Invalid` for a member of the core team without a reason, `NotFound`, `RightMissing`.
    """
    place = place_of(actor, client_id, contract_id, user_id)
    now, reason = clock.now(), one_line(reason, "reason", 200)
    was_core = _is_core(place, now)
    if was_core and not reason:
        raise Invalid(_("They are in the core team: say why they leave without notice. The client reads it."), "reason")
    user = User.objects.get(pk=user_id)
    client = Client.objects.get(pk=client_id)
    staffing.end_assignment(client=client, user=user, contract=place.contract, by=actor)
    if not was_core:
        return
    open_ones = CoreRemoval.objects.filter(contract_id=contract_id, card_id=place.card_id, done_at=None)
    open_ones.filter(called_off_at=None).update(called_off_at=now, called_off_by=actor.name)
    row = CoreRemoval.objects.create(
        client_id=client_id,
        vendor_id=place.vendor_id,
        contract_id=contract_id,
        card_id=place.card_id,
        is_planned=False,
        notice_days=_notice(place.contract),
        planned_at=now,
        planned_by=actor.name,
        leaves_at=now,
        reason=reason,
        done_at=now,
    )
    _tell(row)


def settle(actor: Actor, *, client_id: int) -> int:
    """Bring planned removals where they belong now; returns how many changed.  Idempotent.

    Whoever would go within hours while their follower lacks something stays a day longer; once somebody
    has gone, who follows is in the core team.
    """
    now, changed = clock.now(), 0
    rows = CoreRemoval.objects.select_for_update(of=("self",)).select_related("card", "follower", "contract")
    due = rows.filter(client_id=client_id, done_at=None, called_off_at=None, leaves_at__lte=now + LOOK_AHEAD)
    waiting = {each.row.pk: each for each in core_team.leaving_at(client_id, now=now)}
    for row in due.order_by("pk"):
        if row.leaves_at <= now:
            _finish(row, now)
            changed += 1
        elif (found := waiting.get(row.pk)) is not None and found.missing:
            _put_off(actor, row, now)
            changed += 1
    return changed


def _finish(row: CoreRemoval, now: datetime) -> None:
    row.done_at = now
    row.save(update_fields=["done_at"])
    Assignment.objects.filter(contract_id=row.contract_id, card_id=row.follower_id).update(is_core=True)


def _put_off(actor: Actor, row: CoreRemoval, now: datetime) -> None:
    row.leaves_at, row.put_off_at = row.leaves_at + PUT_OFF, now
    row.save(update_fields=["leaves_at", "put_off_at"])
    Assignment.objects.filter(contract_id=row.contract_id, card_id=row.card_id).update(ends_at=row.leaves_at)
    detail = {"what": "core_removal_put_off", "until": row.leaves_at.isoformat()}
    about = (PERSON, row.card.user_id)
    log.record_of_vendor(actor, row.card.vendor_id, row.client_id, log.Action.CLEARANCE, about, detail=detail)


def _is_on(place: Assignment, at: datetime) -> bool:
    return place.starts_at <= at and (place.ends_at is None or place.ends_at > at)


def _is_core(place: Assignment, now: datetime) -> bool:
    return place.is_core and (place.ends_at is None or place.ends_at > now)


def _notice(contract: Contract) -> int:
    terms = terms_in_force(contract, clock.now())
    return terms.core_notice_days if terms is not None else 0


def _tell(row: CoreRemoval) -> None:
    """Tell the client by mail, in the client's own names."""
    zone = Client.objects.get(pk=row.client_id).time_zone

    def words() -> tuple[str, str]:
        said = {
            "name": row.card.name,
            "day": date_format(clock.as_local(row.last_moment, zone), "j F"),
            "follower": row.follower.name if row.follower else "",
            "reason": row.reason,
            "days": row.notice_days,
        }
        if row.called_off_at is not None:
            return _("%(name)s stays in your core team") % said, _("%(name)s stays after all.") % said
        if row.is_planned:
            text = _("%(name)s leaves your core team on %(day)s. %(follower)s follows, and is trained by then.")
            return _("%(name)s leaves your core team on %(day)s") % said, text % said
        text = _(
            "%(name)s left your core team at once: “%(reason)s”. The terms promise %(days)s days of notice, which"
            " were not kept."
        )
        return _("%(name)s has left your core team") % said, text % said

    state = "off" if row.called_off_at is not None else "on"
    with in_client(row.client_id, "access.tell_core_team") as system:
        signals.arrangement_changed.send(
            CoreRemoval,
            actor=system,
            client_id=row.client_id,
            unique=f"core/{row.pk}/{state}",
            words=words,
            view="console:contract",
            arguments={"contract_id": row.contract_id},
        )
