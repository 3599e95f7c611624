"""The forms of the client's pages about clearance."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.actions.clearing import LONGEST_GRACE
from access.clearance import Stop
from access.emergency_form import lengths
from access.errors import Refused
from access.models import ClearanceRules
from access.rights import Right

WEEK, ONCE = "week", "once"
_LATER = (WEEK, _("in 7 days: everybody has time to accept it"))


class CorrectableForm(forms.Form):
    """A form that shows what an action refused beside the field that it names."""

    def refuse(self, error: Refused) -> int:
        """Show the refusal; returns the status of the answer."""
        field = getattr(error, "field", None)
        self.add_error(field if field in self.fields else None, str(error))
        return error.status


class NdaForm(CorrectableForm):
    """The next version of the NDA, and when it takes effect."""

    text = forms.CharField(
        label=_("The text, exactly as it is accepted"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
        error_messages={"required": _("Paste the text of the NDA.")},
    )
    when = forms.ChoiceField(
        label=_("Takes effect"),
        choices=[_LATER, (ONCE, _("at once"))],
        initial=WEEK,
        widget=forms.RadioSelect,
    )
    # Set by the page that says what "at once" would do.
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def tell(self, stop: Stop) -> None:
        """Say beside *at once* what it would do, where it would do something."""
        if not stop.people:
            return
        said = ngettext(
            "at once: %(people)s person who is cleared is shut out until they have accepted it",
            "at once: %(people)s people who are cleared are shut out until they have accepted it",
            stop.people,
        )
        once = said % {"people": stop.people}
        if stop.on_shift:
            once += _(", %(shift)s of them on shift now") % {"shift": stop.on_shift}
        cast(forms.ChoiceField, self.fields["when"]).choices = [_LATER, (ONCE, once)]


class NetworksForm(CorrectableForm):
    """The networks from which the client may be worked for, one a line."""

    networks = forms.CharField(
        label=_("Networks, one a line"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "dir": "ltr"}),
        help_text=_("Such as 192.0.2.0/24 # Office in Malmö. Empty means from anywhere."),
    )


class RulesForm(CorrectableForm):
    """How strict the client is."""

    needs_second_factor = forms.BooleanField(label=_("Everybody signs in with a second factor"), required=False)
    certification_grace_days = forms.IntegerField(
        label=_("Days of grace for a certificate that ends"), min_value=0, max_value=LONGEST_GRACE
    )
    must_read_grace_days = forms.IntegerField(
        label=_("Days of grace for something to read and sign"), min_value=0, max_value=LONGEST_GRACE
    )

    emergency_minutes = forms.TypedChoiceField(label=_("Emergency access for at most"), coerce=int, choices=lengths)
    unanswered_emergency = forms.BooleanField(
        label=_("Unanswered for 15 minutes on priority 1, emergency access is granted for 60"),
        required=False,
        help_text=_("For nights when nobody of yours is awake. All of you are told, and review it the next day."),
    )

    @staticmethod
    def of(rules: ClearanceRules) -> "RulesForm":
        """The form as the rules stand."""
        return RulesForm(initial={name: getattr(rules, name) for name in RulesForm.base_fields})


class CertificationForm(CorrectableForm):
    """A certificate that the client asks for."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(label=_("What it takes"), max_length=300, required=False)
    valid_days = forms.IntegerField(
        label=_("Good for so many days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty means for good."),
    )


class RightsForm(CorrectableForm):
    """The rights that a role stands for here."""

    rights = forms.TypedMultipleChoiceField(
        label=_("What this role may do"), coerce=Right, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, offered: Iterable[Right], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.TypedMultipleChoiceField, self.fields["rights"])
        field.choices = [(right.value, right.label) for right in offered]


class SuspendForm(CorrectableForm):
    """Whom to stop, and why."""

    target = forms.ChoiceField(label=_("Who"), error_messages={"invalid_choice": _("Choose who is stopped.")})
    reason = forms.CharField(
        label=_("Why"), max_length=200, required=False, help_text=_("Their lead and your log show it.")
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # Whoever came from the list of people goes back to it.
    listed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, targets: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["target"]).choices = targets
