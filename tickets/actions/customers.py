"""Customer records that staff make and change."""

from django.utils.translation import gettext_lazy

from access import log
from access.actor import Actor
from access.errors import NotFound
from access.rights import Right
from access.taken import told_when_taken
from tickets.actions.parts import line_of
from tickets.actions.people import address_of, create_customer, hold_address
from tickets.models import Customer

LONGEST = {"name": 160, "phone": 40, "language": 8, "tier": 40, "external_id": 120}
_TAKEN = {
    "one_customer_per_address": gettext_lazy("Another customer has this address already."),
    "customer_external_id": gettext_lazy("Another customer has this number already."),
}


def add_customer(actor: Actor, *, client_id: int, email: str = "", **given: str) -> Customer:
    """Make a record; `given` are name, phone, language, tier and external_id.

    Needs CUSTOMER_EDIT.  Raises `Invalid`, or `Conflict` where the address or the number is taken.
    """
    actor.require(Right.CUSTOMER_EDIT, client_id)
    address = address_of(email) if email else ""
    if address:
        hold_address(client_id, address)
    with told_when_taken(_TAKEN):
        customer = create_customer(client_id=client_id, customer_id=None, email=address, **_cleaned(given))
    _log(actor, customer, "added")
    return customer


def change_customer(actor: Actor, *, client_id: int, customer_id: int, **given: str) -> Customer:
    """Change what is given of name, email, phone, language, tier and external_id.

    A changed address is unconfirmed until its owner follows a link.  Needs CUSTOMER_EDIT.
    Raises `NotFound`, `Invalid`, or `Conflict` where the address or the number is taken.
    """
    actor.require(Right.CUSTOMER_EDIT, client_id)
    customer = Customer.objects.select_for_update().filter(client_id=client_id, pk=customer_id).first()
    if customer is None:
        raise NotFound
    values = _cleaned({name: text for name, text in given.items() if name != "email"})
    if "email" in given:
        values["email"] = address_of(given["email"]) if given["email"] else ""
    changed = [name for name, value in values.items() if getattr(customer, name) != value]
    for name in changed:
        setattr(customer, name, values[name])
    if "email" in changed:
        customer.email_confirmed_at = None
    if changed:
        with told_when_taken(_TAKEN):
            customer.save(update_fields=[*changed, "email_confirmed_at"])
        _log(actor, customer, "changed", fields=sorted(changed))
    return customer


def customer_for_ticket(actor: Actor, *, client_id: int, email: str, name: str = "", language: str = "") -> Customer:
    """The customer with this address, or a new one: a ticket can be opened for somebody unknown.

    Needs TICKET_OPEN.  Raises `Invalid`.
    """
    actor.require(Right.TICKET_OPEN, client_id)
    address = address_of(email)
    hold_address(client_id, address)
    known = Customer.objects.filter(client_id=client_id, email__iexact=address).first()
    if known is not None:
        return known
    customer = create_customer(client_id=client_id, name=name, email=address, language=language)
    _log(actor, customer, "added")
    return customer


def _cleaned(given: dict[str, str]) -> dict[str, str]:
    return {name: line_of(text, limit=LONGEST[name], field=name) for name, text in given.items()}


def _log(actor: Actor, customer: Customer, what: str, **detail: object) -> None:
    log.record(
        actor, customer.client_id, log.Action.CHANGE, (log.CUSTOMER, customer.pk), detail={"what": what, **detail}
    )
