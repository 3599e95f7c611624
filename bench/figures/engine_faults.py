"""Parts of the product are killed while promises run out: every step told, each once, without a hand.

For each kind of fault a house of its own; for each seed a wave of clocks that warn and break within
seconds, and the fault in the middle of it: at the lock of a table that the engine writes (so that it
falls between two of its steps), or at any moment.
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench import corpus, engine
from bench.figure import Figure, NotMeasured, at_most, told
from bench.running import BEAT, DATABASE, REDIS, WORKER, Running, prepare, running
from bench.site import ROOT, Site, scratch
from tests.faults.house import House

SEEDS, QUICK_SEEDS, CLIENTS, WAVE = 20, 2, 6, 60
WITHIN = 120.0
# The tables in the order in which a turn of the engine writes them; "" is any moment.
STAGES = (
    "escalation_due",
    "escalation_clockmark",
    "tickets_event",
    "escalation_escalation",
    "escalation_escalationstep",
    "escalation_notice",
    "post_outboxmail",
    "post_outboxhint",
    "",
)
# Clocks of 100 seconds that have run for 75 to 79: they warn at 80 within five seconds, and break twenty later.
_WAVE = """
WITH free AS (
  SELECT t.id, t.client_id, row_number() OVER (ORDER BY md5(t.id::text)) AS n FROM tickets_ticket t
  WHERE NOT EXISTS (SELECT 1 FROM escalation_clock c WHERE c.client_id = t.client_id AND c.ticket_id = t.id)
  ORDER BY md5(t.id::text) LIMIT %(wave)s
), wave AS (
  INSERT INTO escalation_clock (client_id, ticket_id, metric, target_seconds, round_the_clock, calendar_id, started_at,
    running_since, due_at, used_seconds, shares, marked)
  SELECT f.client_id, f.id, 'first_response', 100, true, k.id, s.at, s.at, s.at + interval '100 seconds', 0,
    '[80, 100]', 0
  FROM free f JOIN escalation_calendar k ON k.client_id = f.client_id
  CROSS JOIN LATERAL (SELECT now() - interval '75 seconds' - (f.n %% 5) * interval '1 second' AS at) AS s
  RETURNING client_id, id, ticket_id, started_at
), due AS (
  INSERT INTO escalation_due (client_id, kind, subject_id, due_at)
  SELECT client_id, 'clock', id, started_at + interval '80 seconds' FROM wave
)
SELECT ticket_id FROM wave
"""
_TOLD = """
SELECT count(*) FILTER (WHERE s.told > 0), coalesce(max(extract(epoch FROM
  s.attempted_at - greatest(c.started_at + make_interval(secs => CASE s.position WHEN 1 THEN 80 ELSE 100 END),
  %(fault)s::timestamptz))), 0)
FROM escalation_escalation e JOIN escalation_escalationstep s ON s.escalation_id = e.id
JOIN escalation_clock c ON c.ticket_id = e.ticket_id WHERE e.ticket_id = ANY (%(tickets)s)
"""
# Whatever of one cause stands there more than once.
_DOUBLED = """
SELECT (SELECT count(*) FROM (SELECT FROM escalation_escalation WHERE ticket_id = ANY (%(tickets)s)
    GROUP BY ticket_id HAVING count(*) > 1) a)
  + (SELECT count(*) FROM escalation_escalationstep s JOIN escalation_escalation e ON e.id = s.escalation_id
    WHERE e.ticket_id = ANY (%(tickets)s) AND s.told > 1)
  + (SELECT count(*) FROM (SELECT FROM escalation_notice WHERE ticket_id = ANY (%(tickets)s)
    GROUP BY step_id, user_id, contact_id, channel HAVING count(*) > 1) b)
  + (SELECT count(*) FROM (SELECT FROM tickets_event WHERE ticket_id = ANY (%(tickets)s)
    AND kind IN ('clock_warned', 'clock_missed', 'began_to_climb')
    GROUP BY ticket_id, kind, data->>'share' HAVING count(*) > 1) c)
"""
_LETTERS = "SELECT count(*) FILTER (WHERE state <> 'accepted') FROM post_outboxmail"
# A worker on a host whose clock is wrong by so many hours.
_WRONG_CLOCK = """
import sys, time_machine, datetime, django
django.setup()
from escalation.engine.sweep import sweep
wrong = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=int(sys.argv[1]))
with time_machine.travel(wrong):
    print("ready", flush=True)
    for _turn in range(200):
        sweep()
"""


@dataclass(frozen=True)
class Outcome:
    """What one seed left: steps missed, things doubled, and the longest wait after the fault in seconds."""

    missed: int
    doubled: int
    recovery: float


Fault = Callable[[Running, random.Random, int], None]


@contextmanager
def _at(house: House, table: str, chance: random.Random) -> Iterator[None]:
    """While somebody of the product waits to write to the table; without one, at any moment.

    What is gathered into one letter is written a minute later: then nobody comes to the outbox in time.
    """
    if not table:
        time.sleep(chance.uniform(0, 6))
        yield
        return
    with suppress(psycopg.Error), house.holding(f"LOCK TABLE {table} IN SHARE MODE"):
        with suppress(AssertionError):
            house.wait_for_lock()
        yield


def _kill_worker(made: Running, chance: random.Random, seed: int) -> None:
    with _at(made.house, STAGES[seed % len(STAGES)], chance):
        made.house.kill(WORKER, place=seed // len(STAGES) % 2)


def _kill_beat(made: Running, chance: random.Random, seed: int) -> None:
    with _at(made.house, STAGES[seed % len(STAGES)], chance):
        made.house.kill(BEAT)


def _lose_redis(made: Running, chance: random.Random, seed: int) -> None:
    with _at(made.house, STAGES[seed % len(STAGES)], chance):
        if seed % 2:
            made.house.broker().flushall()
        else:
            made.house.kill(REDIS)


def _kill_database(made: Running, chance: random.Random, seed: int) -> None:
    with _at(made.house, STAGES[seed % len(STAGES)], chance):
        if seed % 3:
            made.house.kill(DATABASE)
        else:
            made.house.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")


def _wrong_clock(made: Running, chance: random.Random, seed: int) -> None:
    """Beside the house's worker another one, two hours ahead or behind."""
    _beside(made, _WRONG_CLOCK, "2" if seed % 2 else "-2", seconds=chance.uniform(2, 8))


