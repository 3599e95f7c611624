"""`run` refuses what it can't start with: one sentence on stderr, exit code 1, nothing started."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.services.environment import for_children, read_wishes
from helpdesk.services.folder import hold

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "KEEPER_DATABASE_URL", "REDIS_URL", "PORT", "DJANGO_SECRET_KEY")


def run(data_folder: Path, *, command: str = "run", **settings: str) -> tuple[int, str]:
    """The exit code of the command and what it wrote to stderr."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment = {name: value for name, value in environment.items() if not name.startswith("HELPDESK_")}
    done = subprocess.run(
        [sys.executable, "-m", "helpdesk.services", command],
        cwd=ROOT,
        env=environment | {"HELPDESK_VAR": str(data_folder), "PORT": "8199"} | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.strip()


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "eighty"}, "PORT must be a number from 1 to 65535, not 'eighty'"),
        ({"PORT": "0"}, "PORT must be a number"),
        ({"PORT": "65536"}, "PORT must be a number"),
        ({"PORT": "-1"}, "PORT must be a number"),
        ({"HELPDESK_BIND": "no such host"}, "HELPDESK_BIND"),
        ({"HELPDESK_VAR": "/dev/null/var"}, "set HELPDESK_VAR"),
        ({"DATABASE_URL": "postgresql://app@/helpdesk"}, "MIGRATION_DATABASE_URL isn't set"),
        ({"MIGRATION_DATABASE_URL": "postgresql://owner@/helpdesk"}, "DATABASE_URL isn't set"),
        (
            {"DATABASE_URL": "postgresql://app:word@127.0.0.1:1/x", "MIGRATION_DATABASE_URL": "postgresql://x@/y"},
            "The server of DATABASE_URL can't be used",
        ),
    ],
)
def test_a_setting_that_cannot_work_is_one_sentence(data_folder: Path, settings: dict[str, str], words: str) -> None:
    code, errors = run(data_folder, **settings)

    assert code == 1
    assert words in errors
    assert len(errors.splitlines()) == 1
    assert not (data_folder / "postgres").exists()


def test_a_password_never_stands_in_the_sentence(data_folder: Path) -> None:
    url = "postgresql://app:quite-secret@127.0.0.1:1/helpdesk"

    _, errors = run(data_folder, DATABASE_URL=url, MIGRATION_DATABASE_URL=url)

    assert "can't be used" in errors
    assert "quite-secret" not in errors


def test_a_taken_port_is_one_sentence(data_folder: Path, taken_port: str) -> None:
    code, errors = run(data_folder, PORT=taken_port)

    assert code == 1
    assert errors.startswith(f"Port {taken_port} can't be used")
    assert len(errors.splitlines()) == 1


def test_a_data_folder_in_use_is_one_sentence(data_folder: Path) -> None:
    held = hold(data_folder)
    try:
        code, errors = run(data_folder)
    finally:
        held.release()

    assert code == 1
    assert errors.startswith("Another copy is running")


@pytest.mark.parametrize(
    ("name", "command"),
    [("HELPDESK_WEB_WORKERS", "web"), ("HELPDESK_WORKER_PROCESSES", "worker"), ("HELPDESK_CALLER_THREADS", "caller")],
)
def test_a_number_of_processes_that_is_none_is_one_sentence(data_folder: Path, name: str, command: str) -> None:
    code, errors = run(data_folder, command=command, **{name: "many"})

    assert code == 1
    assert errors.startswith(f"{name} must be a number from 1 to 64")


def test_an_unknown_command_is_refused_with_the_known_ones(data_folder: Path) -> None:
    code, errors = run(data_folder, command="fly")

    assert code == 2
    assert "migrate" in errors


def test_web_and_worker_get_no_connection_with_more_rights() -> None:
    given = {"MIGRATION_DATABASE_URL": "owner's", "KEEPER_DATABASE_URL": "keeper's", "LANG": "C.UTF-8"}

    environment = for_children(
        read_wishes({}), database_url="app's", redis_url="redis", secret_key="made", environment=given
    )

    assert "owner's" not in environment.values()
    assert "keeper's" not in environment.values()
    assert (environment["DATABASE_URL"], environment["LANG"]) == ("app's", "C.UTF-8")


def test_a_secret_key_that_was_set_is_kept_and_an_empty_one_is_not() -> None:
    def key(given: dict[str, str]) -> str:
        return for_children(read_wishes({}), database_url="", redis_url="", secret_key="made", environment=given)[
            "DJANGO_SECRET_KEY"
        ]

    assert (key({"DJANGO_SECRET_KEY": "set"}), key({"DJANGO_SECRET_KEY": " "}), key({})) == ("set", "made", "made")


def test_addresses_follow_the_port_until_they_are_set() -> None:
    wishes = read_wishes({"PORT": "8123"})
    own = read_wishes({"PORT": "8123", "HELPDESK_BASE_URL": "https://desk.example"})

    assert (wishes.base_url, wishes.files_origin) == ("http://127.0.0.1:8123", "http://localhost:8123")
    assert own.base_url == "https://desk.example"
