"""`make run`: everything the help desk needs on one machine, from an empty folder to a page that answers."""

import json
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from helpdesk.lib.env import TRUE_WORDS
from helpdesk.services import commands, secrets_file
from helpdesk.services.beside import noted
from helpdesk.services.database import Preparation, check_answers
from helpdesk.services.embedded import DATABASE
from helpdesk.services.environment import ROOT, Wishes, check_port_is_free, for_children, read_wishes
from helpdesk.services.errors import CannotStart
from helpdesk.services.folder import hold
from helpdesk.services.frontend import ensure_frontend
from helpdesk.services.messages import ensure_messages
from helpdesk.services.postgres import Postgres, start_postgres
from helpdesk.services.probe import ask
from helpdesk.services.processes import start_child, stop_child
from helpdesk.services.progress import say, step
from helpdesk.services.redis import Redis, ping, start_redis
from helpdesk.services.roles import ensure_roles
from helpdesk.services.stamps import digest_of_states, is_done, mark_done
from helpdesk.services.supervisor import Service, Supervisor

_READY_SECONDS = 180.0
_BEAT_WAITS_SECONDS = 5.0
_LOOK_SECONDS = 0.3
_SERVER_DEATHS = 5
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_DEATHS_BEFORE_READY = 3
_CONNECT_SECONDS = 5


class StopAsked(BaseException):
    """Ctrl-C or SIGTERM while things are still being set up."""


def run() -> None:
    """Start everything and keep it running until Ctrl-C or SIGTERM; refuses with `CannotStart`."""
    wishes = read_wishes()
    with ExitStack() as stack:
        stack.enter_context(_stoppable())
        held = hold(wishes.var)
        stack.callback(held.release)
        check_port_is_free(wishes)
        ensure_frontend()
        ensure_messages()
        servers: list[Postgres | Redis] = []
        database_url, owner_url, keeper_url = _postgres(wishes, stack, servers)
        redis_url = _redis(wishes, stack, servers)
        # From here on a second Ctrl-C must not interrupt the stopping of the servers.
        stack.callback(_ignore_stop_signals)
        secret_key = secrets_file.read_or_make(wishes.var)["django_secret_key"]
        environment = for_children(wishes, database_url=database_url, redis_url=redis_url, secret_key=secret_key)
        _collect_static(wishes, environment)
        preparation = Preparation(
            wishes.var,
            database_url=database_url,
            base_url=wishes.base_url,
            with_demo=environment["HELPDESK_DEMO"].strip().lower() in TRUE_WORDS,
        )
        if not preparation.is_done():
            with step("Preparing the database"):
                _manage("prepare", environment=environment | {"MIGRATION_DATABASE_URL": owner_url})
            preparation.mark_done()
        stack.enter_context(noted(wishes.var, environment | {"MIGRATION_DATABASE_URL": owner_url}))
        say("Starting web, worker, caller, beat and keeper ...")
        services = [
            Service(name="web", command=commands.web(environment), environment=environment),
            Service(
                name="worker",
                command=commands.worker(environment),
                # Celery warns about root, which a demo on a bare machine may well be; a site's own worker still does.
                environment=environment | {"PYTHONWARNINGS": "ignore:You're running the worker"},
                # It would wait for its broker, which ends too; unfinished tasks are given out again.
                dies_by=signal.SIGKILL,
            ),
            Service(
                name="caller",
                command=commands.caller(environment),
                environment=environment | {"PYTHONWARNINGS": "ignore:You're running the worker"},
                dies_by=signal.SIGKILL,
                start_at=time.monotonic() + _BEAT_WAITS_SECONDS,
            ),
            Service(
                name="beat",
                command=commands.beat(environment),
                environment=environment,
                # Nobody waits for it, and at first the others need the processors.
                start_at=time.monotonic() + _BEAT_WAITS_SECONDS,
            ),
        ]
        if keeper_url is None:
            say("KEEPER_DATABASE_URL isn't set: erasures, retention and exit packages wait for a keeper elsewhere.")
        else:
            services.append(_keeper(environment, keeper_url))
        Supervisor(services, tick=_Watch(wishes, servers)).run()
        say("Stopping the servers ...")
    say("Stopped.")


def _keeper(environment: dict[str, str], url: str) -> Service:
    return Service(
        name="keeper",
        command=commands.keeper(),
        environment=commands.as_keeper(environment, url),
        # Nobody waits for it at the start, as with beat.
        start_at=time.monotonic() + _BEAT_WAITS_SECONDS,
    )


