"""The real servers of a test run: one PostgreSQL and one Redis, a database per worker.

Loaded as a plugin before Django's settings are, because they read the addresses from the
environment.  The template database is migrated once as the owner; each worker gets a copy and
connects as the application's unprivileged role.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests import cluster

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "helpdesk"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def _with_database(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def _start() -> None:
    """In the controlling process: start the servers, migrate the template."""
    from helpdesk.services.embedded import start_embedded

    folder = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
    folder.chmod(0o755)
    is_migrated = cluster.restore(folder)
    servers = start_embedded(folder, durable=False)
    _announce(servers, folder)
    if not is_migrated:
        _migrate()
        cluster.keep(folder, stop=servers.stop)
        servers = start_embedded(folder, durable=False)
        _announce(servers, folder)


def _announce(servers: Any, folder: Path) -> None:
    """Tell the settings and the workers where the servers are."""
    _start.servers, _start.folder = servers, folder  # type: ignore[attr-defined]
    os.environ.update(
        TEST_SUPERUSER_DSN=servers.superuser_dsn,
        TEST_OWNER_DSN=servers.owner_dsn,
        TEST_APP_DSN=servers.app_dsn,
        TEST_KEEPER_DSN=servers.keeper_dsn,
        REDIS_URL=servers.redis_url,
        TEST_FOLDER=str(folder),
    )


def _migrate() -> None:
    """Migrate the template, as the owner."""
    _settings_for(TEMPLATE)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--database", "owner", "--skip-checks", "-v0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise pytest.UsageError(f"The template database could not be migrated:\n{done.stdout}{done.stderr}")


def _settings_for(database: str) -> None:
    os.environ.update(
        DATABASE_URL=_with_database(os.environ["TEST_APP_DSN"], database),
        MIGRATION_DATABASE_URL=_with_database(os.environ["TEST_OWNER_DSN"], database),
        HELPDESK_VAR=str(Path(os.environ["TEST_FOLDER"]) / WORKER),
        HELPDESK_REDIS_PREFIX=f"test-{WORKER}",
        HELPDESK_DEMO="1",
        DJANGO_SECRET_KEY="only-for-tests",
        HELPDESK_BASE_URL="http://testserver",
        HELPDESK_FILES_ORIGIN="http://files.testserver",
    )


def database_name() -> str:
    """This worker's database."""
    return f"test_{WORKER}"


def keeper_dsn() -> str:
    """This worker's database as the role that erases."""
    return _with_database(os.environ["TEST_KEEPER_DSN"], database_name())


def superuser_dsn(database: str | None = None) -> str:
    """A database (this worker's) as a superuser, for putting rows back and for looking past every wall."""
    return _with_database(os.environ["TEST_SUPERUSER_DSN"], database or database_name())


def owner_dsn(database: str) -> str:
    """A database as the role that migrates."""
    return _with_database(os.environ["TEST_OWNER_DSN"], database)


def create_database() -> None:
    """Copy the template for this worker."""
    with psycopg.connect(os.environ["TEST_SUPERUSER_DSN"], autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER owner").format(
                sql.Identifier(database_name()), sql.Identifier(TEMPLATE)
            )
        )


if "TEST_APP_DSN" not in os.environ:
    _start()
_settings_for(database_name())


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers at the end of the run, in the process that started them."""
    servers = getattr(_start, "servers", None)
    if servers is not None:
        servers.stop()
        shutil.rmtree(_start.folder, ignore_errors=True)  # type: ignore[attr-defined]
