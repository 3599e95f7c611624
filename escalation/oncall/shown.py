"""Schedules as pages show them: who is on now and next, the picture of the coming weeks, the next shifts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from escalation.models import OnCallSchedule
from escalation.oncall import queries, rota, timeline
from escalation.oncall.people import Person
from escalation.oncall.queries import Planned
from escalation.oncall.rota import Rota, Shift, Who
from escalation.oncall.timeline import DAYS, PHONE, WIDE, Drawing, Row

AHEAD = timedelta(days=DAYS + 1)
NEXT_MOST = 12


@dataclass(frozen=True, slots=True)
class ShownShift:
    """One shift in words: who it is, or whose turn a gap would have been."""

    start: datetime
    end: datetime
    name: str
    missing: str
    why: str
    is_now: bool

    @property
    def is_off(self) -> bool:
        """Whether the schedule plans nobody at that time."""
        return not self.name and not self.missing

    @property
    def is_gap(self) -> bool:
        """Whether nobody is on call although somebody was planned."""
        return not self.name and bool(self.missing)


@dataclass(frozen=True, slots=True)
class Card:
    """A schedule on the list: who is on now and next, its gaps of the coming two weeks, and the picture."""

    schedule: OnCallSchedule
    now: ShownShift
    next: ShownShift | None
    gaps: int
    drawings: tuple[Drawing, ...]


@dataclass(frozen=True, slots=True)
class Then:
    """Who is on call by a schedule at one moment; None before the schedule was made."""

    schedule: OnCallSchedule
    shift: ShownShift | None


def then(client_id: int, listed: Sequence[OnCallSchedule], at: datetime) -> list[Then]:
    """Who was, or would be, on call at a moment by each schedule; as many statements as for one."""
    found = []
    for planned in queries.plans(client_id, listed, at, at):
        shift = planned.at(at)
        said = shown_shifts(planned, [shift], at) if shift is not None else [None]
        found.append(Then(planned.schedule, said[0]))
    return found


def cards(client_id: int, listed: Sequence[OnCallSchedule], now: datetime) -> list[Card]:
    """The schedules as the list shows them; as many statements as for one."""
    start = min([timeline.midnight(schedule.zone, now) for schedule in listed], default=now)
    return [_card(planned, now) for planned in queries.plans(client_id, listed, start, now + AHEAD)]


def _card(planned: Planned, now: datetime) -> Card:
    found = planned.shifts(now, now + AHEAD)
    coming = shown_shifts(planned, found, now)
    gaps = sum(each.is_gap for each in coming)
    following = next((each for each in coming[1:] if each.name and each.name != coming[0].name), None)
    return Card(planned.schedule, coming[0], following, gaps, pictures(planned, now, final_only=True))


def coming(planned: Planned, now: datetime) -> list[ShownShift]:
    """The next shifts and gaps."""
    return shown_shifts(planned, planned.shifts(now, now + AHEAD), now)[:NEXT_MOST]


def shown_shifts(planned: Planned, shifts: Sequence[Shift], now: datetime) -> list[ShownShift]:
    """Shifts in words; neighbours of the same person are told one by one."""
    reasons = {f"override{row.pk}": row.reason for row in planned.overrides}
    return [
        ShownShift(
            each.start,
            each.end,
            planned.name(each.who),
            planned.name(each.missing),
            reasons.get(each.source, ""),
            each.start <= now < each.end,
        )
        for each in shifts
    ]


def pictures(planned: Planned, now: datetime, *, final_only: bool = False) -> tuple[Drawing, ...]:
    """The coming two weeks, wide and for a phone: with every rotation, or who is on call in the end alone."""
    start, end = timeline.midnight(planned.schedule.zone, now), now + AHEAD
    final = Row(_("On call"), planned.shifts(start, end), is_final=True)
    rows = [final]
    if not final_only:
        alone = replace(planned.rota, layers=(), passes_on=True)
        overridden = [each for each in rota.shifts(alone, start, end) if each.who]
        layers = zip(planned.layers, planned.rota.layers, strict=True)
        rows = [Row(row.name or _rotation(row.position), _of(planned.rota, layer, start, end)) for row, layer in layers]
        rows += [Row(_("Overrides"), overridden), final]
    return drawn(rows, planned.schedule.zone, now, planned.people)


def preview(
    rules: Rota, names: Sequence[str], zone: str, now: datetime, people: Mapping[Who, Person]
) -> tuple[tuple[Drawing, ...], list[ShownShift]]:
    """What a plan would give from now on, before it is saved: its picture and its next shifts."""
    found = rota.shifts(rules, now, now + AHEAD)
    layers = enumerate(zip(names, rules.layers, strict=True), start=1)
    rows = [Row(name or _rotation(number), _of(rules, layer, now, now + AHEAD)) for number, (name, layer) in layers]
    words = [
        ShownShift(each.start, each.end, _name(people, each.who), _name(people, each.missing), "", each.start <= now)
        for each in found
    ]
    return drawn([*rows, Row(_("On call"), found, is_final=True)], zone, now, people), words[:NEXT_MOST]


def drawn(rows: Sequence[Row], zone: str, now: datetime, named: Mapping[Who, Person]) -> tuple[Drawing, ...]:
    """The same rows in both frames."""
    known = sorted(named)

    def who(shift: Shift) -> tuple[str, str]:
        name = _name(named, shift.who) or _("nobody")
        return name if shift.who else "", f"{name}, {between(shift.start, shift.end)}"

    with timezone.override(zone):
        return tuple(timeline.draw(rows, frame, zone, now, who, known) for frame in (WIDE, PHONE))


def between(start: datetime, end: datetime) -> str:
    """From when until when, on the clock of who reads it."""
    first, last = (date_format(timezone.localtime(each), "D j M H:i") for each in (start, end))
    return f"{first} – {last}"


def _of(rules: Rota, layer: rota.Layer, start: datetime, end: datetime) -> list[Shift]:
    return rota.layer_shifts(rules, layer, start, end)


def _rotation(number: int) -> str:
    return _("Rotation %(number)s") % {"number": number}


def _name(people: Mapping[Who, Person], who: Who | None) -> str:
    return people[who].name if who is not None and who in people else ""
