"""Who is on call, from the rows: for the engine, the pages and the feeds.  Reads only.

Until `kept_until` of a schedule its kept shifts answer, from there on its rules.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from escalation.models import OnCallLayer, OnCallOverride, OnCallSchedule, OnCallShift
from escalation.oncall import people, rota
from escalation.oncall.people import Person
from escalation.oncall.rota import Layer, Override, Rota, Shift, Who
from escalation.recipients import Recipient
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar


@dataclass(frozen=True, slots=True)
class Planned:
    """A schedule with its rules for a stretch of time, whom they name, and what was kept of that stretch."""

    schedule: OnCallSchedule
    layers: tuple[OnCallLayer, ...]
    overrides: tuple[OnCallOverride, ...]
    rota: Rota
    people: Mapping[Who, Person]
    kept: tuple[Shift, ...]

    def shifts(self, start: datetime, end: datetime) -> list[Shift]:
        """Every shift and gap between two moments within that stretch: what was, then what the rules say."""
        until = self.schedule.kept_until
        past = [
            replace(each, start=max(each.start, start), end=min(each.end, end))
            for each in self.kept
            if each.end > start and each.start < end
        ]
        return joined([*past, *rota.shifts(self.rota, max(start, until), end)])

    def at(self, moment: datetime) -> Shift | None:
        """Who is on call at a moment within that stretch; None before the schedule was made."""
        if moment >= self.schedule.kept_until:
            return rota.on_call_at(self.rota, moment)
        return next((each for each in self.kept if each.start <= moment < each.end), None)

    def name(self, who: Who | None) -> str:
        """How somebody is called."""
        person = self.person(who)
        return person.name if person else ""

    def person(self, who: Who | None) -> Person | None:
        """Who somebody is; None in a gap."""
        return self.people.get(who) if who is not None else None


def joined(shifts: Sequence[Shift]) -> list[Shift]:
    """One shift of what was kept and what goes on."""
    found: list[Shift] = []
    for each in shifts:
        last = found[-1] if found else None
        if last is not None and (last.end, last.who, last.mark) == (each.start, each.who, each.mark):
            found[-1] = replace(each, start=last.start)
        else:
            found.append(each)
    return found


def schedules(client_id: int) -> QuerySet[OnCallSchedule]:
    """The schedules in use that the reader may see, the client's own first, by name."""
    rows = OnCallSchedule.objects.filter(client_id=client_id, retired_at=None).select_related("vendor")
    return rows.order_by(F("vendor__name").asc(nulls_first=True), "name", "pk")


def on_call(client_id: int, schedule_key: str, at: datetime) -> list[Recipient]:
    """Who is on call by a schedule at a moment; empty in a gap, and for a key that nobody has."""
    return on_call_many(client_id, [schedule_key], at)[schedule_key]


def on_call_many(client_id: int, keys: Collection[str], at: datetime) -> dict[str, list[Recipient]]:
    """As `on_call` for each of the keys; nine statements however many there are.

    Each contact without an address of its own adds one.
    """
    found: dict[str, list[Recipient]] = {key: [] for key in keys}
    rows = OnCallSchedule.objects.filter(client_id=client_id, key__in=list(found), retired_at=None)
    for planned in plans(client_id, list(rows), at, at):
        shift = planned.at(at)
        person = planned.person(shift.who) if shift is not None else None
        if person is not None:
            found[planned.schedule.key] = person.recipients(at)
    return found


