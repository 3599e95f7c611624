"""The engine under load: tickets with clocks that are due, workers that sweep, and what they have committed."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

from bench.corpus import People, analyse
from bench.site import ROOT, Site

# What a program opens a ticket with.
QUESTION = json.dumps(
    {
        "subject": "The charger stops after a minute",
        "body": "It worked until last week.",
        "customer_email": "customer1@example.org",
        "acknowledge": False,
    }
)
# A worker's turn without the queue around it: the same function that its task calls.
WORKER = """
import os, time, django
django.setup()
from escalation.engine.sweep import sweep
print("ready", flush=True)
while True:
    if not sweep():
        time.sleep(0.2)
"""

# Every open ticket has a promise of a first answer; those of `due` of them run out within the minute from `start`.
_CLOCKS = """
INSERT INTO escalation_clock (client_id, ticket_id, metric, target_seconds, round_the_clock, calendar_id, started_at,
  running_since, due_at, used_seconds, shares, marked)
SELECT t.client_id, t.id, 'first_response', 3600, true, k.id, p.due - interval '1 hour', p.due - interval '1 hour',
  p.due, 0, '[100]', 0
FROM (SELECT *, row_number() OVER (ORDER BY md5(id::text)) AS n FROM tickets_ticket) AS t
JOIN escalation_calendar k ON k.client_id = t.client_id
CROSS JOIN LATERAL (SELECT CASE WHEN n <= %(due)s
  THEN %(start)s::timestamptz + (n * 7919 %% 60000) * interval '1 millisecond'
  ELSE %(start)s::timestamptz + interval '1 hour' + n * interval '1 second' END AS due) AS p
"""
_OPEN = """
UPDATE tickets_ticket SET status = 'open', holder = 'vendor', solved_at = NULL, closed_at = NULL,
  vendor_id = (SELECT min(id) FROM access_vendor)
"""
_DUE = """
INSERT INTO escalation_due (client_id, kind, subject_id, due_at)
SELECT client_id, 'clock', id, due_at FROM escalation_clock
"""


def deadlines(site: Site, people: People, *, due: int, starts_in: float) -> float:
    """A running clock on every ticket, `due` of them broken within a minute; gives when that begins (Unix time)."""
    start = time.time() + starts_in
    with site.superuser() as connection:
        connection.execute(_OPEN)
        given = {"due": due, "start": time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime(start))}
        connection.execute(_CLOCKS, given)
        connection.execute("TRUNCATE escalation_due")
        connection.execute(_DUE)
        analyse(connection)
    return float(int(start))


def open_all(site: Site) -> None:
    """Every ticket open, and with the vendor."""
    with site.superuser() as connection:
        connection.execute(_OPEN)
        analyse(connection)


def matrices(people: People, *, at_once: bool = False, warns: bool = False) -> None:
    """At every client one row for all tickets: a broken promise tells the vendor's lead, then the client's people.

    With `at_once` the climb begins with the ticket, and the lead is told then.  With `warns` the lead is told when
    80 % have run and once more when the promise is broken, and nobody else.
    """
    from access.models import Client
    from access.tasks import in_client
    from escalation.matrix import stored
    from escalation.matrix.document import Begins, Document, Path, Row, Step, Target, Trigger, When, Who
    from escalation.models import Contact, Matrix
    from helpdesk.lib import clock

    for client in Client.objects.filter(pk__in=people.client_ids):
        with in_client(client.pk, "bench"):
            contact = Contact.objects.get()
            broken = Step(When(Trigger.SHARE, percent=100, metric="first_response"), (Who(Target.ROLE, "team_lead"),))
            ask = Step(When(Trigger.SILENCE, 15), (Who(Target.CONTACT, contact.key),), hands_over=True)
            warned = replace(broken, when=replace(broken.when, percent=80))
            steps = (warned, broken) if warns else (Step(When(), broken.to), broken, ask) if at_once else (broken, ask)
            row = Row("Broken", begins=Begins.OPENED if at_once else Begins.ASKED)
            document = Document((row,), (Path("Broken", steps),))
            now = clock.now()
            Matrix.objects.create(
                client=client,
                version=2,
                content=stored.write(document),
                made_at=now,
                valid_from=now,
                published_at=now,
            )


@contextmanager
def workers(site: Site, *, count: int) -> Iterator[list["subprocess.Popen[str]"]]:
    """So many workers that sweep without a pause, each a process of its own."""
    made = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=ROOT, env=site.environment, text=True, stdout=subprocess.PIPE
        )
        for _number in range(count)
    ]
    try:
        for worker in made:
            if worker.stdout is None or worker.stdout.readline().strip() != "ready":
                raise RuntimeError("a worker did not start")
        yield made
    finally:
        for worker in made:
            worker.kill()
            worker.wait(10)


def keys(people: People, client_id: int, *, count: int) -> list[str]:
    """Keys of programs that may open tickets at the client."""
    from access.actions.credentials import make_token
    from access.models import Client, User

    client, user = Client.objects.get(pk=client_id), User.objects.get(pk=people.agent_id)
    return [make_token(user=user, client=client) for _number in range(count)]


def told_steps(connection: psycopg.Connection[tuple[int, int, int]]) -> tuple[int, int, int]:
    """How many steps were told, how many notices and letters there are for them."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM escalation_escalationstep WHERE told > 0),"
        " (SELECT count(*) FROM escalation_notice), (SELECT count(*) FROM post_outboxmail)"
    ).fetchone()
    return row or (0, 0, 0)
