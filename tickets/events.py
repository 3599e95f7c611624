"""Writes a ticket's visible history: a kind and data, never translated text."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from access import scope
from access.actor import Actor
from access.rights import Side
from tickets.models import Ticket


class Kind(StrEnum):
    """What can happen to a ticket."""

    OPENED = "opened"
    REPLIED = "replied"
    NOTED = "noted"
    CUSTOMER_WROTE = "customer_wrote"
    ASSIGNED = "assigned"
    HOLDER = "holder"
    IMPACT = "impact"
    PRIORITY = "priority"
    CATEGORY = "category"
    NEED = "need"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    SKIPPED = "skipped"
    SOLVED = "solved"
    CLOSED = "closed"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    TAKEN_OVER = "taken_over"
    WITHDRAWN = "withdrawn"
    MAIL_HELD = "mail_held"
    OTHER_REPLY_TO = "other_reply_to"
    SENT_AGAIN = "sent_again"
    REPLY_WAITS = "reply_waits"
    SENT_FOR = "sent_for"
    PUT_ASIDE = "put_aside"
    HANDED_OVER = "handed_over"


def note(actor: Actor, ticket: Ticket, kind: Kind, *, at: datetime, **data: Any) -> None:
    """Write one event.

    Without RETURNING: a customer causes events that only staff read.  A customer's name is not
    written: who reads the event is shown what they may call them that day.
    """
    scope.require()
    standing = actor.standings.get(ticket.client_id)
    called = standing.card_name if standing and standing.card_name else actor.name
    name = "" if actor.side is Side.CUSTOMER else called[:160]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_event (client_id, ticket_id, kind, data, side, card_id, actor_name, at)"
            " VALUES (%s, %s, %s, %s::jsonb, %s, %s, %s, %s)",
            [
                ticket.client_id,
                ticket.pk,
                kind.value,
                json.dumps(data),
                actor.side.value,
                actor.card_id(ticket.client_id),
                name,
                at,
            ],
        )
