"""The queue page at 1,000,000 tickets against 10,000, and its ninth page against its first."""

import re
import urllib.request
from contextlib import AbstractContextManager
from pathlib import Path

from bench import corpus, load
from bench.figure import Figure, at_most, calibration
from bench.load import Page
from bench.site import Site, free_port, serving, stand_up, with_database


def measure(*, quick: bool, data: Path) -> Figure:
    """Two sites side by side, rounds alternating, so that both see the same machine."""
    small, large = (2_000, 60_000) if quick else (10_000, 1_000_000)
    rounds, seconds = (5, 1.0) if quick else (9, 3.0)
    growth: list[float] = []
    depth: list[float] = []
    with stand_up() as site:
        people = corpus.organisations(clients=50, agents_clients=20)
        headers = {"Cookie": corpus.cookie_of(people.agent_id), "Accept-Language": "en"}
        corpus.tickets(site, people, total=small)
        copy_database(site, "small")
        corpus.empty_tickets(site)
        corpus.tickets(site, people, total=large)
        with (
            serving("helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live") as big,
            small_site(site) as little,
        ):
            first = Page(big, ["/desk/"], 'role="row"', headers)
            ninth = Page(big, [ninth_page(big, headers)], 'role="row"', headers)
            tiny = Page(little, ["/desk/"], 'role="row"', {**headers, "Host": f"127.0.0.1:{site.port}"})
            for page in (first, ninth, tiny):
                load.round_of(page, concurrency=4, seconds=1)
            for _round in range(rounds):
                one = load.round_of(first, concurrency=1, seconds=seconds).ms(0.5)
                growth.append(one / load.round_of(tiny, concurrency=1, seconds=seconds).ms(0.5))
                depth.append(load.round_of(ninth, concurrency=1, seconds=seconds).ms(0.5) / one)
        figure = Figure("queue_growth", runs=rounds, notes={"tickets": [small, large]})
        figure.parts = [
            at_most(f"page at {large} tickets against {small}", growth, 1.3, "times"),
            at_most("ninth page against first", depth, 1.2, "times"),
            *calibration(site.app_dsn),
        ]
        return figure


def copy_database(site: Site, name: str) -> None:
    """A second database as the first one stands now."""
    from django.db import connection

    connection.close()
    with site.superuser("postgres") as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE helpdesk OWNER owner")


def small_site(site: Site) -> AbstractContextManager[str]:
    """The same product on the smaller database, on a port of its own."""
    environment = {**site.environment, "DATABASE_URL": with_database(site.app_dsn, "small")}
    return serving("helpdesk.wsgi:application", free_port(), environment=environment, path="/health/live")


def ninth_page(base: str, headers: dict[str, str]) -> str:
    """The address of the ninth page, found by following *next* as a person would."""
    path = "/desk/"
    for _page in range(8):
        with urllib.request.urlopen(urllib.request.Request(base + path, headers=headers)) as answer:
            text = answer.read().decode()
        match = re.search(r'<a[^>]*href="([^"]+)"[^>]*rel="next"|<a[^>]*rel="next"[^>]*href="([^"]+)"', text)
        assert match, "the queue has no next page"
        found = (match.group(1) or match.group(2)).replace("&amp;", "&")
        path = found if found.startswith("/") else f"/desk/{found}"
    return path
