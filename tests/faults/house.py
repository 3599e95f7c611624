"""The whole product on servers of its own, under its own supervisor: everything in it may be killed.

`python -m tests.faults.house FOLDER` runs it; it tells its addresses in one line of JSON, and ends
with its parent's terminate.
"""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis

from helpdesk.services import commands, supervisor
from helpdesk.services.embedded import Embedded, start_embedded
from helpdesk.services.supervisor import Service, Supervisor

ROOT = Path(__file__).resolve().parents[2]
_POWERS = ("MIGRATION_DATABASE_URL", "TEST_SUPERUSER_DSN", "TEST_OWNER_DSN", "TEST_KEEPER_DSN", "TEST_APP_DSN")


T = TypeVar("T")


def wait_for(look: Callable[[], T], *, what: str, seconds: float = 30) -> T:
    """What `look` finds as soon as it is something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Waited {seconds:.0f} s for {what}.")


@dataclass(frozen=True)
class Answer:
    """What a program got; status 0 where the line was cut."""

    status: int
    body: bytes = b""
    replayed: bool = False
    retry_after: str = ""


class House:
    """The product in a folder; `key` is the key of a program at its client."""

    key: str

    def __init__(self, folder: Path, *, port: int, smtp_port: int, **more: str) -> None:
        self.folder, self.port = folder, port
        environment = {name: value for name, value in os.environ.items() if name not in _POWERS}
        environment |= {
            "PORT": str(port), "HELPDESK_VAR": str(folder), "HELPDESK_REDIS_PREFIX": "house", "HELPDESK_DEMO": "0",
            "HELPDESK_BASE_URL": f"http://127.0.0.1:{port}", "HELPDESK_WEB_WORKERS": "1",
            "HELPDESK_WORKER_PROCESSES": "1", "HELPDESK_SMTP_HOST": "127.0.0.1", "HELPDESK_SMTP_PORT": str(smtp_port),
            "HELPDESK_OUTSIDE_ALLOW": "127.0.0.0/8",
        } | more  # fmt: skip
        self.environment = environment
        self._log = (folder / "house.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.house", str(folder)],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=self._log,
        )  # fmt: skip
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.superuser_dsn, self.app_dsn, self.redis_url = told["superuser"], told["app"], told["redis"]

    def stop(self) -> None:
        """Stop it as an operator does."""
        self.process.terminate()
        self.process.communicate(timeout=40)
        self._log.close()

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Look into the database past every wall."""
        with psycopg.connect(self.superuser_dsn, autocommit=True) as connection:
            return connection.execute(statement).fetchall()

    def let_leases_end(self) -> None:
        """Have as much time go by for what the dead had claimed as they had claimed it for."""
        for table in ("post_outboxhint", "post_callhint"):
            self.sql(f"UPDATE {table} SET lease_until = now() WHERE lease_until > now() RETURNING id")

    def number(self, statement: str) -> int:
        """One number of the database."""
        return int(self.sql(statement)[0][0])

    @contextmanager
    def holding(self, statement: str) -> Iterator[psycopg.Connection[Any]]:
        """Hold the locks that the statement takes."""
        with psycopg.connect(self.superuser_dsn) as holder:
            holder.execute(statement)
            yield holder
            holder.rollback()

    def wait_for_lock(self) -> None:
        """Return once somebody of the product waits for what a connection of ours holds, not for one another."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity a WHERE a.usename = 'app' AND EXISTS ("
            "SELECT 1 FROM pg_stat_activity b WHERE b.usename <> 'app' AND b.pid = ANY (pg_blocking_pids(a.pid)))"
        )
        wait_for(lambda: self.number(waiting), what="somebody at a lock")

    def broker(self) -> redis.Redis:
        """Its Redis."""
        return redis.Redis.from_url(self.redis_url)

    def post(self, path: str, body: dict[str, Any], *, key: str = "") -> Answer:
        """Send JSON as a program."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        return self.send(f"api/v1/{path}", json.dumps(body).encode(), headers)

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Send bytes."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", body, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as found:
                return Answer(found.status, found.read(), "Idempotent-Replayed" in found.headers)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), retry_after=error.headers.get("Retry-After", ""))
        except OSError:
            return Answer(0)

    def post_again(self, path: str, body: dict[str, Any], *, key: str) -> Answer:
        """Send until there is an answer, as a program with a key does."""

        def ask() -> Answer | None:
            answer = self.post(path, body, key=key)
            return answer if answer.status not in (0, 409, 503) else None

        return wait_for(ask, what="an answer")

    def is_whole(self, wanted: dict[str, int]) -> bool:
        """Whether the web server answers and so many processes with each word run."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=5):
                return all(len(self.pids(word)) >= count for word, count in wanted.items())
        except OSError:
            return False

    def pids(self, word: str) -> list[int]:
        """Processes of this house whose command line has the word, parents in front of their children."""
        listing = subprocess.run(["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in listing.splitlines()]
        # By generation and not by number: numbers of processes begin again at the lowest that is free.
        ours = newest = [self.process.pid]
        while newest := [int(pid) for pid, parent, _args in rows if int(parent) in newest]:
            ours = ours + newest
        command = {int(pid): args for pid, _parent, args in rows}
        return [pid for pid in ours if word in command.get(pid, "")]

    def kill(self, word: str, *, place: int = 0) -> None:
        """SIGKILL one of the processes with the word; returns when it is gone."""
        pid = self.pids(word)[place]
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: pid not in self.pids(word), what=f"the end of {word}")

    def freeze(self, word: str) -> None:
        """Stop the first process with the word where it is; its connections stay open."""
        os.kill(self.pids(word)[0], signal.SIGSTOP)

    def thaw(self, word: str) -> None:
        """Let it go on."""
        os.kill(self.pids(word)[0], signal.SIGCONT)


def _run(folder: Path) -> None:
    """Servers and services under the product's supervisor, without what an installation does first."""
    supervisor._FIRST_PAUSE = 0.1
    servers = start_embedded(folder)
    environment = os.environ | {"DATABASE_URL": servers.app_dsn, "REDIS_URL": servers.redis_url}
    lines = {"web": commands.web(environment), "worker": commands.worker(environment), "beat": commands.beat()}
    lines["caller"] = commands.caller(environment)
    dies_by = {"worker": signal.SIGKILL, "caller": signal.SIGKILL}
    services = [
        Service(name=name, command=line, environment=environment, dies_by=dies_by.get(name, signal.SIGTERM))
        for name, line in lines.items()
    ]
    addresses = {"superuser": servers.superuser_dsn, "app": servers.app_dsn, "redis": servers.redis_url}
    addresses["superuser"] = addresses["superuser"].replace("/postgres?", "/helpdesk?")
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()
    os.dup2(2, 1)
    Supervisor(services, tick=lambda _supervisor: _look_after(servers)).run()
    servers.stop()


def _look_after(servers: Embedded) -> None:
    for server in (servers.postgres, servers.redis):
        if server.child.poll() is not None:
            server.start_again()


if __name__ == "__main__":
    _run(Path(sys.argv[1]))
