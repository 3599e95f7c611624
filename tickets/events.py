"""Writes a ticket's visible history: a kind and data, never translated text."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Max

from access import scope
from access.actor import Actor
from access.rights import Side
from tickets.models import Event, Ticket


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
    SERVICE = "service"
    NEED = "need"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    SKIPPED = "skipped"
    SOLVED = "solved"
    CLOSED = "closed"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    TOLD = "told"
    GIVEN = "given"
    PRESSED = "pressed"
    BACK_AND_FORTH = "back_and_forth"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    TAKEN_OVER = "taken_over"
    WITHDRAWN = "withdrawn"
    CLIMBS_ON = "climbs_on"
    EXPIRED = "expired"
    UNHEARD = "unheard"
    BEGAN_TO_CLIMB = "began_to_climb"
    CLOCK_WARNED = "clock_warned"
    CLOCK_MISSED = "clock_missed"
    MAIL_HELD = "mail_held"
    OTHER_REPLY_TO = "other_reply_to"
    SENT_AGAIN = "sent_again"
    REPLY_WAITS = "reply_waits"
    SENT_FOR = "sent_for"
    PUT_ASIDE = "put_aside"
    HANDED_OVER = "handed_over"
    RECOUNTED = "recounted"
    SCOPE = "scope"
    PROMISED_ANEW = "promised_anew"
    CALL_BACK = "call_back"
    EXCUSE = "excuse"
    INCIDENT = "incident"
    MERGED = "merged"


_INSERT = "INSERT INTO tickets_event (client_id, ticket_id, kind, data, side, card_id, actor_name, at) VALUES"


@dataclass(frozen=True, slots=True)
class Noted:
    """One event of many that are written together."""

    ticket_id: int
    kind: Kind
    at: datetime
    data: Mapping[str, Any]


def note_all(actor: Actor, client_id: int, noted: Sequence[Noted]) -> None:
    """Write events of one client's tickets, as `note` does each; one statement."""
    scope.require()
    if not noted:
        return
    name, card_id = actor.standing(client_id).card_name or actor.name, actor.card_id(client_id)
    rows = [
        (client_id, one.ticket_id, one.kind.value, json.dumps(one.data), actor.side.value, card_id, name[:160], one.at)
        for one in noted
    ]
    values = ", ".join(["(%s, %s, %s, %s::jsonb, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT} {values}", [value for row in rows for value in row])


def last_done(client_id: int, ticket_ids: Collection[int]) -> dict[int, datetime]:
    """When anybody, and not the product by itself, last did anything on each of these tickets; one statement."""
    rows = Event.objects.filter(client_id=client_id, ticket_id__in=ticket_ids).exclude(side=Side.SYSTEM)
    return dict(rows.values_list("ticket_id").annotate(last=Max("at")).order_by())


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
            f"{_INSERT} (%s, %s, %s, %s::jsonb, %s, %s, %s, %s)",
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
