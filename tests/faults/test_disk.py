"""A disk without room: a clear refusal with the text kept, no half file, and all works again when there is some."""

import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from post.models import IdempotencyKey, StoredFile
from post.views import file_address
from tests import factories
from tests.cast import World
from tests.faults.test_redis import ASKED
from tests.servers import ROOT
from tickets.desk import drafts
from tickets.mail.receive import receive
from tickets.models import Message, RawMail, Ticket

LARGE = 600 * 1024
ROOM = 300 * 1024


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process grows beyond some size; the kernel ends the write in its middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def upload(size: int = LARGE) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.bin", b"x" * size)


def folder(client_id: int) -> Path:
    """Where a client's files lie."""
    return Path(settings.STORAGES["default"]["OPTIONS"]["location"]) / str(client_id)


def stored() -> set[str]:
    return {path.name for path in folder(1).parent.rglob("*") if path.is_file()}


def count(world: World, *models: Any) -> list[int]:
    with world.enter(world.c1):
        return [model.objects.count() for model in models]


def test_a_question_is_refused_with_its_text_kept_and_taken_without_the_file(world: World) -> None:
    browser, before = world.browser(), stored()
    form = {**ASKED, "once": "form-1"}

    with no_room():
        answer = browser.post("/voltarra/new/", {**form, "files": upload()})

    assert answer.status_code == 507
    assert "no room for files" in answer.content.decode()
    assert "It blinks red." in answer.content.decode()
    assert count(world, Ticket, Message, StoredFile, IdempotencyKey) == [0, 0, 0, 0]
    assert stored() == before
    with no_room():
        assert browser.post("/voltarra/new/", form).status_code == 302


def test_a_question_with_its_file_is_taken_where_there_is_room(world: World) -> None:
    browser, form = world.browser(), {**ASKED, "once": "form-1"}

    with no_room():
        assert browser.post("/voltarra/new/", {**form, "files": upload(1024)}).status_code == 302
    assert browser.post("/voltarra/new/", {**form, "once": "form-2", "files": upload()}).status_code == 302

    assert count(world, Ticket, StoredFile) == [2, 2]


def test_an_agents_answer_is_kept_as_a_draft(world: World) -> None:
    ticket, browser = factories.ticket(world, world.r1), world.browser(world.v1)
    draft = drafts.mark(world.c1.pk, ticket.pk, world.v1.pk)
    said = {
        "audience": "public", "body": "Here is the drawing.", "then": "wait", "once": "form-1", "draft": draft,
    }  # fmt: skip

    with no_room():
        answer = browser.post(f"/desk/voltarra/{ticket.number}/reply/", {**said, "files": upload()})

    assert answer.status_code == 507
    assert "Here is the drawing." in answer.content.decode()
    assert count(world, Message) == [1]
    again = browser.get(f"/desk/voltarra/{ticket.number}/").content.decode()
    assert "Here is the drawing." in again


def test_the_key_of_a_program_is_free_afterwards(world: World) -> None:
    program, headers = world.program(world.v1, world.c1), {"idempotency-key": "k-1"}
    ticket = factories.ticket(world, world.r1)

    def send() -> Any:
        return program.post(
            f"/api/v1/tickets/{ticket.number}/reply/", {"body": "See here.", "files": upload()}, headers=headers
        )

    with no_room():
        refused = send()

    assert refused.status_code == 507
    assert refused["Content-Type"] == "application/problem+json"
    assert send().status_code == 201
    assert count(world, Message) == [2]


@cache
def letter() -> bytes:
    """A mail with a file, the same bytes each time."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Nova Ek <nova@mail.example>", "voltarra@desk.example"
    mail["Subject"], mail["Message-ID"] = "Humming", "<1@mail.example>"
    mail.set_content("The charger hums.")
    mail.add_attachment(b"x" * LARGE, maintype="application", subtype="octet-stream", filename="photo.bin")
    return mail.as_bytes()


MAILBOX = "voltarra@desk.example"


def test_a_mail_whose_file_finds_no_room_is_brought_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(letter())))

    with no_room(), pytest.raises(SystemExit) as told:
        call_command("receive_mail", mailbox=MAILBOX)

    assert told.value.code == 75
    assert count(world, RawMail, Ticket, StoredFile) == [1, 0, 0]
    assert receive(MAILBOX, letter()).outcome == "new_ticket"
    assert count(world, RawMail, Ticket, StoredFile) == [1, 1, 1]


def test_a_log_without_room_loses_no_mail(world: World) -> None:
    command = [sys.executable, "manage.py", "receive_mail", "--mailbox", MAILBOX]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=ROOT, input=letter(), stdout=subprocess.PIPE, stderr=full)

    assert done.returncode == 0
    assert count(world, RawMail, Ticket) == [1, 1]


def test_a_file_that_is_gone_takes_only_itself_along(world: World) -> None:
    browser, before = world.browser(world.r1), stored()
    browser.post("/voltarra/new/", {**ASKED, "once": "form-1", "files": upload(100)})
    (gone,) = stored() - before
    (folder(world.c1.pk) / gone).unlink()
    with world.enter(world.r1) as actor:
        file, number = StoredFile.objects.get(), Ticket.objects.get().number
        address = file_address(actor, world.c1.pk, file.pk, preview=False)

    page = browser.get(f"/voltarra/questions/{number}/")

    assert page.status_code == 200
    assert "photo.bin" in page.content.decode()
    asked = address.removeprefix("http://files.testserver")
    assert world.browser(headers={"host": "files.testserver"}).get(asked).status_code == 404


@pytest.mark.parametrize("name", ["conversations", "articles"])
def test_an_importer_that_cannot_set_lines_aside_says_so(world: World, tmp_path: Path, name: str) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text("no line\n" * 200)

    with pytest.raises(CommandError, match="can't be written to /dev/full"):
        call_command(f"import_{name}", str(file), client="voltarra", rejects=Path("/dev/full"))
