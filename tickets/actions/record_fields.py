"""How a client guards its customers' records, and the fields of its own that stand there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Client
from access.rights import Right
from access.wording import one_line
from helpdesk.lib import phones
from helpdesk.lib.locks import hold
from tickets.models import CustomerField, RecordField, RecordSettings
from tickets.models.customers import FieldKind, Sensitivity
from tickets.record_values import LONGEST, date_of, number_of
from tickets.records import FLOORS, strictest

MOST_FIELDS = 40
MOST_REASONS = 6
MOST_CHOICES = 50
LONGEST_LABEL, LONGEST_REASON, LONGEST_CHOICE = 80, 120, 80


@dataclass(frozen=True, slots=True)
class Definition:
    """What a client says of a field of its own."""

    label: str
    kind: FieldKind = FieldKind.TEXT
    sensitivity: Sensitivity = Sensitivity.CONTACT
    required: bool = False
    least: str = ""
    most: str = ""
    choices: Sequence[str] = ()


def guard_records(
    actor: Actor, *, client_id: int, classes: Mapping[str, str], reasons: Sequence[str], country: str = ""
) -> None:
    """Say who sees the fields that every record has, why one may be shown without a ticket, and where one dials.

    Needs SOURCES_EDIT.  Raises `Invalid` for a class below the floor, more than six reasons, or
    a country that nobody dials in.
    """
    actor.require(Right.SOURCES_EDIT, client_id)
    chosen = {key: _class_of(key, given) for key, given in classes.items()}
    cleaned = [one_line(text, "reasons", LONGEST_REASON) for text in reasons]
    cleaned = list(dict.fromkeys(text for text in cleaned if text))
    if len(cleaned) > MOST_REASONS:
        raise Invalid(_("Six reasons at most: nobody reads a longer list on the phone."), "reasons")
    country = country.strip().upper()
    if country and not phones.is_country(country):
        raise Invalid(_("Give the country by its two letters, as SE."), "country")
    hold("record fields", client_id)
    name_class = chosen.pop("name", Sensitivity.PUBLIC)
    Client.objects.filter(pk=client_id).exclude(name_class=name_class).update(name_class=name_class)
    values = {"classes": chosen, "reasons": cleaned, "country": country}
    RecordSettings.objects.update_or_create(client_id=client_id, defaults=values)
    _log(actor, client_id, "records guarded", classes={**chosen, "name": name_class}, reasons=len(cleaned))


def _class_of(key: str, given: str) -> str:
    if key not in FLOORS or given not in Sensitivity.values:
        raise Invalid(_("Choose who sees the field."), key)
    if strictest(FLOORS[key], given) != given:
        raise Invalid(_("This field can’t be shown to more people than that."), key)
    return str(given)


def add_field(actor: Actor, *, client_id: int, given: Definition) -> RecordField:
    """A new field on every record of the client's, the last in the order.

    Needs SOURCES_EDIT; raises `Invalid`, or `Conflict` where the label is taken or there are 40.
    """
    actor.require(Right.SOURCES_EDIT, client_id)
    values = _checked(given)
    hold("record fields", client_id)
    rows = list(RecordField.objects.filter(client_id=client_id).order_by("position", "pk"))
    if len(rows) >= MOST_FIELDS:
        raise Conflict(_("A record has room for %(most)s fields of your own.") % {"most": MOST_FIELDS})
    _free(rows, values["label"])
    position = rows[-1].position + 1 if rows else 0
    made = RecordField.objects.create(
        client_id=client_id, key=_key(values["label"], {row.key for row in rows}), position=position, **values
    )
    _log(actor, client_id, "field added", field=made.key)
    return made


def change_field(actor: Actor, *, client_id: int, field_id: int, given: Definition) -> RecordField:
    """Change what a field is called, who sees it and what it takes from now on; its key stays.

    What it is can change only while no record has a value.  Needs SOURCES_EDIT; raises
    `NotFound`, `Invalid` or `Conflict`.
    """
    actor.require(Right.SOURCES_EDIT, client_id)
    values = _checked(given)
    row, others = _locked(client_id, field_id)
    _free(others, values["label"])
    filled = CustomerField.objects.filter(client_id=client_id, field=row)
    if row.kind != values["kind"] and filled.exists():
        raise Conflict(_("Records have values in this field, so what it is can’t change. Add another field."))
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    _log(actor, client_id, "field changed", field=row.key)
    return row


def remove_field(actor: Actor, *, client_id: int, field_id: int) -> RecordField:
    """Take a field and its values from every record.  Needs SOURCES_EDIT; raises `NotFound`."""
    actor.require(Right.SOURCES_EDIT, client_id)
    row, _others = _locked(client_id, field_id)
    _log(actor, client_id, "field removed", field=row.key)
    row.delete()
    return row


def move_field(actor: Actor, *, client_id: int, field_id: int, up: bool) -> None:
    """Change places with the neighbour.  Needs SOURCES_EDIT; raises `NotFound`."""
    actor.require(Right.SOURCES_EDIT, client_id)
    hold("record fields", client_id)
    rows = list(RecordField.objects.filter(client_id=client_id).order_by("position", "pk"))
    at = next((number for number, row in enumerate(rows) if row.pk == field_id), None)
    if at is None:
        raise NotFound
    to = at - 1 if up else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    for position, row in enumerate(rows):
        row.position = position
    RecordField.objects.bulk_update(rows, ["position"])
    _log(actor, client_id, "fields ordered", field=rows[min(max(to, 0), len(rows) - 1)].key)


def _locked(client_id: int, field_id: int) -> tuple[RecordField, list[RecordField]]:
    """The field and its siblings, while nobody else changes them."""
    hold("record fields", client_id)
    rows = list(RecordField.objects.filter(client_id=client_id))
    row = next((each for each in rows if each.pk == field_id), None)
    if row is None:
        raise NotFound
    return row, [each for each in rows if each is not row]


def _free(rows: Sequence[RecordField], label: str) -> None:
    if any(row.label.casefold() == label.casefold() for row in rows):
        raise Conflict(_("Another field is called so already."))


def _key(label: str, taken: set[str]) -> str:
    """A name for programs, from the label."""
    stem = slugify(label)[:34] or "field"
    names = [stem, *(f"{stem}-{number}" for number in range(2, MOST_FIELDS + 2))]
    return next(name for name in names if name not in taken and name not in FLOORS)


def _checked(given: Definition) -> dict[str, Any]:
    label = one_line(given.label, "label", LONGEST_LABEL)
    if not label:
        raise Invalid(_("Give the field a name."), "label")
    least, most = (_bound(given, text, name) for text, name in ((given.least, "least"), (given.most, "most")))
    if least and most and _comparable(given.kind, least) > _comparable(given.kind, most):
        raise Invalid(_("The least is more than the most."), "most")
    return {
        "label": label,
        "kind": given.kind.value,
        "sensitivity": given.sensitivity.value,
        "required": given.required,
        "least": least,
        "most": most,
        "choices": _choices(given),
    }


def _bound(given: Definition, text: str, name: str) -> str:
    """A bound in the one spelling of its kind, "" for none."""
    text = text.strip()
    if not text or given.kind not in (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE):
        return ""
    if given.kind is FieldKind.DATE:
        day = date_of(text)
        if day is None:
            raise Invalid(_("Write the day as 1985-03-12."), name)
        return day.isoformat()
    number = number_of(text) if len(text) <= 20 else None
    if number is None:
        raise Invalid(_("Write a number."), name)
    if given.kind is FieldKind.TEXT and not (number == number.to_integral_value() and 0 < number <= LONGEST):
        raise Invalid(_("A text has 1 to %(most)s characters.") % {"most": LONGEST}, name)
    spelled = f"{number:f}"
    if len(spelled) > 20:
        raise Invalid(_("Write a number."), name)
    return spelled


def _comparable(kind: FieldKind, text: str) -> Any:
    return date_of(text) if kind is FieldKind.DATE else number_of(text)


def _choices(given: Definition) -> list[str]:
    if given.kind is not FieldKind.CHOICE:
        return []
    cleaned = [one_line(text, "choices", LONGEST_CHOICE) for text in given.choices]
    cleaned = [text for text in cleaned if text]
    if len({text.casefold() for text in cleaned}) != len(cleaned):
        raise Invalid(_("Two of the choices are the same."), "choices")
    if not 2 <= len(cleaned) <= MOST_CHOICES:
        raise Invalid(_("Give 2 to %(most)s choices, one a line.") % {"most": MOST_CHOICES}, "choices")
    return cleaned


def _log(actor: Actor, client_id: int, what: str, **detail: object) -> None:
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": what, **detail})
