"""Many tickets, fast: written as the superuser, deterministic, with clients made by the product."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

from bench.site import Site

PASSWORD = "bench-harbour-lantern"


@dataclass(frozen=True)
class People:
    """The organisations of a corpus: client ids, and one agent with some of the clients."""

    client_ids: tuple[int, ...]
    agent_id: int
    agent_email: str
    own_ids: tuple[int, ...]


def organisations(*, clients: int, agents_clients: int) -> People:
    """One vendor, so many clients, and an agent on some of them, through the product's own actions."""
    from access import actions
    from access.rights import Role

    vendor = actions.create_vendor(slug="benchvendor", name="Bench vendor")
    made = [
        actions.create_client(
            slug=f"client-{n:03d}", name=f"Client {n:03d}", colour=f"#{(n * 7919) % 0xFFFFFF:06x}", vendor=vendor
        )
        for n in range(clients)
    ]
    agent = actions.create_user(email="agent@bench.example", name="Bench Agent", vendor=vendor, password=PASSWORD)
    for client in made[:agents_clients]:
        actions.hire(client=client, user=agent, role=Role.TEAM_LEAD)
    ids = tuple(client.pk for client in made)
    return People(ids, agent.pk, agent.email, ids[:agents_clients])


_CUSTOMERS = """
INSERT INTO tickets_customer (client_id, name, email, phone, language, tier, external_id, created_at)
SELECT c, 'Customer ' || n, 'customer' || n || '@client' || c || '.example', '', 'en', '', '', now()
FROM unnest(%(clients)s::bigint[]) AS c, generate_series(1, 40) AS n ORDER BY c, n
"""

# 5 % are open.  Ids rise with time; the open ones are spread over the newest quarter and over all clients.
_TICKETS = """
INSERT INTO tickets_ticket (client_id, number, subject, customer_id, status, holder, impact, urgency, priority,
  priority_reason, language, channel, need, reporter_unconfirmed, external_id, created_at, updated_at, asked_at,
  due_at, due_metric, solved_at, reopened, version)
SELECT p.c, n, 'Ticket ' || n || ' about ' || (ARRAY['printers', 'invoices', 'parcels', 'logins'])[1 + n %% 4],
  p.customer, CASE WHEN p.is_open THEN 'open' ELSE 'solved' END,
  CASE WHEN n * 7919 %% 101 < 70 THEN 'vendor' WHEN n * 7919 %% 101 < 90 THEN 'customer' ELSE 'client' END,
  2, 2, 1 + n %% 4, '', 'en', 'portal', '', false, '',
  now() - (%(total)s::bigint - n) * interval '40 seconds', now() - (%(total)s::bigint - n) * interval '30 seconds',
  NULL, CASE WHEN p.is_open THEN now() + ((n * 7919) %% 100000 - 20000) * interval '1 second' END, '',
  CASE WHEN p.is_open THEN NULL ELSE now() - (%(total)s::bigint - n) * interval '30 seconds' END, 0, 1
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
CROSS JOIN LATERAL (
  SELECT k.c, k.first_customer + n %% 40 AS customer,
         n > %(total)s::bigint * 0.75 AND (n / %(count)s) %% 5 = 0 AS is_open
  FROM (SELECT (%(clients)s::bigint[])[1 + n %% %(count)s::int] AS c,
               (%(firsts)s::bigint[])[1 + n %% %(count)s::int] AS first_customer) AS k
) AS p
"""


def tickets(site: Site, people: People, *, total: int) -> None:
    """So many tickets over all clients, 5 % open, without messages."""
    with site.superuser() as connection:
        connection.execute(_CUSTOMERS, {"clients": list(people.client_ids)})
        rows = connection.execute("SELECT client_id, min(id) FROM tickets_customer GROUP BY 1").fetchall()
        first = dict(rows)
        for start in range(1, total + 1, 100_000):
            connection.execute(
                _TICKETS,
                {
                    "clients": list(people.client_ids),
                    "firsts": [first[c] for c in people.client_ids],
                    "count": len(people.client_ids),
                    "total": total,
                    "first": start,
                    "last": min(total, start + 99_999),
                },
            )
        connection.execute("UPDATE tickets_ticketcounter SET last = greatest(last, %s)", [total])
        analyse(connection)


_MESSAGES = """
INSERT INTO tickets_message (client_id, ticket_id, customer_id, author, author_name, audience, body, channel,
  mail_message_id, unverified, external_id, created_at)
SELECT t.client_id, t.id, t.customer_id, CASE n % 2 WHEN 1 THEN 'customer' ELSE 'staff' END,
  CASE n % 2 WHEN 1 THEN '' ELSE 'Bench Agent' END, 'public',
  repeat('It worked until last week and stops now after a minute, ' || md5(t.id::text || n::text) || '. ', 4),
  'portal', '', false, '', t.created_at + n * interval '10 seconds'
FROM tickets_ticket t, generate_series(1, 4) AS n
"""
_EVENTS = """
INSERT INTO tickets_event (client_id, ticket_id, kind, data, side, actor_name, at)
SELECT t.client_id, t.id, 'opened', '{"why": "the portal"}', 'customer', '', t.created_at
FROM tickets_ticket t, generate_series(1, 4) AS n
"""
MESSAGES_EACH = 4


def threads(connection: psycopg.Connection[Any]) -> None:
    """Four messages of some 350 characters and four events on every ticket."""
    connection.execute(_MESSAGES)
    connection.execute(_EVENTS)


def empty_tickets(site: Site) -> None:
    """Take tickets and customers away again."""
    with site.superuser() as connection:
        connection.execute("TRUNCATE tickets_ticket, tickets_customer, tickets_searchrow CASCADE")


def analyse(connection: psycopg.Connection[Any]) -> None:
    """Leave the tables as a long-running server has them: vacuumed, with statistics."""
    connection.execute("VACUUM ANALYZE")


def copy(
    connection: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into a table."""
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as pipe:
        for row in rows:
            pipe.write_row(row)


def cookie_of(user_id: int) -> str:
    """A Cookie header under which this person is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from access.models import User

    user = User.objects.get(pk=user_id)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(timedelta(hours=12))
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
