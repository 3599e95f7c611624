"""Files by API: listed with their messages, opened by who may, sent with an answer or a note, once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from post import files
from post.models import StoredFile
from tests import factories
from tickets.models import Attachment, Message


def text(name="note.txt", data=b"CANARY-bytes"):
    return SimpleUploadedFile(name, data)


@pytest.fixture
def attached(world, ticket):
    """The id of a file on an answer to the first client's customer."""
    message = factories.reply(world, world.v1, ticket, uploads=files.check_uploads([text("../door plan.txt")]))
    with world.enter(world.c1):
        return Attachment.objects.get(message_id=message.pk).pk


def send(speaker, ticket, verb="reply", key="", **fields):
    headers = {"idempotency-key": key} if key else {}
    return speaker.browser.post(f"/api/v1/tickets/{ticket.number}/{verb}/", fields, headers=headers)


def counts(world):
    with world.enter(world.c1):
        return Message.objects.count(), StoredFile.objects.count()


def test_a_message_names_its_files_and_where_they_are(program, ticket, attached):
    (_asked, answered) = program("v1").get(f"tickets/{ticket.number}/messages/").json()["results"]

    (shown,) = answered["files"]
    assert (shown["name"], shown["media_type"], shown["size"]) == ("door plan.txt", "text/plain", 12)
    assert shown["url"].endswith(f"/api/v1/files/{attached}/")


def test_the_address_leads_to_the_bytes_and_is_logged(world, program, ticket, attached, logged):
    answer = program("v1").get(f"files/{attached}/")

    assert answer.status_code == 302
    path = answer["Location"].removeprefix("http://files.testserver")
    fetched = world.browser().get(path, headers={"host": "files.testserver"})
    assert b"".join(fetched.streaming_content) == b"CANARY-bytes"
    (entry,) = logged("view")
    assert entry.records[0][0] == "file"
    assert entry.ticket_number == ticket.number


@pytest.mark.parametrize(("person", "client", "status"), [("v1own", "c1", 404), ("o2", "c2", 404), ("v12", "c2", 404)])
def test_nobody_else_is_led_to_it(world, program, attached, logged, person, client, status):
    answer = program(person, getattr(world, client)).get(f"files/{attached}/")

    assert answer.status_code == status
    assert "Location" not in answer
    assert logged("view") == []


def test_a_vendors_own_file_stays_with_the_vendor(world, program, ticket):
    send(program("v1"), ticket, "note", body="Ours.", audience="vendor", files=[text()])
    with world.enter(world.v1):
        own = Attachment.objects.get().pk

    assert program("o1").get(f"files/{own}/").status_code == 404
    assert program("v1").get(f"files/{own}/").status_code == 302


def test_files_come_with_an_answer_and_with_a_note(world, program, ticket):
    speaker = program("v1")

    answer = send(speaker, ticket, body="See the plan.", then="solved", files=[text("a.txt"), text("b.txt")])
    note = send(speaker, ticket, "note", body="For us.", files=[text("c.txt")])

    assert (answer.status_code, note.status_code) == (201, 201)
    assert [file["name"] for file in answer.json()["files"]] == ["a.txt", "b.txt"]
    assert [file["name"] for file in note.json()["files"]] == ["c.txt"]
    assert counts(world) == (3, 3)


def test_a_repeat_under_one_key_stores_nothing_twice(world, program, ticket):
    speaker = program("v1")
    first, second = (send(speaker, ticket, key="k", body="See.", files=[text()]) for _n in range(2))

    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert counts(world) == (2, 1)


def test_another_file_under_the_same_key_is_refused(world, program, ticket):
    speaker = program("v1")
    send(speaker, ticket, key="k", body="See.", files=[text()])

    assert send(speaker, ticket, key="k", body="See.", files=[text(data=b"other")]).status_code == 422
    assert counts(world) == (2, 1)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"body": "x", "files": [text(data=b"y" * 5000)]}, 413),
        ({"body": "x", "files": [text(data=b"")]}, 400),
        ({"body": "x", "files": "no file"}, 400),
        ({"body": "x", "other": [text()]}, 400),
        ({"body": "", "files": [text()]}, 400),
        ({"body": "a\x00b", "files": [text()]}, 400),
        ({"body": "x", "files": [text(f"{n}.txt") for n in range(11)]}, 400),
        ({"body": "x", "client_id": "2", "files": [text()]}, 400),
    ],
)
def test_what_can_not_be_taken_is_told_and_nothing_is_stored(world, program, ticket, settings, fields, status):
    settings.UPLOAD_MAX_BYTES = 4000

    answer = send(program("v1"), ticket, key="k", **fields)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert counts(world) == (1, 0)


def test_forms_are_taken_where_files_are_and_nowhere_else(program, ticket):
    browser = program("v1").browser

    assert browser.post(f"/api/v1/tickets/{ticket.number}/solve/", {"body": "x"}).status_code == 415
    torn = browser.post(
        f"/api/v1/tickets/{ticket.number}/reply/", b"--x\r\nnonsense", content_type="multipart/form-data; boundary=x"
    )
    assert torn.status_code == 400


def test_who_may_not_answer_sends_no_file(world, program, ticket):
    assert send(program("v1ro"), ticket, body="x", files=[text()]).status_code == 403
    assert counts(world) == (1, 0)


def test_a_thread_costs_the_same_with_many_files(world, program, ticket, attached):
    speaker, path = program("v1"), f"tickets/{ticket.number}/messages/"
    speaker.get(path)
    with CaptureQueriesContext(connection) as few:
        speaker.get(path)
    for number in range(3):
        factories.reply(world, world.v1, ticket, uploads=files.check_uploads([text(f"{number}.txt")]))
    with CaptureQueriesContext(connection) as many:
        speaker.get(path)

    assert len(few) == len(many)
