"""`run` as an operator meets it: start, stop, start again, be killed, with own servers and with given ones."""

import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from helpdesk.services.roles import ensure_privileges
from tests.servers import TEMPLATE
from tests.services.test_run import OURS
from tests.services.test_servers import is_running, wait_until_gone

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
READY = "The help desk is at"

# Arguments of the services that start later, because nobody waits for them.
_LATER = {"calls", "beat", "keep"}
_BUILT_ON = "django.forms, django.db.models, celery.app.base, redis.asyncio, psycopg"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Copy:
    """One copy of the product, started by the command that `make run` ends in."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port, self.settings = folder, free_port(), settings
        self.lines: list[str] = []

    def start(self) -> float:
        """Start it and return how many seconds it took until it was ready."""
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment = {name: value for name, value in environment.items() if not name.startswith("HELPDESK_")}
        started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.services", "run"],
            cwd=ROOT,
            env=environment
            | {"HELPDESK_VAR": str(self.folder), "PORT": str(self.port), "HELPDESK_DEMO": "0"}
            | self.settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if READY in line:
                return time.monotonic() - started
        raise AssertionError("It never got ready:\n" + "\n".join(self.lines))

    def stop(self) -> int:
        """Stop it as an operator does and return its exit code."""
        self.process.terminate()
        output, _ = self.process.communicate(timeout=60)
        self.lines += output.splitlines()
        return self.process.returncode

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                code: int = answer.status
                return code
        except urllib.error.HTTPError as error:
            return error.code

    def processes(self) -> list[int]:
        """The processes below this copy, its own one left out."""
        listing = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
        found = {self.process.pid}
        while more := {pid for pid, parent in pairs if parent in found} - found:
            found |= more
        return sorted(found - {self.process.pid})


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-whole-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_start_stop_start_again_and_be_killed(folder: Path) -> None:
    copy = Copy(folder)
    copy.start()
    try:
        first_processes = copy.processes()

        assert copy.status("/health/ready") == 200
        assert _user_at_address(folder, "owner") == "owner"
    finally:
        code = copy.stop()

    assert (code, copy.lines[-1]) == (0, "Stopped.")
    wait_until_gone(first_processes)
    assert not any(map(is_running, first_processes))
    _check_second_start(copy)


def _user_at_address(folder: Path, role: str) -> str:
    """The user that the printed address of a role gets in as."""
    command = [sys.executable, "-m", "helpdesk.services", "address", role]
    environment = os.environ | {"HELPDESK_VAR": str(folder)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    with psycopg.connect(done.stdout.strip()) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row is not None
    return str(row[0])


def _check_second_start(copy: Copy) -> None:
    """A second start does only what has to be done, and a killed copy leaves nothing behind.

    It has to take under 10 s. As other tests share the machine, the work is measured and not the time: what two
    cores do in 10 s, in which they import what the product is built on sixteen times. A core that is shared counts
    more seconds for the same work, for both.
    """
    copy.start()
    processes = copy.processes()
    work = sum(map(_cpu_seconds, filter(_is_waited_for, [copy.process.pid, *processes])))
    try:
        assert work < 16 * _an_import()
        assert copy.status("/health/ready") == 200
        assert not any("Preparing" in line or "Collecting" in line for line in copy.lines)
    finally:
        copy.process.kill()
        copy.process.communicate()

    wait_until_gone(processes)
    assert not any(map(is_running, processes))


def _an_import() -> float:
    """The CPU time of importing what the product is built on, as the machine is now: the middle one of three."""
    seconds = []
    for _turn in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", f"import {_BUILT_ON}"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(seconds)


def _is_waited_for(pid: int) -> bool:
    """Whether somebody who starts the product waits for this process."""
    try:
        return not _LATER & set(Path(f"/proc/{pid}/cmdline").read_text().split("\0"))
    except FileNotFoundError:
        return False


def _cpu_seconds(pid: int) -> float:
    """What a process and its ended children have computed so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def given() -> Iterator[dict[str, str]]:
    """The addresses of a migrated database and a Redis that somebody else runs."""
    superuser_dsn = os.environ["TEST_SUPERUSER_DSN"]
    with psycopg.connect(superuser_dsn, autocommit=True) as superuser:
        superuser.execute("DROP DATABASE IF EXISTS given WITH (FORCE)")
        # The same lock as for the copies that the test workers make of it.
        superuser.execute("SELECT pg_advisory_lock(1)")
        superuser.execute(f"CREATE DATABASE given TEMPLATE {TEMPLATE} OWNER owner")
        superuser.execute("SELECT pg_advisory_unlock(1)")
        ensure_privileges(superuser_dsn, database="given")
        yield {
            "DATABASE_URL": _with_database(os.environ["TEST_APP_DSN"], "given"),
            "MIGRATION_DATABASE_URL": _with_database(os.environ["TEST_OWNER_DSN"], "given"),
            "REDIS_URL": os.environ["REDIS_URL"],
            "HELPDESK_REDIS_PREFIX": "given",
        }
        superuser.execute("DROP DATABASE given WITH (FORCE)")


def test_given_servers_are_used_and_none_is_started(folder: Path, given: dict[str, str]) -> None:
    var = folder / "given"
    copy = Copy(var, HELPDESK_WEB_WORKERS="1", HELPDESK_WORKER_PROCESSES="1", **given)
    copy.start()
    try:
        assert copy.status("/health/ready") == 200
        assert not (var / "postgres").exists()
        assert not (var / "redis").exists()
        with psycopg.connect(given["DATABASE_URL"]) as connection:
            users = connection.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'given'")
            assert users.fetchall() == [("app",)]
    finally:
        code = copy.stop()

    assert code == 0


def _with_database(dsn: str, name: str) -> str:
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()
