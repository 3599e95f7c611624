"""100,000 running clocks, of which 20,000 run out within one minute: each step told once, by two workers."""

import time
from pathlib import Path

from bench import corpus, engine
from bench.figure import Figure, NotMeasured, at_most, told
from bench.site import stand_up

CLIENTS, WORKERS, WITHIN = 100, 2, 90.0


def measure(*, quick: bool, data: Path) -> Figure:
    """From the beginning of the minute until the last step, its notice and its letter are committed."""
    clocks, due = (5_000, 1_000) if quick else (100_000, 20_000)
    clients = 10 if quick else CLIENTS
    with stand_up() as site:
        people = corpus.organisations(clients=clients, agents_clients=clients)
        corpus.tickets(site, people, total=clocks)
        engine.matrices(people)
        start = engine.deadlines(site, people, due=due, starts_in=15 if quick else 60)
        with engine.workers(site, count=WORKERS), site.superuser() as connection:
            time.sleep(max(0.0, start - time.time()))
            done = _wait_for(connection, due, start)
            steps, notices, letters = engine.told_steps(connection)
            lateness, doubled, silent = _judge(connection)
        return Figure(
            "deadline_burst",
            parts=[
                at_most("all committed after", [done], WITHIN, "s"),
                at_most("steps missed", [due - steps], 0, "steps"),
                at_most("steps told twice", [doubled], 0, "steps"),
                at_most("steps without a notice, notices without a letter", [silent], 0, "rows"),
                told("worst lateness", [lateness], "s"),
                told("notices", [notices], "rows"),
                told("letters", [letters], "rows"),
            ],
            notes={"clocks": clocks, "due": due, "clients": clients, "workers": WORKERS},
        )


def _wait_for(connection, due: int, start: float) -> float:
    """Seconds from the beginning of the minute until all are told."""
    while time.time() < start + 4 * WITHIN:
        steps, _notices, _letters = engine.told_steps(connection)
        if steps >= due:
            return time.time() - start
        time.sleep(0.5)
    raise NotMeasured(f"only {steps} of {due} steps after {4 * WITHIN:.0f} s")


def _judge(connection) -> tuple[float, int, int]:
    """The worst lateness in seconds, how many steps or notices stand there more than once, and how many tell nobody.

    A notice that is gathered with others has no letter of its own.
    """
    lateness = connection.execute(
        "SELECT max(extract(epoch FROM s.attempted_at - m.due_at)) FROM escalation_escalationstep s"
        " JOIN escalation_escalation e ON e.id = s.escalation_id"
        " JOIN escalation_clockmark m ON m.ticket_id = e.ticket_id WHERE s.told > 0"
    ).fetchone()[0]
    doubled = connection.execute(
        "SELECT (SELECT count(*) FROM (SELECT ticket_id FROM escalation_escalation GROUP BY 1 HAVING count(*) > 1) a)"
        " + (SELECT count(*) FROM (SELECT step_id FROM escalation_notice"
        "    GROUP BY step_id, user_id, contact_id, telling, channel HAVING count(*) > 1) b)"
    ).fetchone()[0]
    silent = connection.execute(
        "SELECT (SELECT count(*) FROM escalation_escalationstep s WHERE told > 0"
        "    AND NOT EXISTS (SELECT 1 FROM escalation_notice n WHERE n.step_id = s.id))"
        " + (SELECT count(*) FROM escalation_notice n WHERE channel = 'mail' AND NOT is_held AND digest IS NULL"
        "    AND NOT EXISTS (SELECT 1 FROM post_outboxmail o"
        "                    WHERE o.client_id = n.client_id AND o.\"unique\" = 'notice/' || n.id))"
    ).fetchone()[0]
    return float(lateness), int(doubled), int(silent)
