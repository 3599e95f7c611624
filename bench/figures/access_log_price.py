"""The ticket page with its entry in the access log against the same page without one, over HTTP."""

import random
import statistics
from pathlib import Path
from typing import Any

import psycopg

from bench import corpus, log_corpus
from bench.figure import Figure, NotMeasured, at_most, calibration, told
from bench.load import Lines, Page
from bench.site import Site, serving, stand_up

_ROWS = """
SELECT c.slug, t.number FROM tickets_ticket t JOIN access_client c ON c.id = t.client_id
WHERE t.client_id = ANY (%s) ORDER BY t.id
"""
# What `bench.unlogged` looks for in a request.
UNLOGGED = "X-Unlogged"
_VIEWS = "SELECT count(*) FROM access_accesslogcontent WHERE action = 'view'"


def measure(*, quick: bool, data: Path) -> Figure:
    """Tickets with a thread, clients with a log; both pages from one server over the same connections, in turns.

    Two servers differ by some hundredths through where their memory came to lie, and new
    connections by how they spread over the workers: more than the entry costs.
    """
    total, entries, rounds, seconds = (5_000, 500, 10, 1.0) if quick else (100_000, 5_000, 60, 1.0)
    with stand_up() as site:
        people = corpus.organisations(clients=50, agents_clients=20)
        corpus.tickets(site, people, total=total)
        for client_id in people.own_ids:
            log_corpus.entries(site, client_id, total=entries)
        headers = {"Cookie": corpus.cookie_of(people.agent_id), "Accept-Language": "en"}
        with site.superuser() as connection:
            corpus.threads(connection)
            corpus.analyse(connection)
            _durable(connection)
            rows = connection.execute(_ROWS, [list(people.own_ids)]).fetchall()
        paths = [f"/desk/{slug}/{number}/" for slug, number in random.Random(1).sample(rows, min(2000, len(rows)))]
        address = "bench.unlogged:application"
        with serving(address, site.port, environment=site.environment, path="/health/live") as base:
            logged = Page(base, paths, "<h1", headers)
            unlogged = Page(base, paths, "<h1", headers | {UNLOGGED: "1"})
            figure = Figure(
                "access_log_price", runs=rounds, notes={"tickets": total, "entries of each client": entries}
            )
            for concurrency in (1, 8):
                figure.parts += _compared(site, logged, unlogged, concurrency, rounds, seconds)
        figure.parts += calibration(site.app_dsn)
        return figure


def _durable(connection: psycopg.Connection[Any]) -> None:
    for setting in ("synchronous_commit", "fsync", "full_page_writes"):
        if connection.execute(f"SHOW {setting}").fetchone() != ("on",):
            raise NotMeasured(f"{setting} is off: what is committed would not be safe")


def _compared(site: Site, logged: Page, unlogged: Page, concurrency: int, rounds: int, seconds: float) -> list[Any]:
    prices, with_ms, without_ms, dearer = [], [], [], []
    with Lines(logged.base, concurrency) as lines:
        for page in (logged, unlogged):
            lines.round_of(page, seconds=1.0)
        for number in range(rounds):
            before = _views(site)
            first = (logged, unlogged)[number % 2]
            second = (unlogged, logged)[number % 2]
            seen = {id(page): lines.round_of(page, seconds=seconds, seed=number) for page in (first, second)}
            asked = seen[id(logged)].seconds
            if _views(site) - before != len(asked):
                raise NotMeasured("not every page with a log wrote its entry, or one without a log did")
            with_ms.append(1000 * statistics.fmean(asked))
            without_ms.append(1000 * statistics.fmean(seen[id(unlogged)].seconds))
            dearer.append(with_ms[-1] - without_ms[-1])
            prices.append(100 * dearer[-1] / without_ms[-1])
    name = f"ticket page, concurrency {concurrency}"
    price = f"{name}: its log entry over the page without"
    return [
        # With every core busy the entry's own work is told; what one reader waits for has the bound.
        at_most(price, prices, 8, "%") if concurrency == 1 else told(price, prices, "%"),
        told(f"{name}: the log entry", dearer, "ms"),
        told(f"{name}: with its entry", with_ms, "ms"),
        told(f"{name}: without", without_ms, "ms"),
    ]


def _views(site: Site) -> int:
    with site.superuser() as connection:
        row = connection.execute(_VIEWS).fetchone()
    return int(row[0]) if row else 0
