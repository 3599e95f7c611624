"""The command lines of the product's processes, the same on one machine and in a container."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from helpdesk.services.environment import ROOT
from helpdesk.services.errors import CannotStart

_PYTHON = sys.executable


def web(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The web server: processes with threads, restarted one by one when they fail."""
    workers = _count(environment, "HELPDESK_WEB_WORKERS", default=2)
    threads = _count(environment, "HELPDESK_WEB_THREADS", default=4)
    return [
        *(_PYTHON, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
        *("--host", environment.get("HELPDESK_BIND", "").strip() or "127.0.0.1"),
        *("--port", environment.get("PORT", "").strip() or "8000"),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--respawn-failed-workers", "--workers-kill-timeout", "10"),
        "helpdesk.wsgi:application",
    ]


def worker(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The worker of the task queue."""
    processes = _count(environment, "HELPDESK_WORKER_PROCESSES", default=2)
    return [
        *(_PYTHON, "-m", "celery", "--app", "helpdesk.celery", "--quiet", "worker"),
        *("--concurrency", str(processes), "--loglevel", "WARNING"),
    ]


def caller(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The worker that asks other people's programs, which may hang: threads, so that one waits beside the others."""
    threads = _count(environment, "HELPDESK_CALLER_THREADS", default=16)
    return [
        *(_PYTHON, "-m", "celery", "--app", "helpdesk.celery", "-q", "worker", "--queues", "calls"),
        *("--pool", "threads", "--concurrency", str(threads), "--loglevel", "WARNING"),
    ]


def beat(_environment: Mapping[str, str] = os.environ) -> list[str]:
    """The clock of the task queue; its schedule is in the code, so it keeps no file."""
    return [
        *(_PYTHON, "-m", "celery", "--app", "helpdesk.celery", "--quiet", "beat"),
        *("--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING", "--pidfile", ""),
    ]


def keeper() -> list[str]:
    """The keeper's process; its environment is `as_keeper`."""
    return manage("keep")


def as_keeper(environment: Mapping[str, str], url: str) -> dict[str, str]:
    """The environment of the keeper: the others' with its own connection in the place of theirs."""
    return {**environment, "DATABASE_URL": url}


def keep() -> NoReturn:
    """Become the keeper's process, with the connection of KEEPER_DATABASE_URL; refuses without it."""
    url = os.environ.pop("KEEPER_DATABASE_URL", "").strip()
    if not url:
        raise CannotStart("KEEPER_DATABASE_URL isn't set: the keeper connects as the role keeper.")
    os.environ.update(as_keeper({}, url))
    become(keeper())


def migrate() -> list[str]:
    """The migrations alone, through the connection of the role owner."""
    return manage("migrate", "--database", "owner", "--noinput")


def upgrade() -> NoReturn:
    """Migrate, make the logs' first key, then again what the version before wrote otherwise; ends this process."""
    done = subprocess.run(migrate(), cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    done = subprocess.run(manage("rotate_log_key", "--first"), cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    become(manage("index_articles"))


def manage(*arguments: str) -> list[str]:
    """A command of ``manage.py``."""
    return [_PYTHON, str(ROOT / "manage.py"), *arguments]


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by ``command``, which then receives the container's signals itself."""
    os.chdir(ROOT)
    os.execv(command[0], list(command))


def _count(environment: Mapping[str, str], name: str, *, default: int) -> int:
    raw = environment.get(name, "").strip() or str(default)
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw) <= 64):
        raise CannotStart(f"{name} must be a number from 1 to 64, not {raw!r}: set another one, or leave it out.")
    return int(raw)
