"""One of the staff asks another to take a shift, who says yes or no; a yes makes the override."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.wording import one_line
from escalation.models import OnCallSchedule, OnCallSwap
from escalation.oncall import letters, people, queries
from escalation.oncall.actions import locked, note, put_override
from helpdesk.lib import clock


def ask_swap(
    actor: Actor,
    *,
    client_id: int,
    schedule_id: int,
    other_card_id: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
) -> OnCallSwap:
    """Ask a colleague to take one's shift from..until; they are told by mail.

    Needs a card at the client and no right: one gives away only what is one's own.  Raises `NotFound` for another
    side's schedule, `Invalid` where the shift is not the actor's or the colleague could not have it, `Conflict`
    where they are asked already.
    """
    card_id = own_card(actor, client_id)
    schedule = _own_side(actor, client_id, schedule_id)
    if ends_at <= max(starts_at, clock.now()):
        raise Invalid(_("That shift is over. Choose one that is to come."), "shift")
    if other_card_id == card_id:
        raise Invalid(_("Choose a colleague: the shift is yours already."), "other")
    _require_shift(schedule, card_id, starts_at, ends_at)
    _require_there(schedule, other_card_id, starts_at, ends_at)
    try:
        with transaction.atomic():
            swap = OnCallSwap.objects.create(
                client_id=client_id,
                schedule=schedule,
                asker_id=card_id,
                other_id=other_card_id,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=one_line(reason, "reason", 200),
                asked_at=clock.now(),
            )
    except IntegrityError as error:
        if "on_call_swap_asked_once" in str(error):
            raise Conflict(_("You have asked them already. Wait for their answer, or ask somebody else.")) from error
        raise
    note(actor, schedule, "on-call swap asked", swap=swap.pk)
    letters.tell_asked(actor, swap)
    return swap


def answer_swap(actor: Actor, *, client_id: int, swap_id: int, accept: bool) -> OnCallSwap:
    """Take a colleague's shift, from now on at the earliest, or decline; both are told by mail.

    Raises `NotFound` for what was not asked of the actor, `Conflict` where it is answered, over, or somebody
    else's by now.
    """
    swap = _waiting(client_id, swap_id, other_id=own_card(actor, client_id))
    schedule = _own_side(actor, client_id, swap.schedule_id)
    if accept:
        try:
            _require_shift(schedule, swap.asker_id, max(swap.starts_at, clock.now()), swap.ends_at)
            _require_there(schedule, swap.other_id, max(swap.starts_at, clock.now()), swap.ends_at)
        except Invalid as error:
            raise Conflict(
                _("The shift has changed since you were asked. Ask your colleague which one it is now.")
            ) from error
        reason = swap.reason or _("Swap with %(name)s") % {"name": swap.asker.name}
        put_override(actor, schedule, ("card", swap.other_id), swap.starts_at, swap.ends_at, reason[:200])
    _end(swap, OnCallSwap.State.ACCEPTED if accept else OnCallSwap.State.DECLINED)
    note(actor, schedule, "on-call swap accepted" if accept else "on-call swap declined", swap=swap.pk)
    letters.tell_answered(actor, swap)
    return swap


def withdraw_swap(actor: Actor, *, client_id: int, swap_id: int) -> OnCallSwap:
    """Ask no longer.  Raises `NotFound` for somebody else's, `Conflict` where it is answered or over."""
    swap = _waiting(client_id, swap_id, asker_id=own_card(actor, client_id))
    _end(swap, OnCallSwap.State.WITHDRAWN)
    note(actor, swap.schedule, "on-call swap taken back", swap=swap.pk)
    return swap


def open_swaps(client_id: int, card_id: int) -> QuerySet[OnCallSwap]:
    """What a person asks or is asked at a client and nobody has answered, the soonest first."""
    rows = OnCallSwap.objects.filter(Q(asker_id=card_id) | Q(other_id=card_id), client_id=client_id)
    rows = rows.filter(state=OnCallSwap.State.ASKED, ends_at__gt=clock.now(), schedule__retired_at=None)
    return rows.select_related("schedule", "asker", "other").order_by("starts_at", "pk")


def own_card(actor: Actor, client_id: int) -> int:
    """The actor's card at a client; raises `NotFound` where they are nobody there."""
    card_id = actor.standing(client_id).card_id
    if card_id is None:
        raise NotFound
    return card_id


def _own_side(actor: Actor, client_id: int, schedule_id: int) -> OnCallSchedule:
    schedule = locked(client_id, schedule_id)
    if schedule.vendor_id != actor.vendor_id:
        raise NotFound
    return schedule


def _waiting(client_id: int, swap_id: int, **whose: int) -> OnCallSwap:
    """A swap that can be answered, locked: of two answers at once the second one finds it answered."""
    rows = OnCallSwap.objects.select_for_update(of=("self",)).filter(client_id=client_id, pk=swap_id, **whose)
    swap = rows.select_related("schedule", "asker__user", "other__user").first()
    if swap is None:
        raise NotFound
    if swap.state != OnCallSwap.State.ASKED:
        raise Conflict(_("It is answered or taken back already."))
    if not swap.is_open(clock.now()):
        raise Conflict(_("The shift is over."))
    return swap


def _end(swap: OnCallSwap, state: OnCallSwap.State) -> None:
    swap.state, swap.answered_at = state, clock.now()
    swap.save(update_fields=["state", "answered_at"])


def _require_shift(schedule: OnCallSchedule, card_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """Raise `Invalid` unless a person is on call all of that time."""
    planned = queries.plan_of(schedule, starts_at, ends_at)
    for shift in planned.shifts(starts_at, ends_at):
        person = planned.person(shift.who)
        if person is None or person.card_id != card_id:
            raise Invalid(_("You are not on call all of that time. Choose one of your shifts."), "shift")


def _require_there(schedule: OnCallSchedule, card_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """Raise `Invalid` unless somebody of the schedule's side is there all of that time."""
    candidates = {each.card_id: each for each in people.choices(schedule, clock.now()) if each.card_id}
    if card_id not in candidates:
        raise Invalid(_("Choose a colleague who can be on call here."), "other")
    who = ("card", card_id)
    spans = people.there(schedule.client_id, people.named(schedule.client_id, [who]).values())[who]
    if not any(opens <= starts_at and ends_at <= closes for opens, closes in spans):
        raise Invalid(_("They are not here for all of that shift. Choose a colleague who is."), "other")
