"""What a new client begins with: categories, the table of priorities, and the counter of its tickets."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from access.models import Client
from access.signals import client_created
from tickets.models import Impact, PriorityRule, TicketCategory, TicketCounter, Urgency


def listen() -> None:
    """Subscribe to new clients."""
    client_created.connect(_equip, dispatch_uid="tickets.starter")


def _equip(*, client: Client, **more: Any) -> None:
    TicketCounter.objects.create(client=client)
    with translation.override(client.language):
        shelves = (
            ("orders", _("Orders and deliveries")),
            ("billing", _("Invoices and payments")),
            ("fault", _("Something does not work")),
            ("other", _("Something else")),
        )
    TicketCategory.objects.bulk_create(
        TicketCategory(client=client, slug=slug, name=name, position=position)
        for position, (slug, name) in enumerate(shelves, start=1)
    )
    # The usual table: priority 1 only where a customer can't go on at all and it matters now.
    PriorityRule.objects.bulk_create(
        PriorityRule(client=client, impact=impact, urgency=urgency, priority=min(4, impact + urgency - 1))
        for impact in Impact
        for urgency in Urgency
    )