class _Watch:
    """Tells the addresses once the product is ready, and starts an embedded server again that ended."""

    def __init__(self, wishes: Wishes, servers: Sequence[Postgres | Redis]) -> None:
        self._wishes = wishes
        self._servers = servers
        self._server_deaths = 0
        self._started = time.monotonic()
        self._told = False
        self._next_look = 0.0

    def __call__(self, supervisor: Supervisor) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_SECONDS
        self._look_after_servers()
        if not self._told:
            self._wait_until_ready(supervisor.services, waited=now - self._started)

    def _look_after_servers(self) -> None:
        for server in self._servers:
            if server.child.poll() is None:
                continue
            self._server_deaths += 1
            if self._server_deaths > _SERVER_DEATHS:
                raise CannotStart(f"The embedded {server.name} ends again and again: {server.log} says why.")
            with step(f"The embedded {server.name} ended unexpectedly; starting it again"):
                server.start_again()

    def _wait_until_ready(self, services: Sequence[Service], *, waited: float) -> None:
        answer = ask(self._wishes)
        if answer == 200:
            self._told = True
            say(f"Ready after {waited:.1f} s.")
            _tell_addresses(self._wishes)
            return
        failed = [service.name for service in services if service.deaths >= _DEATHS_BEFORE_READY]
        if failed:
            raise CannotStart(f"{failed[0]} ends again and again: its last lines above say why.")
        if waited > _READY_SECONDS:
            raise CannotStart(
                f"The product isn't ready after {_READY_SECONDS:.0f} s (its health check says {answer or 'nothing'}): "
                "the lines above say why."
            )


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn stop signals into `StopAsked`, so that what was started is stopped in order."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        raise StopAsked

    earlier = {number: signal.signal(number, ask) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _ignore_stop_signals() -> None:
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _postgres(wishes: Wishes, stack: ExitStack, servers: list[Postgres | Redis]) -> tuple[str, str, str | None]:
    """The URLs of the roles app, owner and keeper, after checking or starting their server.

    An own server without KEEPER_DATABASE_URL runs without a keeper here: it may stand on another machine.
    """
    if wishes.database_url and wishes.migration_database_url:
        check_answers("DATABASE_URL", wishes.database_url)
        check_answers("MIGRATION_DATABASE_URL", wishes.migration_database_url)
        if wishes.keeper_database_url:
            check_answers("KEEPER_DATABASE_URL", wishes.keeper_database_url)
        return wishes.database_url, wishes.migration_database_url, wishes.keeper_database_url
    var = wishes.var
    passwords = secrets_file.read_or_make(var)
    with step("Starting the embedded PostgreSQL"):
        postgres = start_postgres(var / "postgres", log=_log(var, "postgres"), say=say)
        stack.callback(postgres.stop)
        servers.append(postgres)
        ensure_roles(postgres.superuser_dsn, passwords=passwords, database=DATABASE)
    app, owner, keeper = (
        postgres.dsn(user=role, password=passwords[role], database=DATABASE) for role in ("app", "owner", "keeper")
    )
    return app, owner, keeper


def _redis(wishes: Wishes, stack: ExitStack, servers: list[Postgres | Redis]) -> str:
    if wishes.redis_url:
        reason = ping(wishes.redis_url, seconds=_CONNECT_SECONDS)
        if reason:
            raise CannotStart(f"The server of REDIS_URL can't be used ({reason}): check the address and the password.")
        return wishes.redis_url
    password = secrets_file.read_or_make(wishes.var)["redis"]
    with step("Starting the embedded Redis"):
        redis = start_redis(wishes.var / "redis", password=password, log=_log(wishes.var, "redis"))
        stack.callback(redis.stop)
        servers.append(redis)
    return redis.url


def _log(var: Path, name: str) -> Path:
    folder = var / "log"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.log"


def _collect_static(wishes: Wishes, environment: dict[str, str]) -> None:
    """Collect the static files where one of them, a package or the settings changed."""
    files = [path for path in ROOT.glob("*/static/**/*") if path.is_file()]
    files += [ROOT / "requirements.lock", ROOT / "helpdesk" / "settings.py"]
    digest = digest_of_states(files)
    stamp = wishes.var / "static" / ".complete"
    if is_done(stamp, digest):
        return
    with step("Collecting the static files"):
        _manage("collectstatic", "--noinput", "--clear", "--verbosity", "0", environment=environment)
    mark_done(stamp, digest)


def _manage(*arguments: str, environment: dict[str, str]) -> None:
    """Run a management command to its end; its output is the operator's to read."""
    child = start_child(commands.manage(*arguments), environment=environment, folder=ROOT)
    try:
        code = child.wait()
    except BaseException:
        stop_child(child, by=signal.SIGTERM, seconds=10)
        raise
    if code != 0:
        raise CannotStart(f"`manage.py {arguments[0]}` failed; the lines above say why.")


def _tell_addresses(wishes: Wishes) -> None:
    say(f"\nThe help desk is at {wishes.base_url}/ (stop it with Ctrl-C).")
    path = wishes.var / "demo.json"
    try:
        logins = json.loads(path.read_text(encoding="utf-8"))["logins"]
    except (OSError, ValueError, KeyError):
        return
    say(f"Demo logins, also in {path}:")
    rows = [
        (login["role"], login["client"] or "", login["email"], login["password"] or "", login["start"])
        for login in logins
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for *cells, start in rows:
        say("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)) + f"  {start}")
