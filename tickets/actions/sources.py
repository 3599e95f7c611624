"""The client's own systems: connected, changed, and what they push."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from access.wording import one_line
from helpdesk.lib import clock, outside
from helpdesk.lib.locks import hold
from tickets import sources
from tickets.models import ClientRecord, Customer, RecordKind, RecordSource
from tickets.models.customers import FieldKind, Sensitivity
from tickets.sources import LONGEST_TITLE, MOST_FIELDS, checked_template

MOST_SOURCES = 5
_KINDS = (FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.YES_NO, FieldKind.EMAIL, FieldKind.PHONE)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a client says of one of its systems; `fields` are lines of key, kind, class and label."""

    name: str
    lookup: str = ""
    link: str = ""
    fields: str = ""
    number_class: Sensitivity = Sensitivity.PUBLIC
    is_active: bool = True


def save_source(actor: Actor, *, client_id: int, plan: Plan, source_id: int | None = None) -> RecordSource:
    """Connect a system, or change how it is connected.

    Needs SOURCES_EDIT.  Raises `NotFound`, `Invalid` for an address that may not be asked or a
    line that says nothing, and `Conflict` for a name that is taken.
    """
    actor.require(Right.SOURCES_EDIT, client_id)
    values = _checked(plan)
    hold("record sources", client_id)
    rows = list(RecordSource.objects.filter(client_id=client_id))
    row = next((each for each in rows if each.pk == source_id), None)
    if source_id is not None and row is None:
        raise NotFound
    if row is None and len(rows) >= MOST_SOURCES:
        raise Conflict(_("Five systems at most: each lookup makes an agent wait."))
    if any(each is not row and each.name.casefold() == values["name"].casefold() for each in rows):
        raise Conflict(_("Another system is called so already."))
    if row is None:
        row = RecordSource(client_id=client_id, slug=_slug(values["name"], {each.slug for each in rows}))
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "source saved", "source": row.slug})
    return row


def renew_secret(actor: Actor, *, client_id: int, source_id: int) -> RecordSource:
    """Sign with another secret from now on.  Needs SOURCES_EDIT; raises `NotFound`."""
    actor.require(Right.SOURCES_EDIT, client_id)
    row = RecordSource.objects.select_for_update().filter(client_id=client_id, pk=source_id).first()
    if row is None:
        raise NotFound
    row.secret_version += 1
    row.save(update_fields=["secret_version"])
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "secret renewed", "source": row.slug})
    return row


def remove_source(actor: Actor, *, client_id: int, source_id: int) -> RecordSource:
    """Cut a system off, with all that it told.  Needs SOURCES_EDIT; raises `NotFound`."""
    actor.require(Right.SOURCES_EDIT, client_id)
    row = RecordSource.objects.select_for_update().filter(client_id=client_id, pk=source_id).first()
    if row is None:
        raise NotFound
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "source removed", "source": row.slug})
    row.delete()
    return row


def put_record(
    actor: Actor,
    *,
    client_id: int,
    source: str,
    external_id: str,
    customer_number: str,
    kind: RecordKind,
    updated_at: datetime,
    title: str = "",
    fields: Mapping[str, Any],
) -> tuple[ClientRecord, bool]:
    """Keep a record as its source has it now; returns it and whether it is new.

    The same again, or an older one, changes nothing.  Needs SOURCES_EDIT; raises `NotFound` for an
    unknown source, and `Invalid` for a customer's number that nobody has or a value of another kind.
    """
    actor.require(Right.SOURCES_EDIT, client_id)
    found = _source(client_id, source)
    customer = Customer.objects.filter(client_id=client_id, external_id=customer_number).exclude(external_id="").first()
    if customer is None:
        raise Invalid(_("No customer has this number. Make the customer first."), "customer")
    values = {
        "customer": customer,
        "kind": kind.value,
        "title": one_line(title, "title", LONGEST_TITLE),
        "data": sources.values(fields, sources.field_specs(found.fields)),
        "source_updated_at": updated_at,
        "received_at": clock.now(),
    }
    hold("client record", client_id, found.pk, external_id)
    row = ClientRecord.objects.filter(client_id=client_id, source=found, external_id=external_id).first()
    if row is not None and row.source_updated_at >= updated_at:
        return row, False
    if row is None:
        row = ClientRecord(client_id=client_id, source=found, external_id=external_id)
    is_new = row.pk is None
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    _log_pushed(actor, row, "record pushed")
    return row, is_new


def remove_record(actor: Actor, *, client_id: int, source: str, external_id: str) -> None:
    """Forget a record that its source has no more.  Needs SOURCES_EDIT; raises `NotFound`."""
    actor.require(Right.SOURCES_EDIT, client_id)
    found = _source(client_id, source)
    rows = ClientRecord.objects.select_for_update().filter(client_id=client_id, source=found, external_id=external_id)
    row = rows.first()
    if row is None:
        raise NotFound
    _log_pushed(actor, row, "record removed")
    row.delete()


def _source(client_id: int, slug: str) -> RecordSource:
    found = RecordSource.objects.filter(client_id=client_id, slug=slug, is_active=True).first()
    if found is None:
        raise NotFound
    return found


def _log_pushed(actor: Actor, row: ClientRecord, what: str) -> None:
    log.record(
        actor,
        row.client_id,
        log.Action.CHANGE,
        (log.CUSTOMER, row.customer_id),
        detail={"what": what, "kind": row.kind},
    )


def _checked(plan: Plan) -> dict[str, Any]:
    name = one_line(plan.name, "name", 80)
    if not name:
        raise Invalid(_("Give the system a name."), "name")
    lookup = checked_template(plan.lookup, "lookup")
    if lookup:
        try:
            outside.check(sources.address(lookup, "1"))
        except outside.OutsideError:
            raise Invalid(
                _("This address can’t be asked: it leads inside, or its name is unknown."), "lookup"
            ) from None
    return {
        "name": name,
        "lookup": lookup,
        "link": checked_template(plan.link, "link"),
        "fields": _fields(plan.fields.splitlines()),
        "number_class": plan.number_class.value,
        "is_active": plan.is_active,
    }


def _fields(lines: Sequence[str]) -> list[dict[str, str]]:
    """The fields of a source's records, one a line: "status text public Status of the order"."""
    found: list[dict[str, str]] = []
    for number, line in enumerate((each for each in lines if each.strip()), start=1):
        key, kind, sensitivity, label = [*line.split(None, 3), "", "", "", ""][:4]
        usable = kind in {each.value for each in _KINDS} and sensitivity in Sensitivity.values
        if not usable or slugify(key) != key or not label or len(key) > 40 or len(label) > 80:
            raise Invalid(
                _("Line %(number)s: write key, kind, class and label, as “status text public Status”.")
                % {"number": number},
                "fields",
            )
        found.append({"key": key, "kind": kind, "sensitivity": sensitivity, "label": label.strip()})
    if len(found) > MOST_FIELDS or len({each["key"] for each in found}) != len(found):
        raise Invalid(_("Each field once, and %(most)s at most.") % {"most": MOST_FIELDS}, "fields")
    return found


def _slug(name: str, taken: set[str]) -> str:
    stem = slugify(name)[:34] or "source"
    return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, 99))) if each not in taken)
