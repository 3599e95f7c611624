"""Tickets opened without a pause while promises run out: how late each is acted on by the whole product."""

import time
from pathlib import Path

from bench import corpus, engine
from bench.figure import Figure, NotMeasured, at_least, at_most, told
from bench.load import Lines, Page
from bench.running import prepare, running
from bench.site import Site, scratch

CLIENTS, RATE, DEADLINES, WITHIN = 10, 50, 500, 6.0
LINES = 16
# Clocks of an hour that run out one after the other from `start` on, on the tickets that were there before.
_CLOCKS = """
WITH chosen AS (
  SELECT id, client_id, row_number() OVER (ORDER BY md5(id::text)) AS n FROM tickets_ticket
  ORDER BY md5(id::text) LIMIT %(count)s
), made AS (
  INSERT INTO escalation_clock (client_id, ticket_id, metric, target_seconds, round_the_clock, calendar_id, started_at,
    running_since, due_at, used_seconds, shares, marked)
  SELECT c.client_id, c.id, 'first_response', 3600, true, k.id, p.due - interval '1 hour', p.due - interval '1 hour',
    p.due, 0, '[100]', 0
  FROM chosen c JOIN escalation_calendar k ON k.client_id = c.client_id
  CROSS JOIN LATERAL (SELECT now() + interval '5 seconds' + c.n * %(apart)s * interval '1 second' AS due) AS p
  RETURNING client_id, id, due_at
)
INSERT INTO escalation_due (client_id, kind, subject_id, due_at) SELECT client_id, 'clock', id, due_at FROM made
RETURNING id
"""
_LATE = """
SELECT count(*), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY late), 0),
  coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY late), 0), coalesce(max(late), 0)
FROM (
  SELECT extract(epoch FROM s.attempted_at - m.due_at) AS late FROM escalation_escalationstep s
  JOIN escalation_escalation e ON e.id = s.escalation_id JOIN escalation_clockmark m ON m.ticket_id = e.ticket_id
  WHERE s.position = 1 AND s.told > 0
) AS told
"""


def measure(*, quick: bool, data: Path) -> Figure:
    """From each clock's due time until the step that waits for it is committed, with its notice and letter."""
    minutes = 0.5 if quick else 5
    count = int(DEADLINES * minutes)
    keys: dict[int, list[str]] = {}
    with scratch() as prepared, scratch() as folder:
        prepare(prepared, lambda site: keys.update(_build(site, tickets=count)))
        settings = {"HELPDESK_WEB_WORKERS": "2", "HELPDESK_WORKER_PROCESSES": "2"}
        with running(prepared, folder, **settings) as made:
            base = f"http://127.0.0.1:{made.house.port}"
            pages = [
                Page(base, ["/api/v1/tickets/"], '"number"', body=engine.QUESTION, keys=own) for own in keys.values()
            ]
            made.house.sql(_CLOCKS % {"count": count, "apart": 60 / DEADLINES})
            with Lines(base, LINES) as lines:
                seen = lines.paced(pages, rate=RATE, seconds=60 * minutes + 5)
            steps, median, late, worst = _wait(made.house.sql, count)
    return Figure(
        "deadline_steady",
        parts=[
            at_most("lateness at 99 %", [late], WITHIN, "s"),
            at_most("steps missed", [count - steps], 0, "steps"),
            told("lateness, median", [median], "s"),
            told("worst lateness", [worst], "s"),
            at_least("tickets opened", [seen.rps], RATE * 0.99, "a second"),
            told("opening, median", [seen.ms(0.5)], "ms"),
            told("opening, 99 %", [seen.ms(0.99)], "ms"),
        ],
        notes={"minutes": minutes, "deadlines a minute": DEADLINES, "clients": CLIENTS},
    )


def _build(site: Site, *, tickets: int) -> dict[int, list[str]]:
    people = corpus.organisations(clients=CLIENTS, agents_clients=CLIENTS)
    corpus.tickets(site, people, total=tickets)
    engine.matrices(people)
    engine.open_all(site)
    return {pk: engine.keys(people, pk, count=1) for pk in people.client_ids}


def _wait(sql, count: int) -> tuple[int, float, float, float]:
    """Until all are told, or a minute is over."""
    until = time.monotonic() + 60
    while True:
        steps, median, late, worst = sql(_LATE)[0]
        if steps >= count or time.monotonic() > until:
            break
        time.sleep(0.5)
    if not steps:
        raise NotMeasured("no step was told")
    return int(steps), float(median), float(late), float(worst)
