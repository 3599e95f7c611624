"""The live product of one test worker: the real web server on the worker's own database.

Its task queue has no worker here.  What is due is found by the same sweeps that beat starts, so
every journey also shows that a lost queue loses nothing.
"""

import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import psycopg
from django.conf import settings

from helpdesk.celery import app
from helpdesk.services import commands
from post.models import OutboxMail
from tests import servers
from tests.cast import World

START_SECONDS = 60.0
QUIET_SECONDS = 10.0
# The server gets no connection with more rights than a site's would.
_POWERS = ("MIGRATION_DATABASE_URL", "TEST_SUPERUSER_DSN", "TEST_OWNER_DSN", "TEST_KEEPER_DSN")


class Site:
    """One web server; `base` is the desk's origin, `files` the one of attachments."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.files = f"http://localhost:{self.port}"
        self.session_cookie = f"session{self.port}"
        self.folder = Path(os.environ["TEST_FOLDER"]) / f"{servers.WORKER}-live"
        self.log = self.folder / "web.log"

    def start(self) -> None:
        """Collect the static files and start the server; returns when it answers."""
        self.folder.mkdir(exist_ok=True)
        stored = Path(settings.VAR) / "files"
        stored.mkdir(parents=True, exist_ok=True)
        (self.folder / "files").symlink_to(stored)
        environment = {name: value for name, value in os.environ.items() if name not in _POWERS}
        environment |= {
            "PORT": str(self.port),
            "HELPDESK_VAR": str(self.folder),
            "HELPDESK_BASE_URL": self.base,
            "HELPDESK_FILES_ORIGIN": self.files,
            "HELPDESK_WEB_WORKERS": "1",
        }
        collect = commands.manage("collectstatic", "--noinput", "--verbosity", "0")
        subprocess.run(collect, cwd=servers.ROOT, env=environment, check=True)
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                commands.web(environment), cwd=servers.ROOT, env=environment, stdout=output, stderr=output
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.base}/health/live", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"The web server did not start:\n{self.log.read_text()}")

    def last_words(self) -> str:
        """The end of what the server has logged."""
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """Stop the server as an operator does."""
        self.process.terminate()
        self.process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_quiet(superuser: psycopg.Connection) -> None:
    """Return once the server is done with what closed windows had asked it: its rows are emptied next.

    A request may stand between two transactions, so that one quiet look is not enough.
    """
    until, quiet = time.monotonic() + QUIET_SECONDS, 0
    while quiet < 3:
        busy = superuser.execute(_BUSY).fetchall()
        quiet = 0 if busy else quiet + 1
        assert time.monotonic() < until, f"The server is still at work: {busy}"
        time.sleep(0.02)


_BUSY = (
    "SELECT pid, state, left(query, 200) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    " AND backend_type = 'client backend'"
)


def forget_earlier_tests(superuser: psycopg.Connection, nonce: int) -> None:
    """Make rights and new rows of this test unlike those of the tests before.

    The server outlives each test's database and remembers rights by user and version; after the
    rows are put back, both would otherwise come round again with another meaning.
    """
    for table in ("access_rightsversionuser", "access_rightsversionclient"):
        superuser.execute(f"UPDATE {table} SET version = version + %s", [nonce * 1000])
    for table in ("access_user", "access_client"):
        superuser.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}) + %s)",
            [nonce * 1000],
        )


def run_due() -> None:
    """Do what beat would have started by now, and everything that follows from it, here and at once."""
    app.loader.import_default_modules()
    before, app.conf.task_always_eager = app.conf.task_always_eager, True
    try:
        for entry in app.conf.beat_schedule.values():
            app.tasks[entry["task"]]()
    finally:
        app.conf.task_always_eager = before


def letters(world: World, client: object, to: str) -> list[OutboxMail]:
    """The letters of a client to one address, oldest first, all handed over to the mail server."""
    run_due()
    with world.enter(client):
        found = list(OutboxMail.objects.filter(client_id=client.pk, to_address=to).order_by("pk"))
    assert {mail.state for mail in found} <= {OutboxMail.State.ACCEPTED}
    return found
