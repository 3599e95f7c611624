"""The form of support hours."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from escalation import hours, hours_text, public_holidays
from escalation.forms import RefusableForm
from escalation.hours import Hours
from helpdesk.lib.business_time import Day


class WeekForm(RefusableForm):
    """A time zone and seven days in words."""

    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, data: QueryDict | None = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        days = {
            f"day_{number}": forms.CharField(label=hours.weekday(number), required=False, max_length=200)
            for number in range(7)
        }
        self.fields = {"zone": self.fields.pop("zone"), **days, **self.fields}
        # One that somebody has had from the beginning may be none that is offered.
        kept = self.initial.get("zone") or "UTC"
        self._choices("zone", [(zone, zone) for zone in sorted({*hours.zones(), kept})])

    def week(self) -> tuple[Day, ...]:
        """The seven days; raises `Invalid` naming the field."""
        data = self.cleaned_data
        return tuple(hours_text.parse_day(data[f"day_{number}"], f"day_{number}") for number in range(7))

    @property
    def days(self) -> list[forms.BoundField]:
        """The seven days, Monday first."""
        return [self[f"day_{number}"] for number in range(7)]

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class DaysForm(WeekForm):
    """A week in words, whose public holidays are free, and one's own days."""

    country = forms.ChoiceField(
        label=_("Public holidays of"), required=False, help_text=_("They are closed days, unless you open them below.")
    )
    region = forms.ChoiceField(
        label=_("Region"), required=False, help_text=_("Choose the country and press Look: its regions come up.")
    )
    own = forms.CharField(
        label=_("Own days off"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: 2026-12-24 Christmas Eve, or 2027-07-12 to 2027-07-16 Works holiday."),
    )
    extra = forms.CharField(
        label=_("Exceptions"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Days with hours of their own, one a line: 2026-12-13 10-14, or 2026-12-31 closed."),
    )

    def __init__(self, data: QueryDict | None = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self._choices("country", [("", _("no country")), *public_holidays.countries()])
        country = (self.initial if data is None else data).get("country", "")
        regions = public_holidays.regions(country) if country in dict(public_holidays.countries()) else ()
        self._choices("region", [("", _("the whole country")), *regions])
        if data is not None and data.get("region", "") not in dict(regions):
            # Of the country that was chosen before.
            self.data = data.copy()
            self.data["region"] = ""

    def wanted(self) -> Hours:
        """What was written, as hours; raises `Invalid` naming the field."""
        data = self.cleaned_data
        region = data["region"] if data["country"] else ""
        return Hours(
            zone=data["zone"],
            week=self.week(),
            country=data["country"],
            region=region,
            own=hours_text.parse_own(data["own"]),
            extra=hours_text.parse_extra(data["extra"]),
        )


class TeamHoursForm(DaysForm):
    """The hours of one team."""

    team = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)


class HoursForm(DaysForm):
    """A client's support hours, and from when."""

    valid_from = forms.CharField(
        label=_("In force from"),
        required=False,
        max_length=30,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("On the clock of the time zone above. Leave it empty to begin now."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=10**6)


def initial(wanted: Hours) -> dict[str, Any]:
    """These hours as a form holds them."""
    own = [f"{day.isoformat()} {text}".strip() for day, text in sorted(wanted.own.items())]
    extra = [
        f"{day.isoformat()} {hours.day_text(windows) or gettext('closed')}"
        for day, windows in sorted(wanted.extra.items())
    ]
    return {
        "zone": wanted.zone,
        **{f"day_{number}": hours.day_text(day) for number, day in enumerate(wanted.week)},
        "country": wanted.country,
        "region": wanted.region,
        "own": "\n".join(own),
        "extra": "\n".join(extra),
    }
