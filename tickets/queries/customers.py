"""Customers: found by what they say of themselves, and shown with what they asked before.

What is hidden is found by its whole value, or by the last four of a number with a name or a
postcode; never by a part, and no list is sorted by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from access import scope
from access.actor import Actor, ClientFace
from access.errors import NotFound
from access.rights import Right
from helpdesk.lib import phones
from tickets import finding
from tickets.finding import LastFour
from tickets.models import ClientRecord, Customer, CustomerField, Ticket
from tickets.models.customers import FieldKind, Sensitivity
from tickets.queries.records import Keeping, keeping_of
from tickets.records import FieldSpec, Relation, name_of, record

MOST_HITS = 20
# Of so many with the same four digits the name is looked at.
LOOKED_AT = 500
SHORTEST = 3
WORDS_OF_A_NAME = 4
_EVERY_RECORD = (Right.TICKET_READ_ALL, Right.CUSTOMER_SEARCH, Right.CUSTOMER_EDIT)


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer who was found, as anybody may see them: `reach` is what is left of phone and address."""

    customer: Customer
    client: ClientFace
    name: str
    reach: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The customers that a search found, whether there are more than are shown, and how the log may call it."""

    hits: list[Hit]
    more: bool
    terms: str = ""


def search(faces: Sequence[ClientFace], words: str) -> Found:
    """Customers at these clients by whole address, phone, number or ticket number, by a part of a public name,
    or by the last four of a number with a name or a postcode.

    Five statements at most, whatever the number of clients.  By name they stand in order where names are public.
    """
    scope.require()
    kept = {face.id: keeping for face, keeping in zip(faces, keeping_of(faces), strict=True)}
    rule = Q(pk__in=_owners(list(kept), words))
    for face in faces:
        rule |= Q(client_id=face.id) & _named(kept[face.id], words)
    rows = Customer.objects.filter(rule, client_id__in=list(kept)) if words else Customer.objects.none()
    found = list(rows.order_by("pk")[: MOST_HITS + 1])
    most = MOST_HITS
    if not found:
        found, most = _by_last_four(kept, words), finding.MOST_CANDIDATES
    by_face = {face.id: face for face in faces}
    hits = [_hit(by_face[each.client_id], kept[each.client_id], each) for each in found[:most]]
    terms = finding.loggable(words, _strictest(kept))
    return Found(sorted(hits, key=lambda hit: hit.name.casefold()), len(found) > most, terms)


def _hit(face: ClientFace, kept: Keeping, customer: Customer) -> Hit:
    whole = record(kept.specs, customer, {})
    shown = [whole.shown(key, Relation.OTHER).text for key in ("phone", "email")]
    return Hit(customer, face, name_of(face, customer.name), tuple(text for text in shown if text))


def _strictest(kept: dict[int, Keeping]) -> dict[str, FieldSpec]:
    """For the log, which one line stands in at several clients: each field as its strictest client guards it."""
    order = {each: number for number, each in enumerate(Sensitivity)}
    specs = [each.specs for each in kept.values()]
    keys = ("name", "external_id")
    return {key: max((each[key] for each in specs), key=lambda spec: order[spec.sensitivity]) for key in keys}


def exactly(kept: Keeping, key: str, value: str) -> Q:
    """The customers of this client whose field has this whole value; nobody where it is sensitive."""
    spec = kept.specs[key]
    if not finding.searched(spec) or not finding.plain(value):
        return Q(pk__in=[])
    if key == "email":
        return Q(email_key=value.strip().lower())
    if key == "phone":
        return Q(phone_key__in=phones.spellings(value, kept.country))
    if key == "external_id":
        return Q(number_key=finding.plain(value))
    return _own_value(spec, value, kept.country)


def _own_value(spec: FieldSpec, value: str, country: str) -> Q:
    spelled = phones.spellings(value, country) if spec.kind is FieldKind.PHONE else [finding.plain(value)]
    rows = CustomerField.objects.filter(field_id=spec.id, value_key__in=spelled)
    return Q(pk__in=rows.values("customer_id"))


def with_value(face: ClientFace, words: str) -> list[Customer]:
    """Of whom the words are a whole address, phone or number at this client: two of them at most; two statements.

    Never by a name, nor by a part of anything.
    """
    (kept,) = keeping_of([face])
    rows = Customer.objects.filter(_whole(kept, words), client_id=face.id)
    return list(rows.order_by("pk")[:2]) if words else []


def _whole(kept: Keeping, words: str) -> Q:
    """By any whole value of this client's records."""
    rule = exactly(kept, "email", words) if "@" in words else exactly(kept, "external_id", words)
    if "@" not in words and len(finding.plain(words)) > finding.END:
        rule |= Q(pk__in=_of_records(number_key=finding.plain(words)))
    digits = phones.digits(words)
    if len(digits) >= phones.SHORTEST:
        rule |= exactly(kept, "phone", words)
    for spec in kept.own:
        if finding.searched(spec) and (("@" in words) == (spec.kind is FieldKind.EMAIL)):
            rule |= exactly(kept, spec.key, words)
    return rule


