"""Commands beside a running site find its servers, and say so where nothing runs."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from helpdesk.services.beside import join, noted
from helpdesk.services.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
SITE = {
    "DATABASE_URL": "postgresql://app@/helpdesk", "MIGRATION_DATABASE_URL": "postgresql://owner@/helpdesk",
    "REDIS_URL": "redis://127.0.0.1:1/0", "DJANGO_SECRET_KEY": "of-the-site", "PORT": "8123", "HOME": "/nobody",
}  # fmt: skip


def test_a_command_takes_what_the_running_site_noted(tmp_path: Path) -> None:
    environment = {"HELPDESK_VAR": str(tmp_path)}

    with noted(tmp_path, SITE):
        assert stat.S_IMODE((tmp_path / "running.json").stat().st_mode) == 0o600
        join(environment)

    assert environment["DATABASE_URL"] == SITE["DATABASE_URL"]
    assert environment["DJANGO_SECRET_KEY"] == "of-the-site"
    assert "HOME" not in environment
    assert not (tmp_path / "running.json").exists()


@pytest.mark.parametrize("own", ["DATABASE_URL", "DJANGO_SECRET_KEY", "HELPDESK_DEBUG"])
def test_servers_of_its_own_are_left_alone(tmp_path: Path, own: str) -> None:
    environment = {"HELPDESK_VAR": str(tmp_path), own: "mine"}

    with noted(tmp_path, SITE):
        join(environment)

    assert environment == {"HELPDESK_VAR": str(tmp_path), own: "mine"}


@pytest.mark.parametrize("note", [None, "", "[]", "{", '{"pid": "x"}', '{"environment": {}}'])
def test_where_nothing_runs_one_sentence_says_what_to_do(tmp_path: Path, note: str | None) -> None:
    if note is not None:
        (tmp_path / "running.json").write_text(note)

    with pytest.raises(CannotStart, match="start it with `make run`"):
        join({"HELPDESK_VAR": str(tmp_path)})


def test_the_note_of_a_site_that_was_killed_counts_for_nothing(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    (tmp_path / "running.json").write_text(json.dumps({"pid": int(ended.stdout), "environment": SITE}))

    with pytest.raises(CannotStart, match="No help desk runs"):
        join({"HELPDESK_VAR": str(tmp_path)})


def test_manage_says_so_too(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HELPDESK_VAR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "manage.py", "create_client", "acme"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "start it with `make run`" in done.stderr
