"""Fixtures that every test may use: the real database, emptied by us, and a frozen clock."""

import gc
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from psycopg import sql

from access import log_keys, scope, standing, storefront, throttle
from escalation import portal_banners
from escalation import rows as matrices
from helpdesk.lib import away
from helpdesk.look import drawn
from tests import cast, servers

SEEDED = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: at the end one worker would wait for the other."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What is imported and collected stays until the end: the collector need not walk it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _plain_static() -> None:
    """Static files under their plain names: what is collected is the installer's business."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="session", autouse=True)
def _own_time() -> None:
    """Tests move the clock of this process, and the database's stays."""
    settings.CLOCK_MAY_DIFFER = timedelta.max


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
def superuser(owner_connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """This worker's database past every wall, for arranging and for looking, never for acting."""
    with psycopg.connect(servers.superuser_dsn(), autocommit=True) as raw:
        # Looking into all tables at once the server would start processes that cost five times what they save.
        raw.execute("SET max_parallel_workers_per_gather = 0")
        yield raw


@pytest.fixture(scope="session")
def _tables(superuser: psycopg.Connection[Any]) -> list[str]:
    rows = superuser.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return sorted({name for (name,) in rows} - SEEDED)


@pytest.fixture(scope="session")
def _sweep(_tables: list[str], superuser: psycopg.Connection[Any]) -> sql.Composable:
    """Empties every table and restarts its numbers: for small tables far quicker than TRUNCATE."""
    owned = superuser.execute(
        "SELECT s.relname, t.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
        " JOIN pg_class t ON t.oid = d.refobjid WHERE s.relkind = 'S'"
    ).fetchall()
    steps = [sql.SQL("SET LOCAL session_replication_role = replica")]
    steps += [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in _tables]
    steps += [sql.SQL("SELECT setval({}, 1, false)").format(sql.Literal(s)) for s, table in owned if table in _tables]
    return sql.SQL("; ").join(steps)


@pytest.fixture
def db(
    django_db_setup: None, django_db_blocker: Any, superuser: psycopg.Connection[Any], _sweep: sql.Composable
) -> Iterator[None]:
    """The database with real transactions, emptied afterwards; a connection that is as it was is kept."""
    with django_db_blocker.unblock():
        _renew_unless_as_it_was()
        yield
        _renew_unless_as_it_was()
    scope.assume(None)
    translation.deactivate()  # a request leaves its reader's language to the next one, which sets its own
    standing.forget_all()
    storefront.forget_all()
    drawn.forget_all()
    portal_banners.forget_all()
    away.redis.forget()
    throttle.forget_own()
    matrices.forget_all()
    with superuser.transaction():
        superuser.execute(_sweep)
    cache.delete_pattern("*")  # this worker's keys, not those of the workers beside it


def _renew_unless_as_it_was() -> None:
    """Go on with the connection where nothing is open on it: a new one plans everything anew, which takes longer."""
    if not connection.is_usable() or connection.in_atomic_block or not connection.get_autocommit():
        connection.close()


@pytest.fixture
def client() -> cast.Browser:
    """A browser in which nobody is signed in."""
    return cast.Browser()


@pytest.fixture
def raw_app(db: None) -> Iterator[psycopg.Connection[Any]]:
    """The application's role without the product around it, in a transaction that is rolled back."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as raw:
        yield raw
        raw.rollback()


@pytest.fixture
def own_files(settings: Any, tmp_path: Path) -> None:
    """A folder of files of its own: what this test clears away may be another test's."""
    options = {**settings.STORAGES["default"]["OPTIONS"], "location": str(tmp_path / "files")}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}


@pytest.fixture
def log_key(world: cast.World, settings: Any, tmp_path: Path) -> Path:
    """The file of the key that signs the access logs, with its row."""
    settings.LOG_KEY_FILE = tmp_path / "log_key.pem"
    log_keys.begin()
    return tmp_path / "log_key.pem"


@pytest.fixture(scope="session")
def _built() -> dict[str, Any]:
    """What the first test that asked for the cast has built."""
    return {}


@pytest.fixture
def world(db: None, _built: dict[str, Any], superuser: psycopg.Connection[Any], _tables: list[str]) -> cast.World:
    """The standing cast, the same rows for every test."""
    if not _built:
        _built["world"] = cast.build()
        _built["snapshot"] = cast.Snapshot(superuser, _tables)
    else:
        _built["snapshot"].put_back()
    return cast.fresh(_built["world"])
