"""The forms of one's own sign-in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from access.factors import NAME_MOST


class KeyForm(forms.Form):
    """A new key: what its owner calls it, and what the key said."""

    name = forms.CharField(label=_("What you call this key"), max_length=NAME_MOST, required=False)
    given = forms.CharField(widget=forms.HiddenInput, required=False)


class DeviceForm(forms.Form):
    """Shows that the device has taken the secret."""

    code = forms.CharField(
        label=_("Code that the device shows now"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
