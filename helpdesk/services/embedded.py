"""PostgreSQL and Redis for one data folder, with their roles: for `make run` and for the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpdesk.services import secrets_file
from helpdesk.services.errors import CannotStart
from helpdesk.services.folder import Hold, hold
from helpdesk.services.postgres import Postgres, socket_url, start_postgres
from helpdesk.services.redis import Redis, start_redis
from helpdesk.services.roles import ensure_roles

DATABASE = "helpdesk"


def _silent(_sentence: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """The running servers; every DSN is a URL for the database ``helpdesk``, the superuser's for ``postgres``."""

    superuser_dsn: str
    owner_dsn: str
    app_dsn: str
    keeper_dsn: str
    backup_dsn: str
    redis_url: str
    postgres: Postgres
    redis: Redis
    held: Hold | None = None

    def stop(self) -> None:
        """End both servers and let go of the data folder."""
        self.redis.stop()
        self.postgres.stop()
        if self.held is not None:
            self.held.release()


def start_embedded(var: Path, *, durable: bool = True, say: Callable[[str], None] = _silent) -> Embedded:
    """Hold ``var`` and start both servers in it; refuses with `CannotStart`.

    They end with ``stop()`` or with this process, whichever comes first. Call it from the main thread.
    ``durable=False`` is for throw-away databases: a power cut may break them.
    """
    held = hold(var)
    try:
        return start_servers(held, durable=durable, say=say)
    except BaseException:
        held.release()
        raise


def address_of(var: Path, role: str) -> str:
    """The connection URL of a role at the server that runs on ``var``; refuses when none runs."""
    try:
        sockets = Path((var / "postgres" / "postmaster.pid").read_text().splitlines()[4])
    except (OSError, IndexError):
        raise CannotStart(f"No embedded PostgreSQL runs on {var}: start it with `make run`.") from None
    return socket_url(sockets, user=role, database=DATABASE, password=secrets_file.read_or_make(var)[role])


def start_servers(held: Hold, *, durable: bool = True, say: Callable[[str], None] = _silent) -> Embedded:
    """Start both servers in a folder that the caller holds; what was started is stopped when a step fails."""
    var = held.folder
    logs = var / "log"
    logs.mkdir(exist_ok=True)
    secrets = secrets_file.read_or_make(var)
    postgres = start_postgres(var / "postgres", log=logs / "postgres.log", say=say, durable=durable)
    try:
        ensure_roles(postgres.superuser_dsn, passwords=secrets, database=DATABASE)
        redis = start_redis(var / "redis", password=secrets["redis"], log=logs / "redis.log")
    except BaseException:
        postgres.stop()
        raise

    def dsn(role: str) -> str:
        return postgres.dsn(user=role, password=secrets[role], database=DATABASE)

    return Embedded(
        superuser_dsn=postgres.superuser_dsn,
        owner_dsn=dsn("owner"),
        app_dsn=dsn("app"),
        keeper_dsn=dsn("keeper"),
        backup_dsn=dsn("backup"),
        redis_url=redis.url,
        postgres=postgres,
        redis=redis,
        held=held,
    )
