"""What of a customer's record is shown, by the sensitivity of each field: the one rule for screen, API and export.

Pure: it decides and masks; it reads nothing and logs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.models import Customer, CustomerField

DOTS = "••••"
_Sensitivity = CustomerField.Sensitivity


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as a person may see it: `text` is the whole value, or what is left of it when `masked`."""

    label: str | Promise
    text: str
    masked: bool = False
    ends: str = ""


def show(label: str | Promise, value: str, sensitivity: str, *, contact_open: bool) -> Shown:
    """One field: a contact field is whole where `contact_open` (on the customer's ticket), a sensitive one never."""
    if sensitivity == _Sensitivity.SENSITIVE or (sensitivity == _Sensitivity.CONTACT and not contact_open):
        ends = tail(value)
        return Shown(label, f"{DOTS} {ends}" if ends else DOTS, masked=True, ends=ends)
    return Shown(label, value)


def tail(value: str) -> str:
    """The end of a masked value that may be seen: four characters of a long one, two of a shorter, else none."""
    value = value.strip()
    if len(value) >= 10:
        return value[-4:]
    return value[-2:] if len(value) >= 6 else ""


def record(customer: Customer, fields: Iterable[CustomerField], *, contact_open: bool) -> list[Shown]:
    """The record of a customer: how to reach them, then the client's own fields in their order."""
    known = [
        (_("Phone"), customer.phone, _Sensitivity.CONTACT),
        (_("Mail"), customer.email, _Sensitivity.CONTACT),
        (_("Tier"), customer.tier, _Sensitivity.PUBLIC),
        (_("Number"), customer.external_id, _Sensitivity.PUBLIC),
    ]
    shown = [show(label, value, kind, contact_open=contact_open) for label, value, kind in known if value]
    return shown + [show(f.label, f.value, f.sensitivity, contact_open=contact_open) for f in fields]


def name_in_list(name: str) -> str:
    """A customer's name where many stand in a list: never their address."""
    return name or str(_("No name given"))
