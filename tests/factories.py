"""Makes the things that people act on, through the product's own actions, and commits them."""

from itertools import count
from typing import Any

from django.utils.text import slugify

from access.actions import contracts, emergency, suspending
from access.models import Client, Contract, EmergencyAccess, Suspension, User, Vendor
from helpdesk.lib import clock
from knowledgebase import actions as articles
from knowledgebase.models import Article, Category
from tests.cast import World
from tickets.actions import conversation, handling, intake
from tickets.models import ClientRecord, Customer, CustomerField, Message, RecordField, RecordSource, Ticket

_numbers = count(1)


def customer(world: World, client: Client, **fields: Any) -> Customer:
    """One more customer of this client, with a confirmed address."""
    number = next(_numbers)
    with world.enter(client) as actor:
        values = {
            "name": f"Customer {number}",
            "email": f"customer{number}@mail.example",
            "language": "en",
            "created_at": clock.now(),
            "email_confirmed_at": clock.now(),
        }
        return Customer.objects.create(client_id=next(iter(actor.standings)), **{**values, **fields})


def fact(
    world: World, who: Customer, label: str, value: str, sensitivity: str = "public", kind: str = "text"
) -> CustomerField:
    """A value of a field of the client's own on this customer's record; the field is made where it is missing."""
    with world.enter(world.client_of(who)):
        defaults = {"key": slugify(label) or "field", "sensitivity": sensitivity, "kind": kind}
        field, _made = RecordField.objects.get_or_create(client_id=who.client_id, label=label, defaults=defaults)
        return CustomerField.objects.create(client_id=who.client_id, customer=who, field=field, value=value)


def client_record(client: Client, who: Customer, number: str = "") -> ClientRecord:
    """An order of this customer's that the client's shop has pushed; call it inside a scope."""
    values = [
        {"key": "status", "kind": "text", "sensitivity": "public", "label": "Status"},
        {"key": "delivered-to", "kind": "text", "sensitivity": "contact", "label": "Delivered to"},
        {"key": "card", "kind": "text", "sensitivity": "sensitive", "label": "Card"},
    ]
    shop, _made = RecordSource.objects.get_or_create(
        client_id=client.pk, slug=f"shop-{client.slug}", defaults={"name": "Web shop", "fields": values}
    )
    data = {"status": "sent", "delivered-to": "Storgatan 12, Lund", "card": "4000 1234 1234 1234"}
    facts = {"kind": "order", "title": "A new lock", "data": data}
    times = {"source_updated_at": clock.now(), "received_at": clock.now()}
    return ClientRecord.objects.create(
        client_id=client.pk, source=shop, customer=who, external_id=number or f"A-{client.slug}-20417", **facts, **times
    )


def ticket(world: World, who: Customer, **fields: Any) -> Ticket:
    """A ticket that this customer has opened in the portal."""
    values = {"subject": "The door stays shut", "body": "It blinks twice and stays shut.", "acknowledge": False}
    with world.enter(who) as actor:
        return intake.open_ticket(actor, client_id=who.client_id, customer=who, **{**values, **fields})


def alike(world: World, which: Ticket, count: int) -> None:
    """So many tickets more with the same facts, as rows alone."""
    values = {f.attname: getattr(which, f.attname) for f in Ticket._meta.concrete_fields}
    with world.enter(Client.objects.get(pk=which.client_id)):
        number = (
            Ticket.objects.filter(client_id=which.client_id).order_by("-number").values_list("number", flat=True)[0]
        )
        Ticket.objects.bulk_create(Ticket(**{**values, "id": None, "number": number + n + 1}) for n in range(count))


def held(world: World, person: User, which: Ticket) -> None:
    """This person is given the ticket, and so may see how to reach its customer."""
    card_id = world.actor(person).card_id(which.client_id)
    with world.enter(Client.objects.get(pk=which.client_id)) as actor:
        handling.assign(actor, client_id=which.client_id, ticket_id=which.pk, card_id=card_id)


def reply(world: World, person: User, to: Ticket, body: str = "Please try the other key.", **fields: Any) -> Message:
    """An answer of a person of the staff to the customer."""
    with world.enter(person) as actor:
        return conversation.reply(actor, client_id=to.client_id, ticket_id=to.pk, body=body, **fields)


def note(
    world: World,
    person: User,
    to: Ticket,
    body: str = "Seen this before.",
    audience: Message.Audience = Message.Audience.SHARED,
    **fields: Any,
) -> Message:
    """A note of a person of the staff."""
    fields["audience"] = audience
    with world.enter(person) as actor:
        return conversation.add_note(actor, client_id=to.client_id, ticket_id=to.pk, body=body, **fields)


def suspend(world: World, by: User, vendor: Vendor, **target: Any) -> Suspension:
    """The client's person stops a vendor, or with `team` or `user_id` a part of it."""
    with world.enter(by) as actor:
        (client_id,) = actor.client_ids
        return suspending.suspend(actor, client_id=client_id, vendor_id=vendor.pk, **target)


def end_contract(world: World, by: User) -> None:
    """The client's person ends every contract of theirs, at once."""
    with world.enter(by) as actor:
        (client_id,) = actor.client_ids
        for contract in Contract.objects.filter(client_id=client_id).exclude(state=Contract.State.ENDED):
            contracts.end(actor, client_id=client_id, contract_id=contract.pk)


def restore(world: World, by: User) -> None:
    """The client's person lets everybody in again."""
    with world.enter(by) as actor:
        (client_id,) = actor.client_ids
        for suspension in Suspension.objects.filter(client_id=client_id, ended_at=None):
            suspending.restore(actor, client_id=client_id, suspension_id=suspension.pk)


def article(world: World, client: Client, *, title: str, body: str, audience: str = "public") -> Article:
    """A published article on a shelf of this client's."""
    with world.enter(client) as actor:
        shelf = Category.objects.first() or articles.create_category(actor, client_id=client.pk, name="Doors")
        draft = articles.write_draft(
            actor, client_id=client.pk, title=title, body=body, category=shelf, audience=audience, language="en"
        )
        return articles.publish(actor, revision=draft).article


def asked_in(world: World, person: User, which: Ticket, **more: Any) -> EmergencyAccess:
    """This person's request for emergency access, for a ticket of a client that they do not work for."""
    given = {"number": which.number, "reason": "The door is open and nobody can shut it", "minutes": 60}
    with world.enter(person) as actor:
        return emergency.ask(actor, client_id=which.client_id, **{**given, **more})


def let_in(world: World, admin: User, request: EmergencyAccess, minutes: int | None = None) -> EmergencyAccess:
    """The client's admin allows the request."""
    about = {"client_id": request.client_id, "emergency_id": request.pk}
    with world.enter(admin) as actor:
        return emergency.allow(actor, minutes=minutes, **about)
