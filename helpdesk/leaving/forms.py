"""The forms of leaving: whom to erase, what to keep how long."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from escalation.forms import RefusableForm
from helpdesk.leaving.models import LONGEST, SHORTEST


class FindForm(RefusableForm):
    """Which customer is meant."""

    customer = forms.CharField(
        label=_("E-mail address or number of the customer"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ErasureForm(RefusableForm):
    """The words that say that it is no slip."""

    typed = forms.CharField(
        label=_("Type it here"), max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def _months(label: Any, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class RetentionForm(RefusableForm):
    """After how many months what goes."""

    tickets = _months(
        _("What was said on closed tickets"),
        _("Subjects, messages, history and files. Numbers, times and categories stay, for your reports."),
    )
    attachments = _months(_("Attachments"), _("Counted from the day they came in, on open tickets too."))
    raw_mails = _months(_("Mails as they came in"), _("Their text stands in the tickets; this is the raw source."))
    log = _months(
        _("What the access log says"),
        _("Who saw or changed what. The seals stay, so that what is left can still be verified."),
    )


class HandOverForm(RefusableForm):
    """What history does not tell."""

    notes = forms.CharField(
        label=_("What else they must know"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "data-autosize": True}),
        help_text=_("Promises that were made, people who need care, what was about to happen."),
    )