def _delivered_often(made: Running, chance: random.Random, seed: int) -> None:
    """The sweep is given out to many at once: three more workers, one of which is killed in the middle."""
    others = [_started(made, engine.WORKER) for _n in range(3)]
    time.sleep(chance.uniform(1, 8))
    others[0].kill()
    time.sleep(20)
    for other in others:
        other.kill()
        other.wait(10)


FAULTS: dict[str, Fault] = {
    "worker killed": _kill_worker,
    "beat killed": _kill_beat,
    "Redis lost": _lose_redis,
    "PostgreSQL killed": _kill_database,
    "a clock jumps": _wrong_clock,
    "delivered often": _delivered_often,
}


def measure(*, quick: bool, data: Path) -> Figure:
    """All kinds side by side, each in a house of its own, seed after seed."""
    seeds = QUICK_SEEDS if quick else SEEDS
    with scratch() as prepared, ThreadPoolExecutor(len(FAULTS)) as pool:
        prepare(prepared, lambda site: _build(site, tickets=seeds * WAVE))
        outcomes = dict(zip(FAULTS, pool.map(lambda name: _suffer(prepared, name, seeds), FAULTS), strict=True))
    return Figure(
        "engine_faults",
        parts=[
            at_most("steps missed", [sum(o.missed for all_ in outcomes.values() for o in all_)], 0, "steps"),
            at_most("things doubled", [sum(o.doubled for all_ in outcomes.values() for o in all_)], 0, "rows"),
            at_most("longest recovery", [max(o.recovery for all_ in outcomes.values() for o in all_)], WITHIN, "s"),
            *[told(f"recovery: {name}", [o.recovery for o in all_], "s") for name, all_ in outcomes.items()],
        ],
        runs=seeds,
        notes={"clocks each": WAVE, "steps each": 2 * WAVE, "clients": CLIENTS, "kinds": len(FAULTS)},
    )


def _build(site: Site, *, tickets: int) -> None:
    people = corpus.organisations(clients=CLIENTS, agents_clients=CLIENTS)
    corpus.tickets(site, people, total=tickets)
    engine.matrices(people, warns=True)
    engine.open_all(site)


def _suffer(prepared: Path, name: str, seeds: int) -> list[Outcome]:
    with scratch() as folder, running(prepared, folder) as made:
        return [_seed(made, FAULTS[name], seed) for seed in range(seeds)]


def _seed(made: Running, fault: Fault, seed: int) -> Outcome:
    """One wave and one fault, until everything is told and every letter is gone, or the time is over."""
    made.wait_until_whole()
    with psycopg.connect(made.house.superuser_dsn, autocommit=True) as connection:
        tickets = [row[0] for row in connection.execute(_WAVE, {"wave": WAVE}).fetchall()]
    if len(tickets) != WAVE:
        raise NotMeasured(f"only {len(tickets)} tickets were left for a wave")
    fault(made, random.Random(seed), seed)
    struck = time.time()
    until = time.monotonic() + 2 * WITHIN
    given = {"tickets": tickets, "fault": time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime(struck))}
    done, worst, letters = 0, 0.0, 1
    while time.monotonic() < until and (done < 2 * WAVE or letters):
        time.sleep(0.5)
        with suppress(psycopg.Error), psycopg.connect(made.house.superuser_dsn, autocommit=True) as connection:
            done, worst = connection.execute(_TOLD, given).fetchone() or (0, 0.0)
            (letters,) = connection.execute(_LETTERS).fetchone() or (1,)
    made.wait_until_whole()
    with psycopg.connect(made.house.superuser_dsn, autocommit=True) as connection:
        (doubled,) = connection.execute(_DOUBLED, given).fetchone() or (1,)
    recovery = max(0.0, float(worst)) if done == 2 * WAVE else 2 * WITHIN
    sys.stderr.write(f"{seed}: {done} of {2 * WAVE} told, {letters} letters left, {doubled} doubled, {worst:.1f} s\n")
    return Outcome(2 * WAVE - done + letters, doubled, recovery)


def _beside(made: Running, program: str, *arguments: str, seconds: float) -> None:
    """Run another process of the product for so long."""
    other = _started(made, program, *arguments)
    time.sleep(seconds)
    other.kill()
    other.wait(10)


def _started(made: Running, program: str, *arguments: str) -> "subprocess.Popen[str]":
    environment = made.house.environment | {
        "DATABASE_URL": made.house.app_dsn,
        "REDIS_URL": made.house.redis_url,
    }
    other = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE
    )
    if other.stdout is None or other.stdout.readline().strip() != "ready":
        raise NotMeasured("another worker did not start")
    return other