def _named(kept: Keeping, words: str) -> Q:
    """By any whole value of this client's records, or by a part of a name that everybody may read."""
    rule = _whole(kept, words)
    if len(words) >= SHORTEST and "@" not in words and not phones.digits(words):
        name = kept.specs["name"].sensitivity
        rule |= Q(name__icontains=words) if name is Sensitivity.PUBLIC else Q(pk__in=[])
    return rule


def _of_records(**number: str) -> Any:
    """The customers of whom the client's own systems keep such a number, where it is not sensitive."""
    rows = ClientRecord.objects.filter(**number).exclude(source__number_class=Sensitivity.SENSITIVE)
    return rows.filter(source__is_active=True).values("customer_id")


def _owners(client_ids: Sequence[int], words: str) -> list[int]:
    """Whose the ticket of this number is."""
    number = words.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        return []
    rows = Ticket.objects.filter(client_id__in=client_ids, number=int(number))
    return list(rows.values_list("customer_id", flat=True)[:MOST_HITS])


def _by_last_four(kept: dict[int, Keeping], words: str) -> list[Customer]:
    """The customers of whom a number ends so and the rest fits, one more than may be shown at most."""
    found: dict[int, Customer] = {}
    for asked in finding.last_fours(words):
        rule = Q(pk__in=[])
        for client_id, each in kept.items():
            rule |= Q(client_id=client_id) & ends_with(each, asked.end)
        rows = Customer.objects.filter(rule, client_id__in=list(kept)).order_by("pk")[:LOOKED_AT]
        found |= {row.pk: row for row in rows if _fits(kept[row.client_id], asked, row)}
    return list(found.values())[: finding.MOST_CANDIDATES + 1]


def ends_with(kept: Keeping, end: str) -> Q:
    """The customers of this client of whom a phone, a number, or a field of the client's own ends in these four."""
    rule = Q(pk__in=[])
    if finding.searched(kept.specs["phone"]):
        rule |= Q(phone_end=end)
    if finding.searched(kept.specs["external_id"]):
        rule |= Q(number_end=end)
    rule |= Q(pk__in=_of_records(number_end=end))
    own = [spec.id for spec in kept.own if finding.searched(spec) and spec.kind is not FieldKind.EMAIL]
    if own:
        rows = CustomerField.objects.filter(field_id__in=own, value_end=end)
        rule |= Q(pk__in=rows.values("customer_id"))
    return rule


def candidates(kept: Keeping, client_id: int, asked: LastFour) -> list[Customer]:
    """As many as may be shown of one client's customers with these last four and what stands beside; one statement."""
    rows = Customer.objects.filter(ends_with(kept, asked.end), client_id=client_id).order_by("pk")[:LOOKED_AT]
    return [row for row in rows if _fits(kept, asked, row)][: finding.MOST_CANDIDATES]


def _fits(kept: Keeping, asked: LastFour, row: Customer) -> bool:
    return finding.fits(asked, row.name, row.postcode, kept.specs)


def may_name(words: str) -> bool:
    """Whether words may say somebody's address, phone, number or name: a sentence, or a ticket's number, does not."""
    if "@" in words or finding.last_fours(words):
        return True
    digits = len(phones.digits(words))
    return digits >= phones.SHORTEST - 1 if digits else len(words) >= SHORTEST and len(words.split()) <= WORDS_OF_A_NAME


def is_hidden_value(words: str) -> bool:
    """Whether words are an address or a phone number: whoever looks for one is written down."""
    return "@" in words or len(phones.digits(words)) >= phones.SHORTEST


def readable(actor: Actor, client_id: int) -> QuerySet[Customer]:
    """The customers of a client whose records the actor may open: whose tickets they may read.

    Who may search customers, or change their records, may open every one.
    """
    rows = Customer.objects.filter(client_id=client_id)
    if any(actor.may(right, client_id) for right in _EVERY_RECORD):
        return rows
    tickets = Ticket.objects.visible_to(actor).filter(client_id=client_id, customer_id=OuterRef("pk"))
    return rows.filter(Exists(tickets))


def find(actor: Actor, client_id: int, customer_id: int) -> Customer:
    """The customer, if the actor may open their record; one statement.  Raises `NotFound`."""
    customer = readable(actor, client_id).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    return customer
