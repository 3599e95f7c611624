"""The form of what a contract promises: a table of metrics by priority."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from escalation import pledges
from escalation.forms import RefusableForm
from escalation.matrix.document import PRIORITIES
from escalation.models import PLEDGED, Metric
from escalation.pledges import Pledge, Pledges, field_of


class PledgesForm(RefusableForm):
    """Support hours, warnings, from when, and a cell for each metric at each priority."""

    hours = forms.ChoiceField(label=_("Support hours"))
    warn_at = forms.CharField(
        label=_("Warn at"),
        required=False,
        max_length=60,
        help_text=_("Shares of the time in percent, like 50, 80. Empty warns nobody before a promise is broken."),
    )
    valid_from = forms.CharField(
        label=_("In force from"),
        required=False,
        max_length=30,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Leave it empty to begin as soon as the other side agrees."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=10**6)

    def __init__(self, data: QueryDict | None = None, *, initial: dict[str, Any], hours: Sequence[str]) -> None:
        super().__init__(data, initial=initial)
        choices = self.fields["hours"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(name, name) for name in hours]
        for metric in PLEDGED:
            label = gettext("%(metric)s, promised in percent") % {"metric": metric.label}
            self.fields[f"{metric.value}_percent"] = forms.IntegerField(
                label=label, required=False, min_value=1, max_value=100
            )
            for priority in PRIORITIES:
                told = {"metric": metric.label, "priority": priority}
                name = field_of(metric, priority)
                self.fields[name] = forms.CharField(
                    label=gettext("%(metric)s at priority %(priority)s") % told, required=False, max_length=20
                )
                self.fields[f"{name}_always"] = forms.BooleanField(
                    label=gettext("Day and night: %(metric)s at priority %(priority)s") % told, required=False
                )

    @property
    def lines(self) -> Iterator[tuple[Metric, list[tuple[forms.BoundField, forms.BoundField]], forms.BoundField]]:
        """Each metric with its cells and its percent."""
        for metric in PLEDGED:
            names = [field_of(metric, priority) for priority in PRIORITIES]
            yield metric, [(self[name], self[f"{name}_always"]) for name in names], self[f"{metric.value}_percent"]

    def wanted(self) -> Pledges:
        """What was written; raises `Invalid` naming the field."""
        data, cells = self.cleaned_data, {}
        for metric in PLEDGED:
            percent = data[f"{metric.value}_percent"] or 100
            for priority in PRIORITIES:
                name = field_of(metric, priority)
                seconds = pledges.parse_length(data[name], name)
                if seconds is not None:
                    cells[metric, priority] = Pledge(seconds, data[f"{name}_always"], percent)
        return Pledges(data["hours"], pledges.parse_shares(data["warn_at"]), cells)


def initial(told: Pledges | None, version: int) -> dict[str, Any]:
    """These promises as the form holds them."""
    if told is None:
        return {"version": version, "warn_at": "80"}
    values: dict[str, Any] = {
        "hours": told.hours,
        "warn_at": ", ".join(map(str, told.warn_at)),
        "version": version,
    }
    for (metric, priority), pledge in told.cells.items():
        name = field_of(metric, priority)
        values[name], values[f"{name}_always"] = pledges.length_text(pledge.seconds), pledge.round_the_clock
        values.setdefault(f"{metric.value}_percent", pledge.percent)
    return values
