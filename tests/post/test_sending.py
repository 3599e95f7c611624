"""Letters leave once each, are tried again, and are given up in sight."""

import email
import smtplib
import socket
from datetime import timedelta

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from django.core.mail.backends.dummy import EmailBackend

from helpdesk.lib import clock
from post import sending, tasks
from post.models import OutboxHint, OutboxMail
from post.outbox import Letter, message_id, post_mail


class Sink(MessageHandler):
    """Keeps what it is given; answers `answers` first."""

    def __init__(self):
        super().__init__()
        self.kept, self.answers = [], []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  # the library's name
        if self.answers:
            return self.answers.pop(0)
        self.kept.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content)))
        return "250 kept"

    def handle_message(self, message):
        raise NotImplementedError


@pytest.fixture
def sink(settings):
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 2
    yield sink
    controller.stop()


def write(world, **more):
    given = {
        "unique": "answer/1",
        "kind": "answer",
        "to_address": "rita@mail.example",
        "to_name": "Rita Åström, CEO",
        "from_address": "help@voltarra.example",
        "from_name": "Voltarra",
        "reply_to": "help+t1-abc@voltarra.example",
        "subject": "Om din laddare 🔌",
        "text": "Hej\n\nså här",
        **more,
    }
    with world.enter(world.c1) as actor:
        return post_mail(actor, world.c1.pk, Letter(**given))


def deliver(world, mail):
    tasks.deliver_mail(world.c1.pk, mail.pk)
    return state(world, mail)


def state(world, mail):
    with world.enter(world.c1):
        return OutboxMail.objects.get(pk=mail.pk)


def test_a_letter_arrives_as_it_was_written(world, sink):
    mail = write(world, automatic=True, in_reply_to="<x@y>", references="<w@y> <x@y>")

    sent = deliver(world, mail)

    ((recipients, got),) = sink.kept
    assert sent.state == OutboxMail.State.ACCEPTED
    assert sent.accepted_at is not None
    assert OutboxHint.objects.count() == 0
    assert recipients == ["rita@mail.example"]
    assert got["Message-ID"] == message_id(world.c1.pk, "answer/1")
    assert got["Auto-Submitted"] == "auto-replied"
    assert got["X-Auto-Response-Suppress"] == "All"
    assert got["Reply-To"] == "help+t1-abc@voltarra.example"
    assert got["In-Reply-To"] == "<x@y>"
    assert got["References"] == "<w@y> <x@y>"
    assert str(email.header.make_header(email.header.decode_header(got["Subject"]))) == "Om din laddare 🔌"
    assert got.get_payload(decode=True).decode().split() == ["Hej", "så", "här"]


def test_a_persons_answer_is_not_marked_as_automatic(world, sink):
    deliver(world, write(world))

    assert sink.kept[0][1]["Auto-Submitted"] is None


def test_delivering_again_sends_nothing(world, sink):
    mail = write(world)
    for _ in range(3):
        deliver(world, mail)

    assert len(sink.kept) == 1


def test_one_cause_is_one_letter(world):
    assert write(world) is not None
    assert write(world) is None


def test_a_temporary_failure_is_tried_again_later_with_the_same_id(world, sink):
    sink.answers = ["451 busy, come again"]
    mail = write(world)

    failed = deliver(world, mail)
    hint = OutboxHint.objects.get()
    assert (failed.state, failed.attempts) == (OutboxMail.State.DUE, 1)
    assert failed.last_error.startswith("451")
    assert hint.due_at > clock.now() + timedelta(seconds=30)

    deliver(world, mail)
    assert sink.kept == [], "not before its time"

    with time_machine.travel(hint.due_at + timedelta(seconds=1)):
        assert deliver(world, mail).state == OutboxMail.State.ACCEPTED
    assert sink.kept[0][1]["Message-ID"] == mail.message_id


def test_a_final_refusal_is_a_dead_letter_at_once(world, sink):
    sink.answers = ["550 no such mailbox"]

    dead = deliver(world, write(world))

    assert dead.state == OutboxMail.State.DEAD
    assert "no such mailbox" in dead.last_error
    assert OutboxHint.objects.count() == 0


def test_after_many_attempts_it_is_given_up_in_sight(world, sink, settings):
    settings.EMAIL_PORT = 1
    mail = write(world)
    now = clock.now()
    for _ in range(tasks.MOST_ATTEMPTS):
        now += timedelta(hours=9)
        with time_machine.travel(now):
            deliver(world, mail)

    dead = state(world, mail)
    assert (dead.state, dead.attempts) == (OutboxMail.State.DEAD, tasks.MOST_ATTEMPTS)
    assert "could not be reached" in dead.last_error
    assert OutboxHint.objects.count() == 0


def test_waits_grow_and_end():
    waits = [tasks.wait_after(n) for n in range(1, 40)]

    assert timedelta(seconds=45) <= waits[0] <= timedelta(seconds=75)
    assert max(waits) <= tasks.LONGEST_WAIT * 1.25


def test_a_sign_in_refused_by_the_server_leaves_no_secret(world, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

    def refuse(*args, **kwargs):
        raise smtplib.SMTPAuthenticationError(535, b"bad password hunter2")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)

    failure = sending.attempt(write(world))

    assert "hunter2" not in failure.reason
    assert not failure.final


@pytest.mark.parametrize(
    "more",
    [
        {"to_name": 'a" <evil@mail.example>, "b'},
        {"to_name": "a\r\nBcc: evil@mail.example"},
        {"subject": "a\r\nBcc: evil@mail.example\r\n\r\nbody"},
        {"from_name": "x\nTo: evil@mail.example"},
    ],
)
def test_no_name_or_subject_makes_a_header_or_a_recipient(world, sink, more):
    deliver(world, write(world, **more))

    ((recipients, got),) = sink.kept
    assert recipients == ["rita@mail.example"]
    assert got["Bcc"] is None
    assert len(got.get_all("To")) == len(got.get_all("From")) == 1


def test_the_sweep_claims_what_is_due_once(world):
    write(world)
    with world.enter(world.c1) as actor:
        later = Letter(
            unique="l", kind="answer", to_address="a@b.example", from_address="c@d.example", subject="s", text="t"
        )
        post_mail(actor, world.c1.pk, later, at=clock.now() + timedelta(hours=1))

    assert tasks.sweep_outbox() == 1
    assert tasks.sweep_outbox() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert tasks.sweep_outbox() == 1, "the lease of a lost worker ends"


def test_old_keys_and_orphaned_files_are_cleared(world, own_files):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    from post import once
    from post.models import IdempotencyKey

    orphan = default_storage.save(f"{world.c1.pk}/{'0' * 48}", ContentFile(b"left behind"))
    with world.enter(world.c1) as actor:
        once.keep(actor, world.c1.pk, "old", "m", once.Answer(200))

    tasks.clear_leftovers(world.c1.pk)
    assert default_storage.exists(orphan)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        tasks.clear_leftovers(world.c1.pk)

    assert not default_storage.exists(orphan)
    with world.enter(world.c1):
        assert IdempotencyKey.objects.count() == 0
