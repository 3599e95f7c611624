"""Mail servers that fail: a letter leaves at least once with one Message-ID, and is given up in sight only."""

import gc
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded

from helpdesk.lib import clock
from post import tasks
from post.models import OutboxHint, OutboxMail, StaffLetter
from post.outbox import Letter, post_mail
from tests.cast import World
from tests.faults.smtp import MailServer
from tests.faults.together import together


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """The mail server that the product sends by."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        yield server


def write(world: World, unique: str = "answer/1") -> OutboxMail:
    letter = Letter(
        unique=unique, kind="answer", to_address="rita@mail.example", from_address="help@voltarra.example",
        subject="Your charger", text="Press twice.",
    )  # fmt: skip
    with world.enter(world.c1) as actor:
        mail = post_mail(actor, world.c1.pk, letter)
    assert mail is not None
    return mail


def deliver(world: World, mail: OutboxMail) -> OutboxMail:
    tasks.deliver_mail(world.c1.pk, mail.pk)
    with world.enter(world.c1):
        return OutboxMail.objects.get(pk=mail.pk)


@pytest.mark.parametrize("how", ["busy", "hangs up"])
def test_what_failed_leaves_later_once(world: World, server: MailServer, how: str) -> None:
    server.behaviours.append(how)
    mail = write(world)

    assert deliver(world, mail).state == OutboxMail.State.DUE
    assert deliver(world, mail).attempts == 1, "not again before its time"
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert deliver(world, mail).state == OutboxMail.State.ACCEPTED
        deliver(world, mail)

    assert server.ids() == [mail.message_id]
    assert server.seen == [how, "accept"]


def test_a_line_cut_before_the_answer_sends_again_under_the_same_id(world: World, server: MailServer) -> None:
    """Whether the server kept it can't be known; the id lets the receiving side see that it is one letter."""
    server.behaviours.append("silent")
    mail = write(world)

    unknown = deliver(world, mail)
    assert (unknown.state, unknown.attempts) == (OutboxMail.State.DUE, 1)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert deliver(world, mail).state == OutboxMail.State.ACCEPTED

    assert server.ids() == [mail.message_id] * 2


def test_a_line_cut_after_the_answer_is_a_letter_that_left(world: World, server: MailServer) -> None:
    server.behaviours.append("rude")
    mail = write(world)

    assert deliver(world, mail).state == OutboxMail.State.ACCEPTED
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        deliver(world, mail)

    assert server.ids() == [mail.message_id]


@pytest.mark.parametrize("how", ["never", "turned away"])
def test_a_final_no_is_not_asked_again(world: World, server: MailServer, how: str) -> None:
    server.behaviours.append(how)
    mail = write(world)

    assert deliver(world, mail).state == OutboxMail.State.DEAD
    with time_machine.travel(clock.now() + timedelta(days=1)):
        deliver(world, mail)

    assert server.seen == [how]
    assert not OutboxHint.objects.exists()


def test_one_bad_letter_stops_no_other(world: World, server: MailServer) -> None:
    server.behaviours.extend(["never", "hangs up"])
    mails = [write(world, f"answer/{n}") for n in range(4)]

    states = [deliver(world, mail).state for mail in mails]

    assert states == ["dead", "due", "accepted", "accepted"]
    assert server.ids() == [mail.message_id for mail in mails[2:]]


def test_a_twin_of_a_letter_that_is_on_its_way_sends_nothing(world: World, server: MailServer) -> None:
    server.behaviours.append("waits")
    mail = write(world)

    def first() -> None:
        tasks.deliver_mail(world.c1.pk, mail.pk)

    def twin() -> None:
        assert server.has_mail.wait(10)
        tasks.deliver_mail(world.c1.pk, mail.pk)
        server.go.set()

    assert together(first, twin) == [None, None]
    assert server.ids() == [mail.message_id]


def test_a_link_for_the_staff_is_sent_again_under_the_same_id(world: World, server: MailServer) -> None:
    server.behaviours.append("silent")
    letter = StaffLetter.objects.create(user_id=world.v1.pk, asked_at=clock.now(), due_at=clock.now())

    tasks.mail_staff_letter(letter.pk)
    tasks.mail_staff_letter(letter.pk)
    tasks.mail_staff_letter(letter.pk)

    assert len(server.kept) == 2
    assert len(set(server.ids())) == 1


# The library lets go of its socket without a word when it is interrupted.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_is_slow_without_end_holds_no_worker(world: World, server: MailServer) -> None:
    """A byte at a time outlasts every time-out of a socket; the worker's own signal ends it."""

    def out_of_time(_number: int, _frame: object) -> None:
        raise SoftTimeLimitExceeded

    server.behaviours.append("slow")
    first, second = write(world, "answer/1"), write(world, "answer/2")
    earlier = signal.signal(signal.SIGALRM, out_of_time)
    signal.setitimer(signal.ITIMER_REAL, 0.6)
    try:
        given_up = deliver(world, first)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, earlier)
    gc.collect()

    assert (given_up.state, given_up.last_error) == (OutboxMail.State.DUE, "the mail server was too slow")
    assert deliver(world, second).state == OutboxMail.State.ACCEPTED
    assert server.ids() == [second.message_id]


def test_a_workers_patience_ends_before_its_letter_is_given_to_another(settings: Any) -> None:
    for task in (tasks.deliver_mail, tasks.mail_staff_letter):
        assert task.soft_time_limit < task.time_limit < tasks.LEASE.total_seconds()
        assert task.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
