"""The head in the mail: once a week to each client admin, with nothing but what it takes to check the log."""

from datetime import timedelta

import pytest
import time_machine

from access import actions, log, log_format, seal
from access.log import Action
from access.rights import Role
from helpdesk.lib import clock
from post import tasks
from post.models import OutboxMail


@pytest.fixture
def letters(world, log_key):
    """Seals the first client's log, runs the task, and gives every letter with a head."""

    def run():
        with world.enter(world.c1) as actor:
            seal.seal(actor, world.c1.pk)
        tasks.mail_head(world.c1.pk)
        with world.enter(world.c1):
            return list(OutboxMail.objects.filter(kind="log_head").order_by("pk"))

    return run


def write(world):
    with world.enter(world.v1) as actor:
        log.record(actor, world.c1.pk, Action.VIEW, (log.CUSTOMER, 7))


def test_each_admin_gets_the_head_as_it_can_be_pasted(world, letters):
    second = actions.create_user(email="oda@voltarra.example", name="Oda Voltarra")
    actions.add_member(client=world.c1, user=second, role=Role.CLIENT_ADMIN)

    first, other = letters()

    assert {first.to_address, other.to_address} == {world.o1.email, second.email}
    (word,) = [line for line in first.text.splitlines() if line.startswith("head1.")]
    head = log_format.read_head(word)
    with world.enter(world.c1):
        assert head == seal.head_of(seal.newest_head(world.c1.pk))
    assert "/client/voltarra/access-log/seal/" in first.text
    assert first.automatic


def test_nobody_gets_two_in_a_week(world, letters):
    assert len(letters()) == 1
    write(world)

    assert len(letters()) == 1


def test_the_next_week_brings_the_next_one_if_something_was_sealed(world, letters):
    letters()
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        assert len(letters()) == 1
        write(world)
        assert len(letters()) == 2


def test_who_is_no_admin_any_more_gets_none(world, letters):
    actions.change_role(client=world.c1, user=world.o1, role=Role.AUDITOR)

    assert letters() == []


def test_before_the_first_head_there_is_nothing_to_mail(world, db):
    tasks.mail_head(world.c1.pk)

    with world.enter(world.c1):
        assert not OutboxMail.objects.filter(kind="log_head").exists()
