"""The queue page against a bare Django view of the same rows: requests a second."""

from pathlib import Path

from bench import corpus
from bench.figure import Figure, calibration
from bench.load import Page
from bench.rounds import faster
from bench.site import free_port, serving, stand_up, with_database


def measure(*, quick: bool, data: Path) -> Figure:
    """Rounds alternating on the same web server with the same workers."""
    rounds, seconds = (5, 1.5) if quick else (9, 4.0)
    with stand_up() as site:
        people = corpus.organisations(clients=50, agents_clients=20)
        corpus.tickets(site, people, total=5_000 if quick else 100_000)
        headers = {"Cookie": corpus.cookie_of(people.agent_id), "Accept-Language": "en"}
        bypass = {
            **site.environment,
            "DATABASE_URL": with_database(site.superuser_dsn, "helpdesk"),
            "DJANGO_SETTINGS_MODULE": "bench.bare_settings",
        }
        figure = Figure("queue_vs_bare", runs=rounds)
        with (
            serving("helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live") as base,
            serving("bench.bare:application", free_port(), environment=bypass, path="/bare/") as bare,
        ):
            ours = Page(base, ["/desk/"], 'role="row"', headers)
            other = Page(bare, ["/bare/"], 'role="row"')
            for concurrency in (1, 8):
                figure.parts += faster(
                    f"queue page over bare view, concurrency {concurrency}",
                    ours, other, must=0.4, concurrency=concurrency, rounds=rounds, seconds=seconds,
                )  # fmt: skip
        figure.parts += calibration(site.app_dsn)
        return figure
