"""A migration that brings rows into a new form does so in every client, although its owner sees no row by itself."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from escalation.matrix import stored
from escalation.matrix.document import Target, Who
from tests import servers

BEFORE, AFTER = "0004", "0007"
# Two clients, each with a contact, a category, a matrix of one row, and a climb whose first step was told.
_BOTH = "FROM generate_series(1, 2) AS n"
_ROWS = (
    "SET session_replication_role = replica",
    "INSERT INTO access_client (id, slug, name, monogram, colour, customer_word, language, languages, phone, mailbox,"
    " logo, greeting, time_zone)"
    " SELECT n, 'client-' || n, 'Client ' || n, 'CL', '#6a37c2', 'customer', 'en', '[]', '', '', '', '', 'UTC'",
    "INSERT INTO tickets_customer (id, client_id, name, email, phone, language, tier, external_id, created_at)"
    " SELECT n, n, 'Rita', 'rita@example.org', '', 'en', '', '', '2026-11-01'::timestamptz",
    "INSERT INTO tickets_ticket (id, client_id, number, subject, customer_id, status, holder, impact, urgency,"
    " priority,"
    " priority_reason, language, channel, need, reporter_unconfirmed, external_id, created_at, updated_at, due_metric,"
    " reopened, version) SELECT n, n, 1, 'A bill', n, 'open', 'client', 2, 2, 3, '', 'en', 'portal', '', false, '',"
    " '2026-11-01'::timestamptz, '2026-11-01'::timestamptz, '', 0, 1",
    "INSERT INTO escalation_contact (id, client_id, name, email, phone, job, language, is_active)"
    " SELECT n, n, 'Ada', 'ada@client' || n || '.example', '', '', 'en', true",
    "INSERT INTO tickets_ticketcategory (id, client_id, name, slug, position, is_offered)"
    " SELECT n, n, 'Billing', 'billing', 0, true",
    "INSERT INTO escalation_matrix (id, client_id, version, published_at, published_by)"
    " SELECT n, n, 3, '2026-11-01'::timestamptz, 'Petra'",
    "INSERT INTO escalation_matrixrow (id, client_id, matrix_id, position, category_id, priority_from, priority_to)"
    " SELECT n, n, n, 1, n, 1, 2",
    "INSERT INTO escalation_pathstep (client_id, row_id, position, after_minutes, target, vendor_role, contact_id)"
    " SELECT n, n, 1, 0, 'contact', '', n",
    "INSERT INTO escalation_pathstep (client_id, row_id, position, after_minutes, target, vendor_role)"
    " SELECT n, n, 2, 45, 'vendor_role', 'team_lead'",
    "INSERT INTO escalation_escalation (id, client_id, ticket_id, state, reason, question, facts, suggestion,"
    " asked_by_name, answer, answered_by_name, started_at)"
    " SELECT n, n, n, 'running', 'decision', 'May we?', '', '', 'Linnea', '', '', '2026-11-02 10:00+00'::timestamptz",
    "INSERT INTO escalation_escalationstep (client_id, escalation_id, position, target, vendor_role, contact_id,"
    " target_name, due_at, attempted_at)"
    " SELECT n, n, 1, 'contact', '', n, 'Ada', '2026-11-02 10:00+00'::timestamptz, '2026-11-02 10:00+00'::timestamptz",
    "INSERT INTO escalation_escalationstep (client_id, escalation_id, position, target, vendor_role, target_name,"
    " due_at) SELECT n, n, 2, 'vendor_role', 'team_lead', 'team_lead', '2026-11-02 10:45+00'::timestamptz",
)


@pytest.fixture
def migrated(superuser: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A database that had rows in the form of before, looked at past every wall."""
    name = f"{servers.database_name()}_before"
    superuser.execute(f"CREATE DATABASE {name} OWNER owner")
    try:
        _migrate(name, BEFORE)
        with psycopg.connect(servers.superuser_dsn(name), autocommit=True) as raw:
            for statement in _ROWS:
                raw.execute(f"{statement} {_BOTH}" if "SELECT" in statement else statement)
        _migrate(name, AFTER)
        with psycopg.connect(servers.superuser_dsn(name), autocommit=True) as raw:
            yield raw
    finally:
        superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(name: str, to: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "escalation", to, "--database", "owner", "--skip-checks", "-v0"],
        cwd=servers.ROOT,
        env={**os.environ, "MIGRATION_DATABASE_URL": servers.owner_dsn(name)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_matrices_become_documents_and_climbs_keep_their_steps_in_every_client(
    migrated: psycopg.Connection[Any],
) -> None:
    keys = dict(migrated.execute("SELECT client_id, key FROM escalation_contact").fetchall())
    assert len(set(keys.values())) == 2

    for client_id, content, since in migrated.execute("SELECT client_id, content, valid_from FROM escalation_matrix"):
        document = stored.read(content)
        assert since is not None
        assert document.rows[0].categories == ("billing",)
        first, second = document.paths[0].steps
        assert (first.to, first.hands_over) == ((Who(Target.CONTACT, keys[client_id]),), True)
        assert (second.to, second.when.minutes) == ((Who(Target.ROLE, "team_lead"),), 45)
    steps = migrated.execute("SELECT definition, told FROM escalation_escalationstep ORDER BY client_id, position")
    assert [(stored.read_step(step).when.minutes, told) for step, told in steps] == [(0, 1), (45, 0)] * 2
    notices = migrated.execute("SELECT client_id, contact_id FROM escalation_notice ORDER BY 1").fetchall()
    assert notices == [(1, 1), (2, 2)]
    due = migrated.execute("SELECT client_id, kind, subject_id FROM escalation_due ORDER BY 1").fetchall()
    assert due == [(1, "climb", 1), (2, "climb", 2)]
