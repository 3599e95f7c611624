"""The queue's statements, and a search for a rare word, with their policies against without."""

from pathlib import Path
from typing import Any

import psycopg

from bench import corpus
from bench.figure import Figure, at_most, calibration
from bench.site import Site, stand_up, with_database
from bench.statements import Statement, caught, seconds_of

RARE = "harpsichord"

# The same search as the product's function, written out for a role that no policy holds.
_OPEN_SEARCH = """
WITH query AS (SELECT websearch_to_tsquery('simple', %s) AS q),
hits AS MATERIALIZED (
  SELECT s.id, s.client_id, s.ticket_id, s.vector FROM tickets_searchrow s
  WHERE s.vector @@ (SELECT q FROM query) AND s.client_id = ANY (%s::bigint[])
    AND (s.audience <> 'vendor' OR s.vendor_id = %s)
  ORDER BY s.id DESC LIMIT 1000
)
SELECT h.ticket_id, max(ts_rank(h.vector, (SELECT q FROM query))) FROM hits h
GROUP BY h.client_id, h.ticket_id ORDER BY 2 DESC, 1 DESC LIMIT 200
"""


def measure(*, quick: bool, data: Path) -> Figure:
    """Alternate the roles round by round on one server."""
    rounds, times = (9, 20) if quick else (25, 40)
    with stand_up() as site:
        people = corpus.organisations(clients=50, agents_clients=20)
        corpus.tickets(site, people, total=20_000 if quick else 200_000)
        _words(site)
        queue, search, settings, vendor = _statements(people)
        ratios: list[float] = []
        searches: list[float] = []
        with (
            _connect(site.app_dsn) as app,
            _connect(with_database(site.superuser_dsn, "helpdesk")) as bypass,
        ):
            for sql, params in settings:
                app.execute(sql, params)
            open_search: list[Statement] = [(_OPEN_SEARCH, [RARE, list(people.own_ids), vendor])]
            for _round in range(rounds):
                ratios.append(seconds_of(app, queue, times=times) / seconds_of(bypass, queue, times=times))
                searches.append(seconds_of(app, search, times=times) / seconds_of(bypass, open_search, times=times))
        figure = Figure("row_security_price", runs=rounds)
        figure.parts = [
            at_most("queue under its policies, against without", ratios, 1.15, "times"),
            at_most("rare word under its policies, against without", searches, 3, "times"),
            *calibration(site.app_dsn),
        ]
        return figure


def _connect(dsn: str) -> psycopg.Connection[Any]:
    """A connection that sends statements as the product's do: never prepared, values in the text."""
    return psycopg.connect(dsn, prepare_threshold=None, cursor_factory=psycopg.ClientCursor)


def _words(site: Site) -> None:
    """Search rows for every ticket; a rare word in one of a thousand."""
    with site.superuser() as connection:
        connection.execute(
            "INSERT INTO tickets_searchrow (client_id, ticket_id, audience, customer_id, vector)"
            " SELECT client_id, id, 'public', customer_id, to_tsvector('simple', subject ||"
            " ' we would like to know when it can be put right and who will come' ||"
            f" CASE WHEN number % 1000 = 7 THEN ' {RARE}' ELSE '' END) FROM tickets_ticket"
        )
        corpus.analyse(connection)


def _statements(people: corpus.People) -> tuple[list[Statement], list[Statement], list[Statement], int]:
    """The queue's statements, the search, and the settings, as the product sends them for the agent."""
    from django.db import transaction

    from access import scope, standing
    from access.models import User
    from tickets import index
    from tickets.queries import queue, reach

    agent = User.objects.get(pk=people.agent_id)
    with transaction.atomic():
        actor = standing.actor_for(agent)
        with caught() as settings:
            scope.apply(actor.scope())
        near = reach.of(actor)
        with caught() as sent:
            page = queue.page(actor, near, queue.Wanted())
        with caught() as search:
            found = index.find(RARE)
        assert len(page.items) == queue.PAGE
        assert found
        scope.assume(None)
    vendor: Any = agent.vendor_id
    return sent, search, settings, vendor
