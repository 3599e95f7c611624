"""Entries that were written when a log kept arrays say the same as bytes."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest

from access.log_format import FIELDS, HASH_BYTES, SALT_BYTES
from tests import servers

PIECES = [bytes([number]) for number in range(1, len(FIELDS) + 1)]
COMMITTED = [each * HASH_BYTES for each in PIECES]
SALTS = [each * SALT_BYTES for each in PIECES]


@pytest.fixture
def copy(superuser: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A throw-away database as its owner, its log as it was with arrays."""
    name = f"{servers.database_name()}_arrays"
    superuser.execute(f"CREATE DATABASE {name} TEMPLATE {servers.TEMPLATE} OWNER owner")
    with psycopg.connect(servers.owner_dsn(name), autocommit=True) as raw:
        for table, column in (("entry", "commitments"), ("content", "salts")):
            raw.execute(f"ALTER TABLE access_accesslog{table} ALTER COLUMN {column} TYPE bytea[] USING ARRAY[{column}]")
        for table in ("content", "record"):
            key = f"access_accesslog{table}_client_key"
            raw.execute(f"ALTER TABLE access_accesslog{table} ADD CONSTRAINT {key} UNIQUE (client_id, id)")
        yield raw
    superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def entry(copy: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """One entry from then; the connection goes on past the walls."""
    raw = psycopg.connect(servers.superuser_dsn(copy.info.dbname), autocommit=True)
    raw.execute(
        "INSERT INTO access_accesslogentry (id, client_id, at, commitments) VALUES (7, 1, now(), %s)", [COMMITTED]
    )
    raw.execute(
        "INSERT INTO access_accesslogcontent (client_id, entry_id, at, side, actor_name, action, records, reason,"
        " origin, detail, salts) VALUES (1, 7, now(), 'vendor', 'Vera', 'view', '[]', '', '', '{}', %s)",
        [SALTS],
    )
    return raw


def test_arrays_become_the_bytes_that_everybody_read(
    copy: psycopg.Connection[Any], entry: psycopg.Connection[Any]
) -> None:
    with entry:
        for statement in import_module("access.migrations.0022_log_bytes").TO_BYTES:
            copy.execute(statement)

        found = entry.execute(
            "SELECT commitments, salts FROM access_accesslogentry e JOIN access_accesslogcontent c ON c.entry_id = e.id"
        ).fetchall()

    assert found == [(b"".join(COMMITTED), b"".join(SALTS))]
