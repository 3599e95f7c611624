"""Ticket page, search for a rare word, and public article against django-helpdesk's."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from bench import corpus, shared_corpus
from bench.figure import Figure, NotMeasured, calibration
from bench.load import Page
from bench.peer import stand_up_peer
from bench.rounds import faster
from bench.site import serving, stand_up

_STANDS = """
SELECT EXISTS (SELECT 1 FROM tickets_searchrow
               WHERE client_id = ANY (%s) AND vector @@ websearch_to_tsquery('simple', %s))
"""


def _stands(connection: psycopg.Connection[Any], word: str, client_ids: Sequence[int]) -> bool:
    """Whether a word stands in a ticket of these clients: in a small corpus not every rare one does."""
    row = connection.execute(_STANDS, [list(client_ids), word]).fetchone()
    return bool(row and row[0])


def measure(*, quick: bool, data: Path) -> Figure:
    """Requests a second of both sides, rounds alternating."""
    tickets, rounds, seconds = (3_000, 2, 1.0) if quick else (100_000, 3, 5.0)
    with stand_up() as site, stand_up_peer(site, tickets=tickets) as peer:
        people, words = shared_corpus.load(site, tickets=tickets)
        slugs = shared_corpus.articles(people.own_ids[0], words)
        headers = {"Cookie": corpus.cookie_of(people.agent_id), "Accept-Language": "en"}
        with site.superuser() as connection:
            rows = connection.execute(
                "SELECT c.slug, t.number FROM tickets_ticket t JOIN access_client c ON c.id = t.client_id"
                " WHERE t.client_id = ANY (%s) ORDER BY t.id",
                [list(people.own_ids)],
            ).fetchall()
            found = [word for word in words.RARE if _stands(connection, word, people.own_ids)]
            portal = connection.execute("SELECT slug FROM access_client WHERE id = %s", [people.own_ids[0]]).fetchone()
        if not found:
            raise NotMeasured("no rare word stands in a ticket of the agent's clients")
        some = random.Random(1).sample(rows, min(2000, len(rows)))
        figure = Figure("pages_vs_peer", runs=rounds, notes={"tickets": tickets})
        with serving("helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live") as base:
            ticket = Page(base, [f"/desk/{slug}/{number}/" for slug, number in some], "Our reference is REF", headers)
            search = Page(base, [f"/desk/?view=all&q={word}" for word in found], 'role="row"', headers)
            article = Page(base, [f"/{portal[0]}/articles/{slug}/" for slug in slugs], "<h1")
            for name, ours, theirs, must in (
                ("ticket page", ticket, peer.page("ticket detail"), 5),
                ("search for a rare word", search, peer.page("search rare word (json)"), 50),
                ("public article", article, peer.page("kb category (20 items)"), 5),
            ):
                for concurrency in (1, 8):
                    figure.parts += faster(
                        f"{name}, concurrency {concurrency}",
                        ours, theirs, must=must, concurrency=concurrency, rounds=rounds, seconds=seconds,
                    )  # fmt: skip
        figure.parts += calibration(site.app_dsn)
        return figure
