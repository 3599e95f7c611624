"""`run` as an operator meets it: start, work, back up, stop, start again, with own servers and with given ones."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from helpdesk.services.embedded import Embedded
from helpdesk.services.postgres import programs
from helpdesk.services.roles import ROLES, ensure_roles
from tests.services.test_run import OURS
from tests.services.test_servers import is_running, wait_until_gone

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
READY = "The help desk is at"


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
            env=environment | {"HELPDESK_VAR": str(self.folder), "PORT": str(self.port)} | self.settings,
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


def test_start_work_back_up_stop_and_start_again(folder: Path) -> None:
    copy = Copy(folder)
    copy.start()
    try:
        demo = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        first_processes = copy.processes()

        assert copy.status("/health/ready") == 200
        assert demo["base"] == f"http://127.0.0.1:{copy.port}"
        assert any(demo["logins"][0]["email"] in line for line in copy.lines)
        _check_backup(folder)
    finally:
        code = copy.stop()

    assert (code, copy.lines[-1]) == (0, "Stopped.")
    wait_until_gone(first_processes)
    assert not any(map(is_running, first_processes))
    _check_second_start(copy)


def _check_backup(folder: Path) -> None:
    """What `backup` dumps, `owner` restores row by row, although row security hides the rows from the owner."""
    environment = os.environ | {"HELPDESK_VAR": str(folder)}
    urls = {
        role: subprocess.run(
            [sys.executable, "-m", "helpdesk.services", "address", role],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for role in ROLES
    }
    superuser = urls["owner"].replace(urls["owner"].split("//")[1].split("@")[0], "postgres")
    passwords = {role: url.split(":")[2].split("@")[0] for role, url in urls.items()}
    ensure_roles(superuser, passwords=passwords, database="restored")
    dump = folder / "helpdesk.dump"

    subprocess.run([programs() / "pg_dump", "--format=custom", "--file", dump, urls["backup"]], check=True)
    restored = urls["owner"].replace("@/helpdesk", "@/restored")
    subprocess.run([programs() / "pg_restore", "--dbname", restored, "--no-owner", "--exit-on-error", dump], check=True)

    before, after = _row_counts(urls["backup"]), _row_counts(urls["backup"].replace("@/helpdesk", "@/restored"))
    assert before["access_client"] > 0
    # What the running workers write meanwhile may be in one of them only.
    assert {name for name, count in before.items() if count} == {name for name, count in after.items() if count}
    assert after["access_client"] == before["access_client"]


def _row_counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        counts = {}
        for name in names:
            row = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            assert row is not None
            counts[name] = int(row[0])
        return counts


def _check_second_start(copy: Copy) -> None:
    """A second start takes under 10 s, keeps what was there, and recovers from being killed."""
    seconds = copy.start()
    processes = copy.processes()
    try:
        assert seconds < 10
        assert copy.status("/health/ready") == 200
        assert not any("Preparing" in line or "Collecting" in line for line in copy.lines)
    finally:
        copy.process.kill()
        copy.process.communicate()

    wait_until_gone(processes)
    assert not any(map(is_running, processes))


def test_given_servers_are_used_and_none_is_started(folder: Path, servers: Embedded) -> None:
    var = folder / "given"
    copy = Copy(
        var,
        DATABASE_URL=servers.app_dsn,
        MIGRATION_DATABASE_URL=servers.owner_dsn,
        REDIS_URL=servers.redis_url,
    )
    copy.start()
    try:
        assert copy.status("/health/ready") == 200
        assert not (var / "postgres").exists()
        assert not (var / "redis").exists()
    finally:
        code = copy.stop()

    assert code == 0
    with psycopg.connect(servers.superuser_dsn, dbname="helpdesk") as superuser:
        assert superuser.execute("SELECT count(*) > 0 FROM access_client").fetchone() == (True,)
