"""What a client keeps on record about its customers, the record of one, and for whom it is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.actor import Actor, ClientFace
from helpdesk.lib import phones
from tickets.models import Customer, CustomerField, RecordField, RecordSettings, Status, Ticket
from tickets.models.customers import FieldKind, Sensitivity
from tickets.records import FieldSpec, Record, Relation, record, specs

# Why a field is shown without a ticket, until the client has a list of its own; kept in English, shown in words.
DEFAULT_REASONS: tuple[tuple[str, Promise], ...] = (
    ("The customer is on the phone", _("The customer is on the phone")),
    ("The customer asked to be called or written to", _("The customer asked to be called or written to")),
    ("Correcting the record", _("Correcting the record")),
    ("Checking a delivery or a payment", _("Checking a delivery or a payment")),
    ("A colleague asked for help", _("A colleague asked for help")),
)


@dataclass(frozen=True, slots=True)
class Held:
    """An open ticket of a customer that the viewer has."""

    id: int
    number: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a client guards its records: every field by its key, the reasons without a ticket, and where it dials.

    A reason is kept in one text and told in another.
    """

    specs: dict[str, FieldSpec]
    reasons: tuple[tuple[str, str | Promise], ...]
    country: str
    settings: RecordSettings | None

    @property
    def own(self) -> list[FieldSpec]:
        """The client's own fields, in their order."""
        return [spec for spec in self.specs.values() if spec.id is not None]


def own_spec(field: RecordField) -> FieldSpec:
    """A field of the client's own as the rule for records sees it."""
    return FieldSpec(
        field.key,
        field.label,
        FieldKind(field.kind),
        Sensitivity(field.sensitivity),
        field.pk,
        field.required,
        field.least,
        field.most,
        tuple(field.choices),
    )


def keeping(client: ClientFace) -> Keeping:
    """How this client guards its records; two statements."""
    return keeping_of([client])[0]


def keeping_of(clients: Sequence[ClientFace]) -> list[Keeping]:
    """The same for several, in their order; two statements too."""
    ids = [client.id for client in clients]
    settings = {row.client_id: row for row in RecordSettings.objects.filter(client_id__in=ids)}
    own: dict[int, list[RecordField]] = {}
    for field in RecordField.objects.filter(client_id__in=ids).order_by("position", "pk"):
        own.setdefault(field.client_id, []).append(field)
    return [_keeping(client, settings.get(client.id), own.get(client.id, [])) for client in clients]


def _keeping(client: ClientFace, settings: RecordSettings | None, own: Sequence[RecordField]) -> Keeping:
    classes = dict(settings.classes) if settings else {}
    return Keeping(
        specs({**classes, "name": client.name_class}, [own_spec(each) for each in own]),
        tuple((text, text) for text in settings.reasons) if settings and settings.reasons else DEFAULT_REASONS,
        (settings.country if settings else "") or phones.country_of(client.time_zone),
        settings,
    )


def of_customer(kept: Keeping, customer: Customer) -> Record:
    """The record of one customer; one statement."""
    keys = {spec.id: spec.key for spec in kept.own}
    rows = CustomerField.objects.filter(client_id=customer.client_id, customer=customer)
    return record(kept.specs, customer, {keys[f]: value for f, value in rows.values_list("field_id", "value")})


def held_ticket(actor: Actor, client_id: int, customer_id: int) -> Held | None:
    """The newest open ticket of this customer that the actor has or was lent, if any; one statement.

    It is what lets the actor see how to reach this customer, and the reason that the log gives.
    """
    card_id = actor.card_id(client_id)
    if card_id is None:
        return None
    rows = Ticket.objects.filter(client_id=client_id, customer_id=customer_id, status=Status.OPEN)
    rows = rows.filter(pk=actor.lent[client_id]) if client_id in actor.lent else rows.filter(assignee_id=card_id)
    found = rows.order_by("-pk").values_list("pk", "number").first()
    return Held(*found) if found else None


def relation(held: Held | None) -> Relation:
    """What the viewer is to the customer."""
    return Relation.HOLDER if held else Relation.OTHER
