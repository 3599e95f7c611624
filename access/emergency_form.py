"""The forms of emergency access: asking, and the minutes that are allowed."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.actions.emergency import LARGEST_NUMBER, LONGEST_REASON
from access.actor import ClientFace
from access.emergency import LENGTHS
from access.errors import Invalid

USUAL = 60


def lengths() -> list[tuple[int, str]]:
    """The lengths that can be asked for, in words."""
    return [(m, ngettext("%(count)d minute", "%(count)d minutes", m) % {"count": m}) for m in LENGTHS]


def minutes_of(data: Mapping[str, Any]) -> int | None:
    """The minutes that a button allows; None for those that were asked for.

    Raises `Invalid` for what is no length.
    """
    given = data.get("minutes", "")
    if not given:
        return None
    if given not in {str(length) for length in LENGTHS}:
        raise Invalid(_("Choose one of the lengths."), "minutes")
    return int(given)


class EmergencyForm(forms.Form):
    """For which client and ticket, why, and for how long; and one's name under the NDA, where the client has one."""

    client = forms.ChoiceField(
        label=gettext_lazy("Client"), error_messages={"invalid_choice": gettext_lazy("Choose one of the clients.")}
    )
    number = forms.IntegerField(
        label=gettext_lazy("Ticket number"),
        min_value=1,
        max_value=LARGEST_NUMBER,
        help_text=gettext_lazy("You see this one ticket, its customer and the playbooks, nothing else."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it can’t wait"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The client decides by it, and its access log keeps it."),
    )
    minutes = forms.TypedChoiceField(label=gettext_lazy("For how long"), coerce=int, choices=lengths, initial=USUAL)
    # The digest of the NDA that the page showed.
    read = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    typed_name = forms.CharField(
        label=gettext_lazy("Your name, as you sign it"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, clients: Sequence[ClientFace], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ids = {face.slug: face.id for face in clients}
        cast(forms.ChoiceField, self.fields["client"]).choices = [(face.slug, face.name) for face in clients]

    def client_id(self) -> int | None:
        """The client that is chosen so far: the one sent or linked to, else the first of the list."""
        first = next(iter(self._ids.values()), None)
        return self._ids.get(self["client"].value() or "", first)

    def given(self) -> dict[str, Any]:
        """What was asked, as the action takes it."""
        data = dict(self.cleaned_data)
        return {"client_id": self._ids[data.pop("client")], **data}
