"""The form that asks for a period."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PeriodForm(forms.Form):
    """The first and the last day; `reporting.periods.parse` judges them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Their names in addresses are words that Python keeps for itself.
        for name, label in (("from", _("First day")), ("to", pgettext_lazy("of a period", "Last day"))):
            day = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.CharField(label=label, widget=day, required=False)

    def refuse(self, field: str | None, sentence: str) -> None:
        """Show what is wrong, beside the day that it is about."""
        self.add_error(field if field in self.fields else None, sentence)
