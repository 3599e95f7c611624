"""What people fill in about on-call: a schedule and its rotations, an override, a swap."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from access.console.forms import CorrectableForm
from access.errors import Invalid
from escalation.forms import RefusableForm
from escalation.hours_text import parse_moment
from escalation.models import OnCallLayer
from escalation.oncall.plans import MOST_LAYERS, MOST_PEOPLE, MOST_TURN, LayerPlan, first_turn
from escalation.oncall.rota import Who, hand_over_at

_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)
_DAY_MINUTES = 24 * 60
FEWEST_PLACES = 3
Choices = Sequence[tuple[str, str]]


def value_of(who: Who) -> str:
    """How a form names somebody."""
    return f"{who[0]}-{who[1]}"


def _who(value: str) -> Who:
    kind, _dash, number = value.partition("-")
    return kind, int(number)


class ScheduleForm(CorrectableForm):
    """A schedule's own words; `rotations` is how many forms of rotations follow."""

    name = forms.CharField(label=_("Name"), max_length=80)
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Its people are handed over by the clock there."))
    passes_on = forms.BooleanField(
        label=_("Whoever is next takes the turn of somebody who has left"),
        required=False,
        help_text=_("Otherwise it is shown as a gap, until you name somebody."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    rotations = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST_LAYERS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
        cast(forms.ChoiceField, self.fields["zone"]).choices = [(zone, zone) for zone in zones]


class LayerForm(CorrectableForm):
    """One rotation: who, for how long each, handed over when, and in which hours of the week."""

    layer_name = forms.CharField(label=_("Name of the rotation"), max_length=60, required=False)
    turn = forms.IntegerField(label=_("A turn lasts"), min_value=1, max_value=MOST_TURN, initial=1)
    unit = forms.ChoiceField(label=_("Days or weeks"), choices=OnCallLayer.Unit, initial=OnCallLayer.Unit.WEEK)
    weekday = forms.TypedChoiceField(
        label=_("Handed over on"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        initial=0,
        help_text=_("For turns of weeks."),
    )
    hand_over = forms.TimeField(
        label=_("At"), initial=time(9), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    first = forms.DateField(
        label=_("The first turn begins"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Only on"),
        coerce=int,
        choices=list(WEEKDAYS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None means always. What passes midnight belongs to the day on which it begins."),
    )
    opens = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=_("Until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, choices: Choices, places: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, places + 1):
            label = _("In turn %(number)s") % {"number": number}
            self.fields[f"p{number}"] = forms.ChoiceField(label=label, choices=[("", "–"), *choices], required=False)

    @property
    def own(self) -> list[forms.BoundField]:
        """The fields but those of people."""
        return [self[name] for name in self.fields if not self._is_place(name)]

    @property
    def order(self) -> list[forms.BoundField]:
        """The fields of people, in order."""
        return [self[name] for name in self.fields if self._is_place(name)]

    @staticmethod
    def _is_place(name: str) -> bool:
        return name.startswith("p") and name[1:].isdigit()

    def clean_first(self) -> date:
        """A day that calendars have."""
        day: date = self.cleaned_data["first"]
        if not _FIRST_DAY <= day < _LAST_DAY:
            raise forms.ValidationError(_("Choose a day of this century."))
        return day

    def clean(self) -> dict[str, Any] | None:
        """Hours are told by days and times together."""
        data = self.cleaned_data
        if data.get("days") and (data.get("opens") is None or data.get("closes") is None):
            self.add_error("opens", _("Say from when until when on these days; 00:00 to 00:00 is the whole day."))
        return super().clean()

    def plan(self) -> LayerPlan:
        """What was filled in; the form is valid."""
        data = self.cleaned_data
        names = [name for name in self.fields if self._is_place(name)]
        people = tuple(_who(data[name]) for name in names if data.get(name))
        return LayerPlan(
            name=data["layer_name"],
            people=people,
            turn=data["turn"],
            unit=data["unit"],
            hand_over=_minutes(data["hand_over"]),
            first=first_turn(data["first"], data["unit"], data["weekday"]),
            hours=self._hours(),
        )

    def _hours(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        data = self.cleaned_data
        if not data["days"]:
            return ()
        opens, closes = _minutes(data["opens"]), _minutes(data["closes"])
        span = (opens, closes if closes > opens else closes + _DAY_MINUTES)
        return tuple((span,) if day in data["days"] else () for day in range(7))


def places_for(named: int) -> int:
    """How many places a rotation's form has, so that two more can be filled."""
    return min(MOST_PEOPLE, max(FEWEST_PLACES, named + 2))


def initial_of(plan: LayerPlan) -> dict[str, Any]:
    """What a rotation's form begins with."""
    span = next((span for day in plan.hours for span in day), None)
    return {
        "layer_name": plan.name,
        "turn": plan.turn,
        "unit": plan.unit,
        "weekday": plan.first.weekday(),
        "hand_over": _time(plan.hand_over),
        "first": plan.first,
        "days": [number for number, day in enumerate(plan.hours) if day],
        "opens": _time(span[0]) if span else None,
        "closes": _time(span[1]) if span else None,
        **{f"p{number}": value_of(who) for number, who in enumerate(plan.people, start=1)},
    }


class OverrideForm(CorrectableForm):
    """Somebody else from..until, on the schedule's own clock."""

    who = forms.ChoiceField(label=_("Who is on call"))
    starts_at = forms.CharField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.CharField(label=_("Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, choices: Choices, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        cast(forms.ChoiceField, self.fields["who"]).choices = [*choices]

    def clean_starts_at(self) -> datetime:
        """The moment at which the clock there shows it first, or jumps over it."""
        return self._moment("starts_at")

    def clean_ends_at(self) -> datetime:
        """As `clean_starts_at`."""
        return self._moment("ends_at")

    def _moment(self, name: str) -> datetime:
        text: str = self.cleaned_data[name]
        try:
            wall = datetime.strptime(text[:16], "%Y-%m-%dT%H:%M")  # wall time, placed in the zone below
        except ValueError:
            raise forms.ValidationError(_("Write a day and a time, such as 2026-05-31T18:00.")) from None
        if not _FIRST_DAY <= wall.date() < _LAST_DAY:
            raise forms.ValidationError(_("Choose a day of this century."))
        return hand_over_at(self.zone, wall.date(), wall.hour * 60 + wall.minute)

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {**self.cleaned_data, "who": _who(self.cleaned_data["who"])}


class ThenForm(RefusableForm):
    """A day and a time on the clock of a schedule; `moment` is when that is, once the form is valid."""

    at = forms.CharField(
        label=_("Day and time"), max_length=30, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    zone = forms.ChoiceField(label=_("On whose clock"))
    moment: datetime

    def __init__(self, data: QueryDict | None = None, *, zones: Sequence[str]) -> None:
        super().__init__(data, initial={"zone": zones[0]})
        choice = cast(forms.ChoiceField, self.fields["zone"])
        choice.choices = [(zone, zone) for zone in zones]

    def clean(self) -> None:
        """Refuses an hour that the clocks jump over; one that comes twice is the first."""
        if self.errors:
            return
        try:
            moment = parse_moment(self.cleaned_data["at"], self.cleaned_data["zone"], "at")
        except Invalid as error:
            self.refuse(error)
            return
        if moment is None or not _FIRST_DAY <= moment.date() < _LAST_DAY:
            self.add_error("at", _("Choose a day of this century."))
            return
        self.moment = moment


class SwapForm(CorrectableForm):
    """Which of one's shifts, and who is asked to take it."""

    shift = forms.ChoiceField(label=_("Which shift"))
    other = forms.TypedChoiceField(label=_("Whom you ask"), coerce=int)
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)

    def __init__(self, *args: Any, shifts: Choices, others: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["shift"]).choices = [*shifts]
        cast(forms.ChoiceField, self.fields["other"]).choices = [*others]


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
