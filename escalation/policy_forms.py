"""The form of what a contract promises: a table of metrics by priority, and lines for kinds of tickets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.errors import Invalid
from escalation import pledges
from escalation.forms import RefusableForm
from escalation.matrix.document import PRIORITIES
from escalation.models import PLEDGED, Metric
from escalation.pledges import Cell, Pledge, Pledges, field_of
from escalation.special import Kind

# So many empty lines stand below those that are filled in.
BLANK_LINES, MOST_LINES = 3, 40


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

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any],
        hours: Sequence[str],
        categories: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(data, initial=initial)
        self.lines_of_kinds = range(1, min(MOST_LINES, initial.get("kinds", 0) + BLANK_LINES) + 1)
        choices = self.fields["hours"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(name, name) for name in hours]
        for metric in PLEDGED:
            # A line's legend says which promise it is.
            self.fields[f"{metric.value}_percent"] = forms.IntegerField(
                label=gettext("Promised in percent"), required=False, min_value=1, max_value=100
            )
            for priority in PRIORITIES:
                name = field_of(metric, priority)
                self.fields[name] = forms.CharField(label=f"P{priority}", required=False, max_length=20)
                self.fields[f"{name}_always"] = forms.BooleanField(label=gettext("Day and night"), required=False)
        for number in self.lines_of_kinds:
            self._add_line(number, categories)

    def _add_line(self, number: int, categories: Sequence[tuple[str, str]]) -> None:
        fields: dict[str, forms.Field] = {
            "category": forms.ChoiceField(
                label=gettext("Category"), required=False, choices=[("", gettext("any category")), *categories]
            ),
            "tier": forms.CharField(label=gettext("Customer tier"), required=False, max_length=40),
            "metric": forms.ChoiceField(
                label=gettext("Promise"), required=False, choices=[(each.value, each.label) for each in PLEDGED]
            ),
        }
        for priority in PRIORITIES:
            fields[str(priority)] = forms.CharField(label=f"P{priority}", required=False, max_length=20)
        fields["always"] = forms.BooleanField(label=gettext("Day and night"), required=False)
        fields["percent"] = forms.IntegerField(
            label=gettext("Promised in percent"), required=False, min_value=1, max_value=100
        )
        self.fields |= {f"k{number}_{name}": each for name, each in fields.items()}

    @property
    def kinds(self) -> Iterator[list[forms.BoundField]]:
        """Each line of a kind of tickets: category, tier, promise, its times, day and night, percent."""
        for number in self.lines_of_kinds:
            names = ("category", "tier", "metric", *PRIORITIES, "always", "percent")
            yield [self[f"k{number}_{name}"] for name in names]

    @property
    def has_kinds(self) -> bool:
        """Whether any kind has promises of its own, or was written about."""
        return self.is_bound or bool(self.initial.get("kinds"))

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
        return Pledges(data["hours"], pledges.parse_shares(data["warn_at"]), cells, self._special())

    def _special(self) -> dict[Kind, dict[Cell, Pledge]]:
        data = self.cleaned_data
        found: dict[Kind, dict[Cell, Pledge]] = {}
        for number in self.lines_of_kinds:
            names = {priority: f"k{number}_{priority}" for priority in PRIORITIES}
            told = {priority: pledges.parse_length(data[name], name) for priority, name in names.items()}
            times = {priority: seconds for priority, seconds in told.items() if seconds is not None}
            if not times:
                continue
            kind = Kind(data[f"k{number}_category"], " ".join(data[f"k{number}_tier"].split()))
            if not kind:
                raise Invalid(gettext("Choose a category or write a tier; what holds for all stands above."), names[1])
            metric = Metric(data[f"k{number}_metric"] or PLEDGED[0])
            always, percent = data[f"k{number}_always"], data[f"k{number}_percent"] or 100
            cells = found.setdefault(kind, {})
            if any(of is metric for of, _priority in cells):
                raise Invalid(gettext("This promise stands for the same tickets in a line above."), names[1])
            cells |= {(metric, priority): Pledge(seconds, always, percent) for priority, seconds in times.items()}
        return found


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
    number = 0
    for kind, cells in sorted(told.special.items()):
        for metric, group in lines_of(cells):
            number += 1
            first = next(iter(group.values()))
            line: dict[str, Any] = {"category": kind.category, "tier": kind.tier, "metric": metric.value}
            line |= {"always": first.round_the_clock, "percent": first.percent}
            line |= {str(priority): pledges.length_text(pledge.seconds) for priority, pledge in group.items()}
            values |= {f"k{number}_{name}": value for name, value in line.items()}
    return {**values, "kinds": number}


def lines_of(cells: Mapping[Cell, Pledge]) -> Iterator[tuple[Metric, dict[int, Pledge]]]:
    """The cells of a kind, a line for each metric that is promised."""
    for metric in PLEDGED:
        group = {priority: cells[metric, priority] for priority in PRIORITIES if (metric, priority) in cells}
        if group:
            yield metric, group
