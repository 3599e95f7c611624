"""A matrix of 500 rows: one match against an SQL round trip, its check, and 10,000 past tickets simulated."""

import random
import time
from collections.abc import Callable
from pathlib import Path as Folder

import psycopg

from bench import corpus
from bench.figure import Figure, at_most, told
from bench.site import stand_up
from escalation.matrix.checking import Known, check
from escalation.matrix.climbing import simulate
from escalation.matrix.comparing import compare
from escalation.matrix.document import Document, Hours, Path, Row, Span, Step, Subject, Target, When, Who
from escalation.matrix.matching import Matcher
from helpdesk.lib.progress import Progress

ROWS, PATHS, PAST = 500, 40, 10_000
CATEGORIES = [f"category-{number}" for number in range(60)]
TIERS, LANGUAGES, TAGS = ["gold", "fleet", "press"], ["sv", "en", "de", "fi"], [f"tag-{number}" for number in range(30)]
TEAM = Who(Target.GROUP, "everybody")


def measure(*, quick: bool, data: Folder) -> Figure:
    """Matches and round trips in turns on one connection; then the check, then two versions over a past."""
    rng = random.Random(500)
    document, other = _document(rng), _document(rng)
    past = {number: _subject(rng) for number in range(PAST)}
    runs = 3 if quick else 9
    with stand_up() as site, psycopg.connect(site.app_dsn, autocommit=True) as connection:
        people = corpus.organisations(clients=1, agents_clients=1)
        corpus.tickets(site, people, total=PAST)
        ratios, matches = _ratios(connection, Matcher(document), list(past.values()), runs)
        (client_id,) = people.client_ids
        read = [_timed(lambda: _read_and_simulated(client_id, document)) for _run in range(2 if quick else 3)]
    known = Known(parents=dict.fromkeys(CATEGORIES), targets=frozenset({TEAM}), heard=frozenset({TEAM}))
    checks = [_timed(lambda: check(document, known)) for _run in range(runs)]
    pasts = [_timed(lambda: _simulated(document, other, past)) for _run in range(runs)]
    figure = Figure("matrix_speed", runs=runs)
    figure.parts = [
        at_most("one match over an SQL round trip", ratios, 0.1, "times"),
        at_most("check of 500 rows", checks, 2, "s"),
        at_most("10,000 past tickets by two versions", pasts, 10, "s"),
        at_most("10,000 past tickets read and simulated step by step", read, 10, "s"),
        told("one match", matches, "µs"),
    ]
    return figure


def _ratios(
    connection: psycopg.Connection, matcher: Matcher, subjects: list[Subject], runs: int
) -> tuple[list[float], list[float]]:
    ratios, matches = [], []
    for _run in range(runs + 1):
        began = time.perf_counter()
        for subject in subjects[:2_000]:
            matcher.match(subject)
        match = (time.perf_counter() - began) / 2_000
        began = time.perf_counter()
        for _number in range(500):
            connection.execute("SELECT 1").fetchone()
        ratios.append(match / ((time.perf_counter() - began) / 500))
        matches.append(match * 1e6)
    # The first run finds everything cold.
    return ratios[1:], matches[1:]


def _simulated(before: Document, after: Document, past: dict[int, Subject]) -> None:
    with Progress("Simulating", total=len(past)) as progress:
        found = sum(1 for _one in compare(before, after, past))
        progress.advance(len(past))
    if not found:
        raise AssertionError("two random versions send every ticket the same way")


def _read_and_simulated(client_id: int, document: Document) -> None:
    """Each ticket read, matched as of its opening, and its whole path told on, in batches as the page does."""
    from access.tasks import in_client
    from escalation.subjects import subjects_opened
    from tickets.models import Ticket

    matcher, last, told = Matcher(document), 0, 0
    with Progress("Reading and simulating", total=PAST) as progress, in_client(client_id, "bench"):
        rows = Ticket.objects.filter(client_id=client_id).select_related("customer").order_by("pk")
        while batch := list(rows.filter(pk__gt=last)[:1_000]):
            last = batch[-1].pk
            subjects = subjects_opened(client_id, batch)
            for ticket in batch:
                place = matcher.match(subjects[ticket.pk])
                path = document.path(document.rows[place].path) if place is not None else None
                told += len(simulate(document, path, ticket.created_at)) if path is not None else 0
            progress.advance(len(batch))
    if not told:
        raise AssertionError("no past ticket climbs any path")


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _document(rng: random.Random) -> Document:
    names = [f"Path {number}" for number in range(PATHS)]
    paths = tuple(Path(name, (Step(When(minutes=rng.randrange(300)), (TEAM,)),)) for name in names)
    return Document(tuple(_row(rng, rng.choice(names)) for _number in range(ROWS)), paths)


def _row(rng: random.Random, path: str) -> Row:
    first = rng.randint(1, 4)
    span = rng.choice([Span.ANY, Span.ANY, Span.OPEN, Span.SHUT, Span.OWN])
    start = rng.randrange(7 * 1440)
    return Row(
        path,
        categories=tuple(rng.sample(CATEGORIES, rng.randint(0, 2))),
        priority_from=first,
        priority_to=rng.randint(first, 4),
        tiers=tuple(rng.sample(TIERS, rng.randint(0, 1))),
        languages=tuple(rng.sample(LANGUAGES, rng.randint(0, 1))),
        tags=tuple(rng.sample(TAGS, rng.randint(0, 1))),
        hours=Hours(span, ((start, start + rng.randint(60, 900)),) if span is Span.OWN else ()),
    )


def _subject(rng: random.Random) -> Subject:
    return Subject(
        categories=frozenset({rng.choice(CATEGORIES)}),
        priority=rng.randint(1, 4),
        tier=rng.choice(["", *TIERS]),
        language=rng.choice(LANGUAGES),
        tags=frozenset(rng.sample(TAGS, rng.randint(0, 2))),
        is_open=rng.random() < 0.4,
        minute=rng.randrange(7 * 1440),
    )
