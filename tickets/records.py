"""What of a customer's record is shown to whom: the one rule for screen, list, mail, export and API.

Pure: it decides and masks; it reads nothing and logs nothing.  Whatever shows a field of a
customer asks `show`, and a name `name_of`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.actor import ClientFace
from helpdesk.lib import phones
from tickets.models import Customer
from tickets.models.customers import FieldKind, Sensitivity

# As many for a house number as for a life story: the length of a mask tells nothing.
DOTS = "••••••"
_PHONE_DOTS = "•• ••• ••"
_MAIL_DOTS = "•••"
# Of a shorter number two digits would give away too much.
LEAST_DIGITS = 8
# A shorter word of a name is a word of any text.
LEAST_LETTERS = 3
_MAIL = re.compile(r"[^\s@<>,;:\"'()]+@[^\s@<>,;:\"'()]+")
_ORDER = {each: number for number, each in enumerate(Sensitivity)}


class Relation(StrEnum):
    """What a viewer is to a customer: themself, who holds an open ticket of theirs, or anybody else."""

    SELF = "self"
    HOLDER = "holder"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a record: `id` where it is the client's own, None where every record has it."""

    key: str
    label: str | Promise
    kind: FieldKind
    sensitivity: Sensitivity
    id: int | None = None
    required: bool = False
    least: str = ""
    most: str = ""
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as a person may see it: `text` is the whole value, or what is left of it when `masked`."""

    label: str | Promise
    text: str
    masked: bool = False
    begins: str = ""
    ends: str = ""
    key: str = ""
    kind: str = ""
    sensitivity: str = ""


# The fields of every record with the least that guards them; a client may guard them better.
BUILT_IN: tuple[FieldSpec, ...] = (
    FieldSpec("name", _("Name"), FieldKind.TEXT, Sensitivity.PUBLIC),
    FieldSpec("phone", _("Phone"), FieldKind.PHONE, Sensitivity.CONTACT),
    FieldSpec("email", _("Mail"), FieldKind.EMAIL, Sensitivity.CONTACT),
    FieldSpec("postal_address", _("Address"), FieldKind.TEXT, Sensitivity.CONTACT),
    FieldSpec("postcode", _("Postcode"), FieldKind.TEXT, Sensitivity.CONTACT),
    FieldSpec("language", _("Language"), FieldKind.TEXT, Sensitivity.PUBLIC),
    FieldSpec("tier", _("Tier"), FieldKind.TEXT, Sensitivity.PUBLIC),
    FieldSpec("external_id", _("Number"), FieldKind.TEXT, Sensitivity.PUBLIC),
)
FLOORS: dict[str, Sensitivity] = {spec.key: spec.sensitivity for spec in BUILT_IN}
# What the page says elsewhere, in its heading and its sentences.
_NOT_ON_THE_CARD = {"name", "language"}


def strictest(*classes: str) -> Sensitivity:
    """The class that guards best."""
    return max((Sensitivity(each) for each in classes), key=_ORDER.__getitem__)


def is_open(sensitivity: str, relation: Relation) -> bool:
    """The rule: public is everybody's, contact the holder's, and sensitive nobody's without asking for it."""
    if relation is Relation.SELF or sensitivity == Sensitivity.PUBLIC:
        return True
    return sensitivity == Sensitivity.CONTACT and relation is Relation.HOLDER


def show(spec: FieldSpec, value: str, relation: Relation) -> Shown:
    """One field: its value, or its mask."""
    masked = bool(value) and not is_open(spec.sensitivity, relation)
    begins, ends, text = _masked(spec.kind, value) if masked else ("", "", value)
    return Shown(spec.label, text, masked, begins, ends, spec.key, spec.kind.value, spec.sensitivity.value)


def mask(kind: str, value: str) -> str:
    """What is left of a hidden value.

    Of a phone number the country code and the last two digits, of a mail address the first
    letter and the last part of the host (a private mailbox's host can name its owner), of
    anything else nothing; "" of nothing.
    """
    return _masked(kind, value)[2] if value else ""


