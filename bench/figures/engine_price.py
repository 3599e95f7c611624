"""Opening a ticket through the API with the whole engine on, against a client without policies or matrix."""

import statistics
from pathlib import Path

from bench import corpus, engine
from bench.figure import Figure, NotMeasured, at_most, calibration, told
from bench.load import Lines, Page
from bench.site import Site, serving, stand_up

# As many as it takes for each to stay within what a program may ask in a minute.
KEYS = 20


def measure(*, quick: bool, data: Path) -> Figure:
    """Both clients on one server over the same connections, in turns, while a worker sweeps what is due."""
    rounds, seconds = (10, 1.0) if quick else (40, 2.0)
    with stand_up() as site:
        people = corpus.organisations(clients=2, agents_clients=2)
        engine.matrices(people, at_once=True)
        promised, bare = people.client_ids
        _take_away(site, bare)
        with site.superuser() as connection:
            corpus.analyse(connection)
        keys = {pk: engine.keys(people, pk, count=KEYS) for pk in people.client_ids}
        served = serving("helpdesk.wsgi:application", site.port, environment=site.environment, path="/health/live")
        with served as base, engine.workers(site, count=1):
            pages = [
                Page(base, ["/api/v1/tickets/"], '"number"', body=engine.QUESTION, keys=keys[pk])
                for pk in (promised, bare)
            ]
            ratios, with_ms, without_ms = _rounds(pages, rounds, seconds, base)
            _check(site, promised, bare)
        return Figure(
            "engine_price",
            parts=[
                at_most("opening with the engine over opening without", ratios, 1.25, "times"),
                told("with", with_ms, "ms"),
                told("without", without_ms, "ms"),
                *calibration(site.app_dsn),
            ],
            runs=rounds,
        )


def _rounds(pages: list[Page], rounds: int, seconds: float, base: str) -> tuple[list[float], list[float], list[float]]:
    ratios, with_ms, without_ms = [], [], []
    with Lines(base, 1) as lines:
        for page in pages:
            lines.round_of(page, seconds=1.0)
        for number in range(rounds):
            order = pages if number % 2 else pages[::-1]
            seen = {id(page): lines.round_of(page, seconds=seconds, seed=number).seconds for page in order}
            first, second = (1000 * statistics.median(seen[id(page)]) for page in pages)
            with_ms.append(first)
            without_ms.append(second)
            ratios.append(first / second)
    return ratios, with_ms, without_ms


def _take_away(site: Site, client_id: int) -> None:
    """A client to whom nothing is promised and who has no matrix."""
    with site.superuser() as connection:
        for table in ("escalation_slatarget", "escalation_slapolicy", "escalation_matrix"):
            connection.execute(f"DELETE FROM {table} WHERE client_id = %s", [client_id])


def _check(site: Site, promised: int, bare: int) -> None:
    """The one has clocks and climbs on every ticket, the other none."""
    with site.superuser() as connection:
        clocks = dict(connection.execute("SELECT client_id, count(*) FROM escalation_clock GROUP BY 1").fetchall())
        climbs = dict(connection.execute("SELECT client_id, count(*) FROM escalation_escalation GROUP BY 1").fetchall())
    if not clocks.get(promised) or not climbs.get(promised) or bare in clocks or bare in climbs:
        raise NotMeasured(f"the engine was not on, or not off: {clocks}, {climbs}")
