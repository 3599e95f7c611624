"""What somebody plans before it is saved: rotations as they are typed, checked and previewed.  No rows are written."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from access.errors import Invalid
from escalation.models import OnCallLayer
from escalation.oncall.rota import Layer, Rota, Span, Who
from helpdesk.lib.business_time import WeekCalendar

MOST_LAYERS, MOST_PEOPLE, MOST_TURN = 6, 24, 52
Hours = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """One rotation as it is to be: `hours` are none for always, or seven days."""

    name: str
    people: tuple[Who, ...]
    turn: int
    unit: str
    hand_over: int
    first: date
    hours: Hours = ()


def first_turn(begins: date, unit: str, weekday: int) -> date:
    """The day of the first hand-over: turns of weeks begin on their weekday, the last one until `begins`."""
    if unit != OnCallLayer.Unit.WEEK:
        return begins
    return begins - timedelta(days=(begins.weekday() - weekday) % 7)


def check(layers: Sequence[LayerPlan], zone: str, known: Collection[Who]) -> None:
    """Raise `Invalid`, naming the rotation, for what no schedule can have; `known` are who can be named."""
    if zone not in available_timezones():
        raise Invalid(_("Choose a time zone, such as Europe/Oslo."), "zone")
    if not layers:
        raise Invalid(_("Add a rotation: without one nobody would ever be on call."))
    if len(layers) > MOST_LAYERS:
        raise Invalid(_("A schedule has at most %(most)s rotations.") % {"most": MOST_LAYERS})
    for number, layer in enumerate(layers, start=1):
        if wrong := _wrong(layer, known):
            raise Invalid(_("Rotation %(number)s: %(wrong)s") % {"number": number, "wrong": wrong}, f"layer-{number}")


def _wrong(layer: LayerPlan, known: Collection[Who]) -> str:
    if not layer.people:
        return _("name at least one person.")
    if len(layer.people) > MOST_PEOPLE:
        return _("at most %(most)s people take turns.") % {"most": MOST_PEOPLE}
    if not set(layer.people) <= set(known):
        return _("somebody in it can’t be on call here any more. Take them out, or choose somebody else.")
    if not 1 <= layer.turn <= MOST_TURN or layer.unit not in OnCallLayer.Unit.values:
        return _("a turn lasts between 1 and %(most)s days or weeks.") % {"most": MOST_TURN}
    if not 0 <= layer.hand_over < 24 * 60:
        return _("hand over at a time of the day, such as 09:00.")
    if layer.hours and not any(layer.hours):
        return _("its hours are never. Leave them empty for always.")
    return ""


def rota_of(layers: Sequence[LayerPlan], zone: str, there: Mapping[Who, tuple[Span, ...]], *, passes_on: bool) -> Rota:
    """The rules of a plan that was checked, without overrides."""
    return Rota(
        tuple(
            Layer(
                ref=f"layer{number}",
                people=plan.people,
                zone=zone,
                first=plan.first,
                days=plan.turn * (7 if plan.unit == OnCallLayer.Unit.WEEK else 1),
                hand_over=plan.hand_over,
                hours=WeekCalendar(zone=zone, week=plan.hours) if plan.hours else None,
            )
            for number, plan in enumerate(layers, start=1)
        ),
        there=there,
        passes_on=passes_on,
    )


def plan_of(row: OnCallLayer) -> LayerPlan:
    """A rotation as it stands, its people fetched."""
    places = sorted(row.people.all(), key=lambda place: place.position)
    hours = tuple(tuple((a, b) for a, b in day) for day in row.hours)
    order = tuple(place.who for place in places if place.who is not None)
    return LayerPlan(row.name, order, row.turn, row.unit, row.hand_over, row.first, hours)
