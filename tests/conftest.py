"""Fixtures that every test may use: the real database, emptied by us, and a frozen clock."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
from psycopg import sql

from access import scope, standing
from tests import servers

SEEDED = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def owner_connection() -> Iterator[psycopg.Connection[Any]]:
    """This worker's database, as the role that owns the tables."""
    servers.create_database()
    with psycopg.connect(os.environ["MIGRATION_DATABASE_URL"], autocommit=True) as raw:
        yield raw


@pytest.fixture(scope="session")
def django_db_setup(owner_connection: psycopg.Connection[Any]) -> None:
    """The database exists already, migrated as owner."""


@pytest.fixture(scope="session")
def _tables(owner_connection: psycopg.Connection[Any]) -> list[str]:
    rows = owner_connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    return sorted({name for (name,) in rows} - SEEDED)


@pytest.fixture
def db(
    django_db_setup: None, django_db_blocker: Any, owner_connection: psycopg.Connection[Any], _tables: list[str]
) -> Iterator[None]:
    """The database with real transactions; emptied afterwards as its owner."""
    with django_db_blocker.unblock():
        yield
        connection.close()
    scope.assume(None)
    standing.forget_all()
    owner_connection.execute(
        sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(sql.SQL(", ").join(map(sql.Identifier, _tables)))
    )
    cache.clear()
