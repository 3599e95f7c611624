"""Which ticket a person should take next, and why this one and why they."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from access import scope
from access.actor import Actor
from access.rights import Right
from helpdesk.lib import clock
from tickets.queries import reach
from tickets.queries.queue import DUE


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that may be taken next, with the facts that its card tells."""

    client_id: int
    id: int
    number: int
    subject: str
    need: str
    priority: int
    language: str
    impact: int
    due_at: datetime | None
    asked_at: datetime | None
    mine: bool
    customer_name: str
    answered_by: int | None
    answered_at: datetime | None
    returned_at: datetime | None


# Ours to move, nobody's or mine, not passed over by me within the hour; the soonest due first,
# then the gravest.  One ordered index range a client, as in the queue.
_ORDER = f"{DUE}, t.priority, t.mine DESC, t.id"
_SQL = f"""
WITH mine AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS m (client, own, card)),
found AS MATERIALIZED (
  SELECT t.* FROM mine m CROSS JOIN LATERAL (
    SELECT t.client_id, t.id, t.number, t.subject, t.need, t.priority, t.language, t.impact, t.due_at, t.asked_at,
           t.assignee_id IS NOT NULL AS mine, t.customer_id
    FROM tickets_ticket t
    WHERE t.client_id = m.client AND t.holder = %s AND t.status = 'open'
      AND (t.assignee_id = m.card OR (t.assignee_id IS NULL AND m.own IS NULL))
      AND (%s OR t.language = '' OR t.language = ANY (%s) OR t.assignee_id = m.card)
      AND NOT EXISTS (SELECT 1 FROM tickets_skip s WHERE s.client_id = t.client_id AND s.ticket_id = t.id
                      AND s.card_id = m.card AND s.until > %s)
    ORDER BY {DUE}, t.priority, t.id LIMIT %s
  ) AS t ORDER BY {_ORDER} LIMIT %s
)
SELECT t.client_id, t.id, t.number, t.subject, t.need, t.priority, t.language, t.impact, t.due_at, t.asked_at, t.mine,
  (SELECT c.name FROM tickets_customer c WHERE c.client_id = t.client_id AND c.id = t.customer_id),
  last.card_id, last.created_at,
  (SELECT e.at FROM tickets_event e WHERE e.client_id = t.client_id AND e.ticket_id = t.id AND e.kind = 'returned'
   ORDER BY e.id DESC LIMIT 1)
FROM found t
LEFT JOIN LATERAL (
  SELECT x.card_id, x.created_at FROM tickets_message x
  WHERE x.client_id = t.client_id AND x.ticket_id = t.id AND x.author = 'staff' AND x.audience = 'public'
  ORDER BY x.id DESC LIMIT 1
) AS last ON true
ORDER BY {_ORDER}
"""


def candidates(actor: Actor, languages: Sequence[str], *, most: int = 1) -> list[Candidate]:
    """Up to `most` tickets in the order in which the actor should take them.

    A ticket in a language that the actor does not speak comes only when no other waits; an
    empty `languages` says nothing about them.  One statement, a second where the first finds
    nothing and there are languages.
    """
    near = reach.of(actor, right=Right.TICKET_REPLY)
    if not near.clients:
        return []
    found = _read(actor, near, languages, most)
    if not found and languages:
        found = _read(actor, near, (), most)
    return found


def _read(actor: Actor, near: reach.Reach, languages: Sequence[str], most: int) -> list[Candidate]:
    scope.require()
    params: list[Any] = [
        *near.columns(),
        reach.our_court(actor).value,
        not languages,
        list(languages),
        clock.now(),
        most,
        most,
    ]
    with connection.cursor() as db:
        db.execute(_SQL, params)
        return [Candidate(*row) for row in db.fetchall()]
