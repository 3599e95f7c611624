"""What of a customer's record is shown, by the sensitivity of each field: the one rule for screen, API and export.

Pure: it decides and masks; it reads nothing and logs nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.models import Customer, CustomerField

DOTS = "••••"
# Two digits of fewer would give away too much of them.
LEAST_DIGITS = 6
_MAIL = re.compile(r"[^\s@]{2,}@[^\s@]+")
# A phone, an account, a card; with the country's letters or without.
_NUMBER = re.compile(r"[A-Z]{0,3}[+(-]?\d[\d\s()./-]*\d\d")
_Sensitivity = CustomerField.Sensitivity


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as a person may see it: `text` is the whole value, or what is left of it when `masked`."""

    label: str | Promise
    text: str
    masked: bool = False
    begins: str = ""
    ends: str = ""


def show(label: str | Promise, value: str, sensitivity: str, *, contact_open: bool) -> Shown:
    """One field: a contact field is whole where `contact_open` (on the customer's ticket), a sensitive one never."""
    if sensitivity == _Sensitivity.SENSITIVE or (sensitivity == _Sensitivity.CONTACT and not contact_open):
        begins, ends = hint(value)
        return Shown(label, f"{begins}{DOTS}{ends}", masked=True, begins=begins, ends=ends)
    return Shown(label, value)


def hint(value: str) -> tuple[str, str]:
    """The beginning and the end of a masked value that may be seen: enough to compare it with what somebody says.

    Of a mail address the first letter and the host, of a number its last two digits, of anything else nothing.
    """
    value = value.strip()
    if _MAIL.fullmatch(value):
        return value[0], value[value.rindex("@") :]
    if _NUMBER.fullmatch(value) and sum(each.isdigit() for each in value) >= LEAST_DIGITS:
        return "", " " + value[-2:]
    return "", ""


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
