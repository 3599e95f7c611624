"""How templates call a customer: by the one rule for what of a record is shown."""

from django import template

from access.actor import ClientFace
from tickets.models import Customer
from tickets.records import name_of

register = template.Library()


@register.filter
def called(customer: Customer, client: ClientFace) -> str:
    """The customer's name as anybody at this client may read it: `{{ ticket.customer|called:client }}`."""
    return name_of(client, customer.name)
