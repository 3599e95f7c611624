"""What may this person do here, now, asked warm: its statements, and its CPU against the queue page."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import corpus
from bench.figure import Figure, at_most, calibration, told
from bench.site import Site, stand_up
from bench.statements import caught


def measure(*, quick: bool, data: Path) -> Figure:
    """Rounds of questions and of pages alternate in one process; CPU is this process's own."""
    rounds, times = (7, 40) if quick else (25, 100)
    with stand_up() as site:
        people = corpus.organisations(clients=50, agents_clients=20)
        corpus.tickets(site, people, total=5_000 if quick else 100_000)
        ask, page = _sides(site, people)
        statements = _statements(ask)
        shares, questions, pages = [], [], []
        for _round in range(rounds):
            questions.append(_cpu_ms(ask, times * 10))
            pages.append(_cpu_ms(page, times // 10 + 1))
            shares.append(questions[-1] / pages[-1])
        figure = Figure("access_question", runs=rounds, notes={"clients of the person": 20})
        figure.parts = [
            at_most("statements of a warm question, the scope's own included", [statements], 1, "statements"),
            at_most("its CPU over the queue page's", shares, 0.05, "times"),
            told("CPU of the question", questions, "ms"),
            told("CPU of the queue page", pages, "ms"),
            *calibration(site.app_dsn),
        ]
        return figure


def _sides(site: Site, people: corpus.People) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The question as a request asks it, and the whole page of the queue."""
    from django.db import transaction
    from django.test import Client as Browser

    from access import scope, standing
    from access.models import User

    agent = User.objects.get(pk=people.agent_id)
    browser = Browser(SERVER_NAME="127.0.0.1", SERVER_PORT=str(site.port), HTTP_HOST=f"127.0.0.1:{site.port}")
    name, _equals, key = corpus.cookie_of(people.agent_id).partition("=")
    browser.cookies[name] = key

    def ask() -> None:
        with transaction.atomic():
            actor = standing.actor_for(agent, origin="127.0.0.1")
            assert len(actor.client_ids) == 20
            scope.assume(None)

    def page() -> None:
        answer = browser.get("/desk/")
        assert answer.status_code == 200, answer.status_code

    ask()
    page()
    return ask, page


def _statements(ask: Callable[[], Any]) -> int:
    with caught() as seen:
        ask()
    return len(seen)


def _cpu_ms(act: Callable[[], Any], times: int) -> float:
    start = time.process_time()
    for _time in range(times):
        act()
    return (time.process_time() - start) * 1000 / times
