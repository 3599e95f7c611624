"""The database roles and what each may do; the SQL itself stands in ``roles.sql`` and ``database.sql``.

owner migrates and owns the tables, app is the product, keeper does retention and erasure, backup reads
everything. None of them is a superuser.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from psycopg import sql

ROLES = ("owner", "app", "keeper", "backup")
# Any number, the same in every copy: roles belong to the whole server, so their makers wait for each other.
_LOCK = 7_214_090_118
_HERE = Path(__file__).parent


def ensure_roles(superuser_dsn: str, *, passwords: Mapping[str, str], database: str = "helpdesk") -> None:
    """Make the roles and ``database`` with their privileges; done twice, or twice at once, it changes nothing.

    ``passwords`` holds one for each of `ROLES`.
    """
    variables = {f"{role}_password": passwords[role] for role in ROLES}
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        connection.execute(_script("roles.sql", variables))
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone()
        if exists is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        ensure_privileges(superuser_dsn, database=database)


def ensure_privileges(superuser_dsn: str, *, database: str) -> None:
    """Give the roles their privileges in ``database``, as a copy of a template needs too."""
    with psycopg.connect(superuser_dsn, dbname=database, autocommit=True) as connection:
        connection.execute(_script("database.sql", {"database": database}))


def _script(name: str, variables: Mapping[str, str]) -> sql.Composed:
    """The script with psql's ``:'text'`` and ``:"name"`` replaced, so that psql and we run the same file."""
    parts: list[sql.Composable] = []
    for piece in re.split(r"""(:'\w+'|:"\w+")""", (_HERE / name).read_text(encoding="utf-8")):
        if piece.startswith(":'"):
            parts.append(sql.Literal(variables[piece[2:-1]]))
        elif piece.startswith(':"'):
            parts.append(sql.Identifier(variables[piece[2:-1]]))
        else:
            # The text comes from our own file, never from input.
            parts.append(sql.SQL(cast(LiteralString, piece)))
    return sql.Composed(parts)
