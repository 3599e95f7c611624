"""The queue page of 50 rows at 100,000 tickets against django-helpdesk's list of 50 rows."""

from pathlib import Path

from bench import corpus, shared_corpus
from bench.figure import Figure, calibration
from bench.load import Page
from bench.peer import stand_up_peer
from bench.rounds import faster
from bench.site import serving, stand_up


def measure(*, quick: bool, data: Path) -> Figure:
    """Requests a second of both sides, rounds alternating, at concurrency 1 and 8."""
    tickets, rounds, seconds = (3_000, 2, 1.5) if quick else (100_000, 3, 6.0)
    with stand_up() as site, stand_up_peer(site, tickets=tickets) as peer:
        people, _data = shared_corpus.load(site, tickets=tickets)
        headers = {"Cookie": corpus.cookie_of(people.agent_id), "Accept-Language": "en"}
        figure = Figure("queue_vs_peer", runs=rounds, notes={"tickets": tickets})
        with serving("helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live") as base:
            ours = Page(base, ["/desk/"], 'role="row"', headers)
            theirs = peer.page("list json 50 prio desc")
            for concurrency in (1, 8):
                figure.parts += faster(
                    f"queue page, concurrency {concurrency}",
                    ours, theirs, must=20, concurrency=concurrency, rounds=rounds, seconds=seconds,
                )  # fmt: skip
        figure.parts += calibration(site.app_dsn)
        return figure
