"""The forms by which a vendor's office staffs a contract."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from access import shifts
from access.console.forms import CorrectableForm
from access.contracting.forms import DayForm, beginning_of, day_field, end_of
from access.models import Assignment
from access.rights import VENDOR_ROLES, Role
from helpdesk.lib import clock

_ROLES = [(role.value, role.label) for role in VENDOR_ROLES]
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2200, 1, 1)


class DatesForm(DayForm):
    """From when, until when, in which team, and whether in the core team."""

    starts_on = day_field(_("First day"))
    ends_on = day_field(_("Last day"), required=False, help_text=_("Empty means as long as the contract."))
    team = forms.CharField(label=_("Team"), max_length=60, required=False)
    is_core = forms.BooleanField(label=_("In the core team: leaves it with notice only"), required=False)

    def clean(self) -> dict[str, Any] | None:
        """Days that a calendar has, as moments on the client's clock."""
        data = self.cleaned_data
        for name in ("starts_on", "ends_on"):
            day = data.get(name)
            if day is not None and not _FIRST_DAY <= day < _LAST_DAY:
                self.add_error(name, _("Choose a day of this century."))
        return super().clean()

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        data = self.cleaned_data
        return {
            "starts_at": beginning_of(data["starts_on"], self.zone),
            "ends_at": end_of(data["ends_on"], self.zone) if data["ends_on"] else None,
            "team": data["team"],
            "is_core": data["is_core"],
        }


class HireForm(DatesForm):
    """Who is put on the contract, and as what."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int)
    role = forms.TypedChoiceField(label=_("Role"), coerce=Role, choices=_ROLES)

    field_order = ("person", "role", "starts_on", "ends_on", "team", "is_core")

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["person"]).choices = people
        self.fields["starts_on"].initial = self.today


class PlaceForm(DatesForm):
    """The place of somebody who is on the contract."""

    @classmethod
    def of(cls, place: Assignment, zone: str) -> "PlaceForm":
        """The form as the place is."""
        last = _last_day(place.ends_at, zone)
        starts_on = clock.as_local(place.starts_at, zone).date()
        same = {"team": place.team, "is_core": place.is_core}
        return cls(initial={"starts_on": starts_on, "ends_on": last, **same}, zone=zone, auto_id="place_%s")


def _last_day(ends_at: datetime | None, zone: str) -> date | None:
    """The day that ends at a moment, or that it falls on."""
    return clock.as_local(ends_at - timedelta(microseconds=1), zone).date() if ends_at is not None else None


class ShiftsForm(CorrectableForm):
    """When somebody works, a line a day."""

    def __init__(self, *args: Any, week: Sequence[Sequence[Sequence[int]]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in WEEKDAYS.items():
            said = shifts.write_day(week[number]) if week else ""
            self.fields[f"day_{number}"] = forms.CharField(label=name, max_length=80, required=False, initial=said)

    def clean(self) -> dict[str, Any] | None:
        """Each day as intervals."""
        for number in WEEKDAYS:
            name = f"day_{number}"
            try:
                self.cleaned_data[name] = shifts.read_day(self.cleaned_data.get(name, ""))
            except shifts.NoShift:
                self.add_error(name, _("Write it as 07:00-11:30, 12:30-16:00."))
        return super().clean()

    def values(self) -> dict[str, Any]:
        """What the action takes; a week without a shift is none at all."""
        week = [self.cleaned_data[f"day_{number}"] for number in WEEKDAYS]
        return {"week": week if any(week) else []}


class RoleForm(CorrectableForm):
    """Another role."""

    role = forms.TypedChoiceField(label=_("Role"), coerce=Role, choices=_ROLES)


class AliasForm(CorrectableForm):
    """What the client sees instead of the name."""

    alias = forms.CharField(
        label=_("Alias"), max_length=60, required=False, help_text=_("Shown where the contract says aliases.")
    )


class LocationForm(CorrectableForm):
    """From where somebody works."""

    location = forms.CharField(
        label=_("Works from"), max_length=2, required=False, help_text=_("The country’s two letters, such as SE.")
    )


class EndForm(CorrectableForm):
    """An end at once."""

    reason = forms.CharField(
        label=_("Why"), max_length=200, required=False, help_text=_("Needed in the core team; the client reads it.")
    )


class RemovalForm(DayForm):
    """Who follows in the core team, and from when."""

    leaves_on = day_field(_("Last day in the core team"))
    follower = forms.TypedChoiceField(label=_("Who follows"), coerce=int)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["follower"]).choices = people

    def clean_leaves_on(self) -> date | None:
        """Today or later; the terms want more."""
        return self.to_come("leaves_on")
