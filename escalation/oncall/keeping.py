"""Turns what the rules said until now into facts, before they or the people change."""

from datetime import datetime

from django.db.models import Q

from access.actor import Actor
from access.rights import Side
from escalation.models import OnCallSchedule, OnCallShift
from escalation.models.oncall import naming
from escalation.oncall import queries
from helpdesk.lib import clock


def is_waiting(client_id: int) -> bool:
    """Whether a schedule of the client's has time behind it that is not kept yet."""
    rows = OnCallSchedule.objects.filter(client_id=client_id, retired_at=None)
    return rows.filter(kept_until__lt=clock.now()).exists()


def keep(actor: Actor, *, client_id: int) -> int:
    """Keep who was on call until now by every schedule of the client's that the actor may write; how many those are.

    A twin finds nothing to do.
    """
    rows = OnCallSchedule.objects.select_for_update().filter(client_id=client_id, retired_at=None)
    if actor.side is not Side.SYSTEM:
        rows = rows.filter(Q(vendor_id=actor.vendor_id))
    now = clock.now()
    listed = [row for row in rows.order_by("pk") if row.kept_until < now]
    for schedule in listed:
        keep_until(schedule, now)
    return len(listed)


def keep_until(schedule: OnCallSchedule, now: datetime) -> None:
    """Keep what was of one schedule, whose row the caller has locked."""
    since = schedule.kept_until
    if since >= now:
        return
    about = {"client_id": schedule.client_id, "schedule_id": schedule.pk}
    planned = queries.plan_of(schedule, since, now)
    found = [each for each in planned.shifts(since, now) if each.end > since]
    last = OnCallShift.objects.filter(**about, ends_at=since).first()
    if last is not None and found and (last.who, last.mark) == (found[0].who, found[0].mark):
        last.ends_at = found.pop(0).end
        last.save(update_fields=["ends_at"])
    OnCallShift.objects.bulk_create(
        OnCallShift(**about, **naming(each.who), starts_at=each.start, ends_at=each.end, mark=each.mark)
        for each in found
    )
    schedule.kept_until = now
    schedule.save(update_fields=["kept_until"])