def plans(client_id: int, listed: Sequence[OnCallSchedule], start: datetime, end: datetime) -> list[Planned]:
    """These schedules with all that decides from `start` to `end`; eight statements however many there are."""
    ids = [schedule.pk for schedule in listed]
    if not ids:
        return []
    layers = _by_schedule(_layers(client_id, ids))
    overrides = _by_schedule(_overrides(client_id, ids, start, end))
    kept = _by_schedule(
        OnCallShift.objects.filter(
            client_id=client_id, schedule_id__in=ids, ends_at__gte=start, starts_at__lte=end
        ).order_by("starts_at")
    )
    named = [place.who for rows in layers.values() for row in rows for place in row.people.all()]
    whom = people.named(client_id, {*named, *_who(overrides), *_who(kept)} - {None})
    there = people.there(client_id, whom.values())
    return [
        Planned(
            schedule,
            tuple(layers[schedule.pk]),
            tuple(overrides[schedule.pk]),
            Rota(
                tuple(layer_of(row, schedule.zone) for row in layers[schedule.pk]),
                tuple(_override_of(row) for row in overrides[schedule.pk]),
                there,
                schedule.passes_on,
            ),
            whom,
            tuple(Shift(row.starts_at, row.ends_at, row.who, mark=row.mark) for row in kept[schedule.pk]),
        )
        for schedule in listed
    ]


def plan_of(schedule: OnCallSchedule, start: datetime, end: datetime) -> Planned:
    """As `plans`, of one."""
    return plans(schedule.client_id, [schedule], start, end)[0]


def coming_of(client_id: int, card_id: int, vendor_id: int | None, *, days: int) -> list[tuple[Planned, Shift]]:
    """A person's shifts from now on, each that begins within so many days, with its true beginning and end."""
    now = clock.now()
    horizon = now + timedelta(days=days)
    listed = list(schedules(client_id).filter(Q(vendor_id=vendor_id)))
    found = []
    since = min([now, *(schedule.kept_until for schedule in listed)])
    for planned in plans(client_id, listed, since, horizon + timedelta(days=rota.LONGEST_TURN)):
        # As far as the last one may last, so that it is not cut at the horizon.
        for shift in planned.shifts(min(planned.schedule.kept_until, now), horizon + rota.longest_turn(planned.rota)):
            person = planned.person(shift.who)
            if person is not None and person.card_id == card_id and shift.end > now and shift.start < horizon:
                found.append((planned, _whole(planned, shift)))
    return sorted(found, key=lambda each: (each[1].start, each[0].schedule.pk))


def _whole(planned: Planned, shift: Shift) -> Shift:
    """With what was kept of it before."""
    for each in planned.kept:
        if (each.end, each.who, each.mark) == (shift.start, shift.who, shift.mark):
            return replace(shift, start=each.start)
    return shift


def overrides_to_come(schedule: OnCallSchedule, now: datetime, most: int = 50) -> list[OnCallOverride]:
    """What overrides the rotations now or later, the soonest first; one statement."""
    rows = OnCallOverride.objects.filter(client_id=schedule.client_id, schedule=schedule, called_off_at=None)
    return list(rows.filter(ends_at__gt=now).select_related("card", "contact").order_by("starts_at", "pk")[:most])


def layer_of(row: OnCallLayer, zone: str) -> Layer:
    """The rules of a row whose people are fetched."""
    hours = None
    if row.hours:
        hours = WeekCalendar(zone=zone, week=tuple(tuple((a, b) for a, b in day) for day in row.hours))
    places = sorted(row.people.all(), key=lambda place: place.position)
    order = tuple(place.who for place in places if place.who is not None)
    return Layer(f"layer{row.position}", order, zone, row.first, row.days, row.hand_over, hours)


def _override_of(row: OnCallOverride) -> Override:
    assert row.who is not None
    return Override(f"override{row.pk}", row.who, row.starts_at, row.ends_at, row.pk)


def _layers(client_id: int, ids: Sequence[int]) -> QuerySet[OnCallLayer]:
    rows = OnCallLayer.objects.filter(client_id=client_id, schedule_id__in=ids)
    return rows.prefetch_related("people").order_by("position")


def _overrides(client_id: int, ids: Sequence[int], start: datetime, end: datetime) -> QuerySet[OnCallOverride]:
    rows = OnCallOverride.objects.filter(client_id=client_id, schedule_id__in=ids, called_off_at=None)
    return rows.filter(ends_at__gt=start, starts_at__lte=end).order_by("-pk")


def _by_schedule(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.schedule_id].append(row)
    return found


def _who(rows: Mapping[int, Sequence[Any]]) -> set[Who | None]:
    return {row.who for listed in rows.values() for row in listed}
