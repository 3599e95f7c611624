"""Who works for a client right now, and so can have a ticket."""

from typing import Any

from django.db import connection

from access import scope
from access.rights import ROLE_RIGHTS, Right
from helpdesk.lib import clock

# The roles whose people answer customers.
WORKERS = [role.value for role, rights in ROLE_RIGHTS.items() if Right.TICKET_REPLY in rights]
_LIVE = "w.client_id = %s AND w.role = ANY (%s) AND w.starts_at <= %s AND (w.ends_at IS NULL OR w.ends_at > %s)"
_WORKS_NOW = f"""
SELECT EXISTS (SELECT 1 FROM access_assignment w WHERE {_LIVE} AND w.card_id = %s)
    OR EXISTS (SELECT 1 FROM access_membership w WHERE {_LIVE} AND w.card_id = %s)
"""


def works_now(client_id: int, card_id: int) -> bool:
    """Whether the card is of somebody who answers customers of this client today; one statement."""
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_WORKS_NOW, [*_live(client_id), card_id] * 2)
        return bool(cursor.fetchone()[0])


def _live(client_id: int) -> list[Any]:
    now = clock.now()
    return [client_id, WORKERS, now, now]
