"""The ticket page with its entry in the access log against the same page without one, over HTTP."""

import random
import statistics
from pathlib import Path
from typing import Any

import psycopg

from bench import corpus, load, log_corpus
from bench.figure import Figure, NotMeasured, at_most, calibration, told
from bench.load import Page
from bench.site import Site, free_port, serving, stand_up

_ROWS = """
SELECT c.slug, t.number FROM tickets_ticket t JOIN access_client c ON c.id = t.client_id
WHERE t.client_id = ANY (%s) ORDER BY t.id
"""
_VIEWS = "SELECT count(*) FROM access_accesslogcontent WHERE action = 'view'"


def measure(*, quick: bool, data: Path) -> Figure:
    """Tickets with a thread, clients with a log; both servers run at once, and who is first alternates."""
    total, entries, rounds, seconds = (5_000, 500, 5, 1.5) if quick else (100_000, 5_000, 15, 4.0)
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
        other = free_port()
        without = site.environment | {"PORT": str(other), "HELPDESK_BASE_URL": f"http://127.0.0.1:{other}"}
        cookie = headers["Cookie"].partition("=")[2]
        with (
            serving(
                "helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live"
            ) as logged,
            serving("bench.unlogged:application", other, environment=without, path="/health/live") as unlogged,
        ):
            ours = Page(logged, paths, "<h1", headers)
            bare = Page(unlogged, paths, "<h1", headers | {"Cookie": f"session{other}={cookie}"})
            figure = Figure(
                "access_log_price", runs=rounds, notes={"tickets": total, "entries of each client": entries}
            )
            for concurrency in (1, 8):
                figure.parts += _compared(site, ours, bare, concurrency, rounds, seconds)
        figure.parts += calibration(site.app_dsn)
        return figure


def _durable(connection: psycopg.Connection[Any]) -> None:
    for setting in ("synchronous_commit", "fsync", "full_page_writes"):
        if connection.execute(f"SHOW {setting}").fetchone() != ("on",):
            raise NotMeasured(f"{setting} is off: what is committed would not be safe")


def _compared(site: Site, ours: Page, bare: Page, concurrency: int, rounds: int, seconds: float) -> list[Any]:
    for page in (ours, bare):
        load.round_of(page, concurrency=concurrency, seconds=1.0)
    prices, with_ms, without_ms, dearer = [], [], [], []
    for number in range(rounds):
        pair = (ours, bare) if number % 2 else (bare, ours)
        before = _views(site)
        seen = {page.base: load.round_of(page, concurrency=concurrency, seconds=seconds, seed=number) for page in pair}
        logged, unlogged = seen[ours.base], seen[bare.base]
        if _views(site) - before != len(logged.seconds):
            raise NotMeasured("not every page with a log wrote its entry, or one without a log did")
        with_ms.append(1000 * statistics.fmean(logged.seconds))
        without_ms.append(1000 * statistics.fmean(unlogged.seconds))
        dearer.append(with_ms[-1] - without_ms[-1])
        prices.append(100 * dearer[-1] / without_ms[-1])
    name = f"ticket page, concurrency {concurrency}"
    return [
        at_most(f"{name}: its log entry over the page without", prices, 8, "%"),
        told(f"{name}: the log entry", dearer, "ms"),
        told(f"{name}: with its entry", with_ms, "ms"),
        told(f"{name}: without", without_ms, "ms"),
    ]


def _views(site: Site) -> int:
    with site.superuser() as connection:
        row = connection.execute(_VIEWS).fetchone()
    return int(row[0]) if row else 0
