"""Commands killed in the middle, or whose database goes away: run again, they finish what is left, once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command

from tests.cast import World
from tests.faults.locked import end, holding, waiting
from tests.servers import ROOT
from tickets.mail.receive import receive
from tickets.models import Message, RawMail, Ticket

MAILBOX = "voltarra@desk.example"
MAIL = (
    b"From: Nova Ek <nova@mail.example>\r\nTo: voltarra@desk.example\r\nSubject: Humming\r\n"
    b"Message-ID: <1@mail.example>\r\n\r\nThe charger hums."
)
LINES = 300


def count(world: World, *models: Any) -> list[int]:
    with world.enter(world.c1):
        return [model.objects.count() for model in models]


@contextmanager
def command(*words: str, stdin: bytes = b"") -> Iterator[subprocess.Popen[bytes]]:
    """A command beside the test, on the same database."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "manage.py", *words], cwd=ROOT, **pipes) as process:
        assert process.stdin is not None
        process.stdin.write(stdin)
        process.stdin.close()
        process.stdin = None
        yield process
        process.kill()


def test_a_mail_that_was_stored_and_not_read_is_read_when_it_is_brought_again(
    world: World, superuser: psycopg.Connection[Any]
) -> None:
    with holding(), command("receive_mail", "--mailbox", MAILBOX, stdin=MAIL) as process:
        waiting(superuser)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL

    assert count(world, RawMail, Ticket) == [1, 0]
    assert receive(MAILBOX, MAIL).outcome == "new_ticket"
    assert count(world, RawMail, Ticket, Message) == [1, 1, 1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Many conversations of another system."""
    path = tmp_path / "conversations.jsonl"
    lines = [
        {
            "external_id": f"old-{number}",
            "subject": f"Charger {number}",
            "created_at": "2026-01-05T10:00:00Z",
            "customer": {"id": f"c{number}", "name": "Nova Ek", "email": f"nova{number}@mail.example"},
            "messages": [{"author": "customer", "body": "It hums.", "at": "2026-01-05T10:00:00Z"}],
        }
        for number in range(LINES)
    ]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def _until_some_are_in(world: World) -> None:
    until = time.monotonic() + 30
    while count(world, Ticket) == [0]:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_import_killed_in_the_middle_is_finished_by_the_next(world: World, file: Path, capsys: Any) -> None:
    with command("import_conversations", "--client", "voltarra", str(file)) as process:
        _until_some_are_in(world)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    (done,) = count(world, Ticket)

    call_command("import_conversations", str(file), client="voltarra")

    assert 0 < done < LINES
    assert f"{LINES - done} conversations imported, {done} were there already" in capsys.readouterr().out
    assert count(world, Ticket, Message) == [LINES, LINES]


def test_an_import_whose_database_goes_away_says_so_and_keeps_what_is_in(
    world: World, superuser: psycopg.Connection[Any], file: Path
) -> None:
    with holding(), command("import_conversations", "--client", "voltarra", str(file)) as process:
        end(superuser, waiting(superuser))
        _out, told = process.communicate(timeout=20)

    assert process.returncode == 1
    assert b"run the command again" in told
    assert b"Traceback" not in told
    assert count(world, Ticket) == [0]
