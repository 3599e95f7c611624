"""The product, stood up for measuring: own servers, own database, the web server as in production."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.figure import NotMeasured

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4
TUNING = (
    "shared_buffers = '1GB'",
    "work_mem = '16MB'",
    "max_wal_size = '4GB'",
    "effective_cache_size = '8GB'",
    "random_page_cost = 1.1",
)


@dataclass
class Site:
    """A running database with the product's tables; Django is set up in this process, as the app role."""

    folder: Path
    environment: dict[str, str]
    superuser_dsn: str
    app_dsn: str
    keeper_dsn: str
    port: int

    @property
    def base(self) -> str:
        """The web server's address."""
        return f"http://127.0.0.1:{self.port}"

    def superuser(self, database: str = "helpdesk") -> psycopg.Connection[Any]:
        """A connection that row security doesn't hold, for loading and for comparing."""
        return psycopg.connect(with_database(self.superuser_dsn, database), autocommit=True)


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a site, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stand_up() -> Iterator[Site]:
    """Stand a site up in a folder of its own."""
    with scratch() as folder, stand_up_in(folder) as site:
        yield site


@contextmanager
def stand_up_in(folder: Path) -> Iterator[Site]:
    """Start PostgreSQL and Redis in the folder, migrate as the owner, set Django up as the app."""
    from helpdesk.services.embedded import start_embedded

    servers = start_embedded(folder)
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": servers.app_dsn,
        "MIGRATION_DATABASE_URL": servers.owner_dsn,
        "REDIS_URL": servers.redis_url,
        "DJANGO_SECRET_KEY": "only-for-measuring",
        "HELPDESK_VAR": str(folder),
        "HELPDESK_DEMO": "0",
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "PYTHONPATH": str(ROOT),
    }
    try:
        _tune(servers.superuser_dsn)
        for arguments in (
            ["migrate", "--database", "owner", "-v0", "--skip-checks"],
            ["collectstatic", "--noinput", "-v0"],
        ):
            done = subprocess.run(
                [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise NotMeasured(f"manage.py {arguments[0]} failed: {done.stderr[-400:]}")
        os.environ.update(environment)
        import django

        django.setup()
        yield Site(folder, environment, servers.superuser_dsn, servers.app_dsn, servers.keeper_dsn, port)
    finally:
        servers.stop()


def _tune(dsn: str) -> None:
    """The settings that the peer's documentation of the comparison names; commits stay durable."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for setting in TUNING[1:]:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def serving(
    application: str,
    port: int,
    *,
    environment: Mapping[str, str],
    python: str = sys.executable,
    folder: Path = ROOT,
    path: str = "/",
) -> Iterator[str]:
    """Serve a WSGI application with the product's web server; gives its address once it answers."""
    command = [
        python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(WORKERS), "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, env=dict(environment))
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base + path, process)
        yield base
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _try in range(300):
        if process.poll() is not None:
            raise NotMeasured(f"the web server of {address} ended at once")
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise NotMeasured(f"{address} does not answer")
