"""A customer's record as the card shows it, and what can be done from there."""

from typing import Any

from access.actor import Actor
from access.rights import Right
from tickets.actions.reveal import may_reveal
from tickets.models import Customer
from tickets.records import Record, Relation, name_in_list


def card(actor: Actor, customer: Customer, whole: Record, relation: Relation, *, mail_url: str) -> dict[str, Any]:
    """The context of `_record.html`; `mail_url` is where a letter to the customer is written."""
    client_id = customer.client_id
    may_open = actor.may(Right.CUSTOMER_READ, client_id)
    return {
        "customer_id": customer.pk,
        "customer_name": name_in_list(whole.shown("name", relation).text),
        "record": whole.card(relation),
        "holds": relation is Relation.HOLDER,
        "may_reveal": may_open and may_reveal(actor, client_id, relation),
        "may_verify": may_open and actor.may(Right.TICKET_REPLY, client_id),
        "has_phone": bool(customer.phone),
        "mail_url": mail_url if customer.email else "",
    }
