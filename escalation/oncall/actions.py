"""Every way a schedule changes; each change holds from now on, and what was until now is kept first."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import Vendor
from access.rights import Right
from access.wording import needed_line, one_line
from escalation.models import OnCallLayer, OnCallOverride, OnCallPerson, OnCallSchedule
from escalation.models.oncall import naming
from escalation.oncall import keeping, people, plans
from escalation.oncall.plans import LayerPlan
from escalation.oncall.rota import LONGEST_TURN, Who
from helpdesk.lib import clock
from helpdesk.lib.locks import hold

ON_CALL = "on_call"


def require_edit(actor: Actor, client_id: int, vendor_id: int | None) -> None:
    """Refuse whoever does not plan this side's on-call: the client's by MATRIX_EDIT, a vendor's by its ONCALL_EDIT.

    Raises `NotFound`, `GateClosed` or `RightMissing`.
    """
    actor.require(Right.MATRIX_EDIT if vendor_id is None else Right.ONCALL_EDIT, client_id)
    if actor.vendor_id != vendor_id:
        raise RightMissing


def save_schedule(
    actor: Actor,
    *,
    client_id: int,
    vendor_id: int | None,
    name: str,
    zone: str,
    layers: Sequence[LayerPlan],
    passes_on: bool = False,
    schedule_id: int | None = None,
    expected_version: int | None = None,
) -> OnCallSchedule:
    """Make a schedule, or put other rotations in force from now on; its key stays what it was.

    Later layers win.  Raises `Invalid` naming what can't be taken, `Conflict` where somebody has changed it
    since `expected_version`, and as `require_edit`.
    """
    require_edit(actor, client_id, vendor_id)
    now = clock.now()
    name = needed_line(name, "name", 80, _("Give the schedule a name."))
    _require_own_name(client_id, vendor_id, name, schedule_id)
    known = {person.who for person in people.candidates(client_id, vendor_id, now)}
    if schedule_id is None:
        plans.check(layers, zone, known)
        schedule = _new(client_id, vendor_id, name, zone, now)
    else:
        schedule = locked(client_id, schedule_id)
        if schedule.version != expected_version:
            raise Conflict(_("Somebody has changed this schedule meanwhile. Look at it, then make your change again."))
        # Who stands in it may stay, also where they have left: the gap is shown.
        plans.check(layers, zone, known | _present(schedule))
        keeping.keep_until(schedule, now)
    schedule.name, schedule.zone, schedule.passes_on = name, zone, passes_on
    schedule.version += schedule_id is not None
    schedule.save(update_fields=["name", "zone", "passes_on", "version"])
    _replace_layers(schedule, layers)
    note(actor, schedule, "on-call saved", version=schedule.version, layers=len(layers))
    return schedule


def retire_schedule(actor: Actor, *, client_id: int, schedule_id: int) -> OnCallSchedule:
    """Use a schedule no longer; who was on call by it stays known, and its key is nobody else's.

    Raises as `require_edit`.
    """
    schedule = locked(client_id, schedule_id)
    require_edit(actor, client_id, schedule.vendor_id)
    keeping.keep_until(schedule, clock.now())
    schedule.retired_at = clock.now()
    schedule.save(update_fields=["retired_at"])
    note(actor, schedule, "on-call retired")
    return schedule


def override(
    actor: Actor,
    *,
    client_id: int,
    schedule_id: int,
    who: Who,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
) -> OnCallOverride:
    """Have somebody on call from..until whatever the rotations say; of several the newest wins.

    What has begun holds from now on.  Raises `Invalid` for a time that is over, ends before it begins or lasts
    longer than `LONGEST_TURN`, and for somebody who can't be on call here; and as `require_edit`.
    """
    schedule = locked(client_id, schedule_id)
    require_edit(actor, client_id, schedule.vendor_id)
    if who not in {person.who for person in people.choices(schedule, clock.now())}:
        raise Invalid(_("Choose somebody who can be on call here."), "who")
    row = put_override(actor, schedule, who, starts_at, ends_at, reason)
    note(actor, schedule, "on-call overridden", override=row.pk)
    return row


def put_override(
    actor: Actor, schedule: OnCallSchedule, who: Who, starts_at: datetime, ends_at: datetime, reason: str
) -> OnCallOverride:
    """The row of an override by a schedule that is locked, for whoever has checked who may; raises `Invalid`."""
    now = clock.now()
    if ends_at <= starts_at:
        raise Invalid(_("The end must come after the beginning."), "ends_at")
    if ends_at <= now:
        raise Invalid(
            _("That time is over. Who was on call stays as it was; choose a time that is to come."), "ends_at"
        )
    if ends_at - max(starts_at, now) > timedelta(days=LONGEST_TURN):
        raise Invalid(_("That is longer than a year. Look at the dates, or change the rotations."), "ends_at")
    keeping.keep_until(schedule, now)
    return OnCallOverride.objects.create(
        client_id=schedule.client_id,
        schedule=schedule,
        **naming(who),
        starts_at=max(starts_at, now),
        ends_at=ends_at,
        reason=one_line(reason, "reason", 200),
        made_by=(actor.standing(schedule.client_id).card_name or actor.name)[:160],
        made_at=now,
    )


def call_off_override(actor: Actor, *, client_id: int, schedule_id: int, override_id: int) -> OnCallOverride:
    """Let the rotations hold again from now on; a second time changes nothing.

    Raises `NotFound`, `Conflict` where it is over, and as `require_edit`.
    """
    schedule = locked(client_id, schedule_id)
    require_edit(actor, client_id, schedule.vendor_id)
    row = OnCallOverride.objects.filter(client_id=client_id, schedule=schedule, pk=override_id).first()
    if row is None:
        raise NotFound
    now = clock.now()
    if row.called_off_at is not None:
        return row
    if row.ends_at <= now:
        raise Conflict(_("It is over already: who was on call stays as it was."))
    keeping.keep_until(schedule, now)
    row.called_off_at = now
    row.save(update_fields=["called_off_at"])
    note(actor, schedule, "on-call override called off", override=row.pk)
    return row


def locked(client_id: int, schedule_id: int) -> OnCallSchedule:
    """A schedule in use, locked; raises `NotFound`."""
    rows = OnCallSchedule.objects.select_for_update().filter(client_id=client_id, pk=schedule_id, retired_at=None)
    schedule = rows.first()
    if schedule is None:
        raise NotFound
    return schedule


def _new(client_id: int, vendor_id: int | None, name: str, zone: str, now: datetime) -> OnCallSchedule:
    """A schedule with a key that its side has not used, not even for one that is retired."""
    begin = "" if vendor_id is None else f"{Vendor.objects.get(pk=vendor_id).slug}_"
    part = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "on-call"
    side = OnCallSchedule.objects.filter(Q(vendor_id=vendor_id), client_id=client_id)
    taken = set(side.values_list("key", flat=True))
    tries = (f"{begin}{part}", *(f"{begin}{part}-{number}" for number in range(2, len(taken) + 3)))
    key = next(each for each in tries if each not in taken)
    try:
        with transaction.atomic():
            return OnCallSchedule.objects.create(
                client_id=client_id, vendor_id=vendor_id, key=key, name=name, zone=zone, kept_until=now
            )
    except IntegrityError as error:
        if "on_call_key_of_each_side" in str(error):
            raise Conflict(_("Somebody has made a schedule of that name meanwhile.")) from error
        raise


def _require_own_name(client_id: int, vendor_id: int | None, name: str, schedule_id: int | None) -> None:
    """Refuse the name of another schedule that its side uses; of two at once the second waits, and is refused."""
    hold("on-call names", client_id, vendor_id)
    used = OnCallSchedule.objects.filter(Q(vendor_id=vendor_id), client_id=client_id, retired_at=None)
    if used.filter(name__iexact=name).exclude(pk=schedule_id or 0).exists():
        raise Invalid(_("There is a schedule of that name already. Change that one, or choose another name."), "name")


def _present(schedule: OnCallSchedule) -> set[Who]:
    places = OnCallPerson.objects.filter(client_id=schedule.client_id, layer__schedule=schedule)
    return {place.who for place in places if place.who is not None}


def _replace_layers(schedule: OnCallSchedule, layers: Sequence[LayerPlan]) -> None:
    OnCallLayer.objects.filter(client_id=schedule.client_id, schedule=schedule).delete()
    for position, plan in enumerate(layers, start=1):
        layer = OnCallLayer.objects.create(
            client_id=schedule.client_id,
            schedule=schedule,
            position=position,
            name=one_line(plan.name, f"layer-{position}", 60),
            turn=plan.turn,
            unit=plan.unit,
            hand_over=plan.hand_over,
            first=plan.first,
            hours=[[list(span) for span in day] for day in plan.hours],
        )
        OnCallPerson.objects.bulk_create(
            OnCallPerson(client_id=schedule.client_id, layer=layer, position=place, **naming(who))
            for place, who in enumerate(plan.people)
        )


def note(actor: Actor, schedule: OnCallSchedule, what: str, **more: Any) -> None:
    """The entry of a change: about a vendor's schedule it is that vendor's to read."""
    detail = {"what": what, "schedule": schedule.key, **more}
    about = (ON_CALL, schedule.pk)
    log.record_of_vendor(actor, schedule.vendor_id, schedule.client_id, log.Action.CHANGE, about, detail=detail)
