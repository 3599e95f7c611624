"""What the client's console says about who opened its customers' records."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from access import log, scope
from access.actor import ClientFace
from tickets.models import Customer
from tickets.records import name_of

SHOWN_MOST = 5
_COUNTS = """
SELECT
  count(DISTINCT c.entry_id) FILTER (WHERE r.id IS NOT NULL AND c.action = %(view)s AND c.ticket_id IS NULL),
  count(DISTINCT c.entry_id) FILTER (WHERE r.id IS NOT NULL AND c.action = %(view)s AND c.ticket_id IS NOT NULL),
  count(DISTINCT c.entry_id) FILTER (WHERE c.action = %(export)s)
FROM access_accesslogcontent c
LEFT JOIN access_accesslogrecord r ON r.client_id = c.client_id AND r.entry_id = c.entry_id AND r.kind = %(kind)s
WHERE c.client_id = %(client)s AND c.at >= %(since)s AND c.side = 'vendor'
"""
_LATEST = """
SELECT c.actor_name, r.record_id, c.at, c.reason
FROM access_accesslogcontent c
JOIN access_accesslogrecord r ON r.client_id = c.client_id AND r.entry_id = c.entry_id AND r.kind = %(kind)s
WHERE c.client_id = %(client)s AND c.at >= %(since)s AND c.side = 'vendor' AND c.action = %(view)s
  AND c.ticket_id IS NULL
ORDER BY c.at DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """One opening of a customer's record without a ticket."""

    who: str
    customer: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Sights:
    """Openings of records by the vendor's people: without a ticket, with one, and exports."""

    without: int
    with_ticket: int
    exports: int
    latest: tuple[Sight, ...]


def sights(client: ClientFace, since: datetime) -> Sights:
    """How often the vendor's people opened customers' records since then; three statements."""
    scope.require()
    client_id = client.id
    values: dict[str, int | str | datetime] = {
        "client": client_id,
        "since": since,
        "kind": log.CUSTOMER,
        "view": log.Action.VIEW.value,
        "export": log.Action.EXPORT.value,
        "most": SHOWN_MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        without, with_ticket, exports = cursor.fetchone()
        cursor.execute(_LATEST, values)
        rows = cursor.fetchall()
    names = {
        c.pk: name_of(client, c.name)
        for c in Customer.objects.filter(client_id=client_id, pk__in=[row[1] for row in rows])
    }
    latest = tuple(Sight(who, names.get(customer, ""), at, reason) for who, customer, at, reason in rows)
    return Sights(without, with_ticket, exports, latest)
