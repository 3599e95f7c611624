"""Opening tickets, whatever they come by."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from access.actor import Actor
from access.errors import NotFound
from access.rights import Right, Side
from helpdesk.lib import clock
from post import files
from tickets import courts, letters, signals
from tickets.actions.categories import category_of
from tickets.actions.contracts import contract_for
from tickets.actions.parts import body_of, log_change, subject_of, write_message
from tickets.actions.priorities import service_of, weighed_for
from tickets.events import Kind, note
from tickets.models import (
    Customer,
    Impact,
    Message,
    Status,
    Ticket,
    Urgency,
)

_NUMBER_SQL = """
WITH counter AS (
  UPDATE tickets_ticketcounter SET last = last + 1 WHERE client_id = %s RETURNING last
)
UPDATE tickets_ticket SET number = counter.last FROM counter WHERE id = %s RETURNING number
"""


def open_ticket(
    actor: Actor,
    *,
    client_id: int,
    customer: Customer,
    subject: str,
    body: str,
    impact: Impact = Impact.HINDERED,
    urgency: Urgency = Urgency.SOON,
    category_id: int | None = None,
    service_id: int | None = None,
    channel: str = "portal",
    language: str = "",
    uploads: Sequence[files.Incoming] = (),
    unconfirmed: bool = False,
    unverified: bool = False,
    mail_message_id: str = "",
    acknowledge: bool = True,
) -> Ticket:
    """Open a ticket in the customer's words; its clocks start now, and it has its number.

    A customer opens their own; staff need TICKET_OPEN.  `acknowledge` mails the number and a
    link to the customer.  Raises `Invalid` for what can't be taken.
    """
    if actor.side is not Side.CUSTOMER:
        actor.require(Right.TICKET_OPEN, client_id)
    elif actor.customer_id != customer.pk:
        raise NotFound
    now = clock.now()
    text, title = body_of(body), subject_of(subject)
    category = category_of(client_id, category_id) if category_id is not None else None
    service = service_of(client_id, service_id) if service_id is not None else None
    weighed = weighed_for(client_id, impact, urgency, service, now)
    facts = {"impact": impact, "urgency": urgency, "priority": weighed.priority, "weighed": weighed.kept}
    facts |= {"category": category, "service": service, "channel": channel}
    facts |= {"language": language or customer.language, "reporter_unconfirmed": unconfirmed}
    ticket = _insert(client_id, customer, title, facts, now)
    write_message(
        actor,
        ticket,
        body=text,
        author=Message.Author.CUSTOMER,
        audience=Message.Audience.PUBLIC,
        at=now,
        channel=channel,
        uploads=uploads,
        unverified=unverified,
        mail_message_id=mail_message_id,
        opens=True,
    )
    courts.start(ticket, at=now)
    why = {"priority": weighed.priority, "because": weighed.because} if weighed.because else {}
    note(actor, ticket, Kind.OPENED, at=now, channel=channel, **why)
    signals.ticket_opened.send(Ticket, ticket=ticket, actor=actor, at=now)
    give_number(ticket)
    log_change(actor, ticket, "opened")
    if acknowledge and customer.email:
        letters.acknowledge(actor, ticket, asked=mail_message_id)
    return ticket


def _insert(client_id: int, customer: Customer, title: str, facts: Mapping[str, Any], now: datetime) -> Ticket:
    contract = contract_for(client_id, now, facts["category"].pk if facts["category"] else None)
    ticket_id = next_id("tickets_ticket")
    return Ticket.objects.create(
        pk=ticket_id,
        # The number is given last, so that the counter's lock is short; until then one nobody sees.
        number=-ticket_id,
        client_id=client_id,
        subject=title,
        customer=customer,
        contract=contract,
        vendor_id=contract.vendor_id if contract else None,
        status=Status.OPEN,
        created_at=now,
        updated_at=now,
        **courts.begun(now),
        **facts,
    )


def give_number(ticket: Ticket) -> None:
    """Give the ticket the client's next number; the counter's row stays locked from here."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER_SQL, [ticket.client_id, ticket.pk])
        (ticket.number,) = cursor.fetchone()


def next_id(table: str) -> int:
    """The next id of a table, for a row that must know its id before it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        (number,) = cursor.fetchone()
    return number