def _masked(kind: str, value: str) -> tuple[str, str, str]:
    """What a mask begins and ends with, and the mask itself."""
    if kind == FieldKind.PHONE and len(phones.digits(value)) >= LEAST_DIGITS:
        code, end = phones.calling_code(value), phones.digits(value)[-2:]
        return code, end, f"{code} {_PHONE_DOTS} {end}".strip()
    local, _at, host = value.strip().rpartition("@")
    if kind == FieldKind.EMAIL and len(local) > 1 and "." in host.strip("."):
        begins, ends = local[0], f".{host.rsplit('.', 1)[1]}"
        return begins, ends, f"{begins}{_MAIL_DOTS}@{_MAIL_DOTS}{ends}"
    return "", "", DOTS


def without_addresses(text: str) -> str:
    """A text of a machine's (why a letter did not arrive) with every mail address in it masked."""
    return _MAIL.sub(lambda found: mask(FieldKind.EMAIL, found[0]), text)


def without_values(text: str, *values: str) -> str:
    """A text of a machine's with these values, and their longer words, masked wherever they stand, in any case."""
    words = {word for each in values for word in each.split() if len(word) >= LEAST_LETTERS}
    known = sorted({each.strip() for each in values} - {""} | words, key=len, reverse=True)
    if not known:
        return text
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)", DOTS, text, flags=re.IGNORECASE)


def specs(classes: Mapping[str, str], own: Iterable[FieldSpec] = ()) -> dict[str, FieldSpec]:
    """The fields of a client's records by their keys: those of every record, guarded as `classes` say, then its own.

    No class stands below the floor, whatever is written.
    """
    found = {
        spec.key: FieldSpec(
            spec.key, spec.label, spec.kind, strictest(spec.sensitivity, classes.get(spec.key) or Sensitivity.PUBLIC)
        )
        for spec in BUILT_IN
    }
    return found | {spec.key: spec for spec in own}


@dataclass(frozen=True, slots=True)
class Record:
    """A customer's record: the fields of a client's records, and what is known of this customer by key."""

    specs: Mapping[str, FieldSpec]
    values: Mapping[str, str] = field(default_factory=dict)

    def shown(self, key: str, relation: Relation) -> Shown:
        """One field as this viewer may see it."""
        return show(self.specs[key], self.values.get(key, ""), relation)

    def tells(self, key: str, relation: Relation) -> bool:
        """Whether this viewer may see the field whole, whatever stands in it."""
        return is_open(self.specs[key].sensitivity, relation)

    def card(self, relation: Relation) -> list[Shown]:
        """What the card lists: how to reach them first, then what else is known, the client's own fields last."""
        keys = [key for key in self.specs if key not in _NOT_ON_THE_CARD and self.values.get(key)]
        return [self.shown(key, relation) for key in keys]


def record(found: Mapping[str, FieldSpec], customer: Customer, own: Mapping[str, str]) -> Record:
    """The record of a customer, from their row and the values of the client's own fields by their keys."""
    values: dict[str, str] = {spec.key: getattr(customer, spec.key) for spec in BUILT_IN}
    return Record(found, {**values, **own})


def name_of(face: ClientFace, name: str, *, held: bool = False) -> str:
    """A customer's name wherever it stands, or its mask; `held` where the viewer holds an open ticket of theirs.

    Never their address where there is no name.
    """
    return name_by_class(face.name_class, name, held=held)


def name_by_class(sensitivity: str, name: str, *, held: bool = False) -> str:
    """As `name_of`, where only the class of names is at hand."""
    if name and not is_open(sensitivity, Relation.HOLDER if held else Relation.OTHER):
        return DOTS
    return name_in_list(name)


def name_in_list(name: str) -> str:
    """A name that may be shown, or that there is none."""
    return name or str(_("No name given"))
