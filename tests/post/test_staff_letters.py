"""Links to new passwords: a row and a task, like every letter."""

import re
import smtplib
from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from access.models import User
from access.signals import factors_changed
from helpdesk.lib import clock
from post import sending, staff_letters, tasks
from post.models import StaffLetter
from tests.cast import World


@pytest.fixture
def letter(world: World, monkeypatch: pytest.MonkeyPatch) -> StaffLetter:
    """One that was asked for while no worker listened."""
    monkeypatch.setattr(tasks.mail_staff_letter, "delay", lambda letter_id: None)
    staff_letters.ask(world.v1.pk)
    return StaffLetter.objects.get()


def test_a_letter_is_found_by_the_sweep_where_its_hint_was_lost(letter: StaffLetter, monkeypatch) -> None:
    monkeypatch.setattr(tasks.mail_staff_letter, "delay", tasks.mail_staff_letter)

    assert tasks.sweep_outbox() == 1

    assert len(mail.outbox) == 1
    assert re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)
    assert tasks.sweep_outbox() == 0
    letter.refresh_from_db()
    assert (letter.due_at, letter.attempts) == (None, 1)
    assert letter.accepted_at is not None


def test_a_twin_sends_nothing(letter: StaffLetter) -> None:
    tasks.mail_staff_letter(letter.pk)
    tasks.mail_staff_letter(letter.pk)

    assert len(mail.outbox) == 1


def test_a_server_that_is_away_is_tried_again_with_the_same_message_id(letter: StaffLetter, monkeypatch) -> None:
    sent: list[str] = []

    class Away:
        def send_messages(self, messages):
            sent.extend(message.extra_headers["Message-ID"] for message in messages)
            raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(sending, "get_connection", lambda **kwargs: Away())
    tasks.mail_staff_letter(letter.pk)
    letter.refresh_from_db()
    assert letter.due_at is not None
    assert letter.due_at > clock.now()
    monkeypatch.undo()
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        tasks.mail_staff_letter(letter.pk)

    assert [mail.outbox[0].extra_headers["Message-ID"]] == sent


def test_nobody_and_those_who_left_are_not_written_to(world: World) -> None:
    User.objects.filter(pk=world.v12.pk).update(is_active=False)
    for user_id in (0, 10**12, world.v12.pk):
        staff_letters.ask(user_id)
        tasks.mail_staff_letter(StaffLetter.objects.latest("pk").pk)

    assert mail.outbox == []
    assert not StaffLetter.objects.exclude(due_at=None).exists()


def test_old_rows_go(letter: StaffLetter) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)):
        staff_letters.forget_old()

    assert not StaffLetter.objects.exists()


def test_a_changed_second_step_is_told_to_its_person(world: World, monkeypatch) -> None:
    monkeypatch.setattr(tasks.mail_staff_letter, "delay", lambda letter_id: None)
    factors_changed.send(User, user_id=world.v1.pk)

    tasks.mail_staff_letter(StaffLetter.objects.get().pk)

    (letter,) = mail.outbox
    assert letter.to == [world.v1.email]
    assert "second step" in letter.subject
    assert "/accounts/security/" in letter.body
    assert "password/reset" not in letter.body
