"""Customers: found or made by their address, signed in by a link."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils.translation import gettext as _

from access import actor as actors
from access import scope
from access.actor import Actor
from access.errors import Invalid
from access.wording import one_line
from helpdesk.lib import clock, html
from helpdesk.lib.locks import hold
from tickets.actions.intake import next_id
from tickets.models import Customer


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor of the portal who has given an address: the actor, and the scope they act under."""

    actor: Actor
    customer: Customer
    is_new: bool


def address_of(text: str) -> str:
    """An e-mail address, cleaned; raises `Invalid`."""
    try:
        address = html.clean_line(text, limit=254).lower() if len(text) <= 1000 else ""
        validate_email(address)
    except (ValidationError, html.TooLong):
        raise Invalid(_("This is no e-mail address we can answer to. Check it, please."), "email") from None
    return address


def find_customer(address: str) -> int | None:
    """The id of the customer with this address, inside the one client of the scope."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tickets_find_customer(%s)", [address])
        (found,) = cursor.fetchone()
    return found


def hold_address(client_id: int, address: str) -> None:
    """Let no other transaction find or make the customer of this address until this one ends."""
    hold("customer", client_id, address.lower())


def as_customer(actor: Actor, client_id: int, customer_id: int) -> tuple[Actor, AbstractContextManager[scope.Scope]]:
    """A portal actor for this customer and the scope to enter for what they do."""
    face = actor.standing(client_id).client
    theirs = actors.portal(face, customer_id=customer_id, name=actor.name, origin=actor.origin)
    return theirs, scope.enter(theirs.scope())


def create_customer(
    *, client_id: int, customer_id: int | None = None, name: str = "", email: str = "", language: str = "", **more: str
) -> Customer:
    """A new customer of this client; `customer_id` where the scope was entered for it before."""
    return Customer.objects.create(
        pk=customer_id or next_id("tickets_customer"),
        client_id=client_id,
        name=one_line(name, "name", 160),
        email=email,
        language=language[:8],
        created_at=clock.now(),
        **more,
    )


def confirm_address(customer: Customer) -> None:
    """The customer followed a link that only their mailbox has: the address is theirs."""
    if customer.email_confirmed_at is None:
        customer.email_confirmed_at = clock.now()
        customer.save(update_fields=["email_confirmed_at"])
