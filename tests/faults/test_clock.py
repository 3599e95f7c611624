"""The clock jumps by two hours, forward and back: every step is told once, and nothing waits for a lost lease."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from escalation.engine import due
from escalation.models import Clock
from helpdesk.lib import clock
from post import tasks
from post.calling import begin
from post.models import OutboxHint
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tests.escalation.test_sweep import lead_mails, tell_claimed, told
from tests.post import calling
from tickets.models import HolderSpan, WaitSpan

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JUMP = timedelta(hours=2)
# The second step of the starter's matrix.
STEP = timedelta(hours=4)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_a_step_told_early_by_a_wrong_clock_is_not_told_again(world: World, now: time_machine.Traveller) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    now.shift(STEP + JUMP)
    tell_claimed()
    now.shift(-JUMP - timedelta(minutes=30))
    tell_claimed()
    now.shift(timedelta(hours=8))
    tell_claimed()

    assert told(world, escalation) == [True, True]
    assert lead_mails(world) == 1


def test_a_clock_that_was_late_misses_no_step(world: World, now: time_machine.Traveller) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    now.shift(-JUMP)
    tell_claimed()
    assert told(world, escalation) == [True, False]
    now.shift(JUMP + STEP)
    tell_claimed()

    assert told(world, escalation) == [True, True]
    assert lead_mails(world) == 1


def test_a_lease_of_a_wrong_clock_keeps_nobody_waiting(world: World, now: time_machine.Traveller) -> None:
    escalate(world, factories.ticket(world, world.r1))
    now.shift(STEP + JUMP)
    lost = due.claim(clock.now())
    now.shift(-JUMP)

    again = due.claim(clock.now())
    assert lost is not None
    assert again is not None
    assert set(again.of(due.Kind.CLIMB)) == set(lost.of(due.Kind.CLIMB))
    assert due.claim(clock.now()) is None, "a lease of this clock holds"


def test_a_letter_leased_by_a_wrong_clock_leaves(world: World, now: time_machine.Traveller) -> None:
    factories.ticket(world, world.r1, acknowledge=True)
    now.shift(JUMP)
    assert tasks.sweep_outbox() == 1
    now.shift(-JUMP)

    assert tasks.sweep_outbox() == 1
    assert tasks.sweep_outbox() == 0, "a lease of this clock holds"
    assert OutboxHint.objects.count() == 1


def test_a_call_leased_or_put_off_by_a_wrong_clock_is_made(world: World, now: time_machine.Traveller) -> None:
    place = calling.endpoint(world, "https://127.0.0.1/")
    (call,) = calling.post(world, place, "step/1")
    now.shift(JUMP)
    with world.enter(world.c1) as actor:
        assert begin(actor, world.c1.pk, place.pk) is not None
    now.shift(-JUMP)

    tasks.deliver_call(world.c1.pk, place.pk)

    assert calling.state(world, call).attempts == 2


def test_an_answer_given_before_its_question_used_no_time(world: World, now: time_machine.Traveller) -> None:
    """No clock of a ticket ever counts less than nothing."""
    ticket = factories.ticket(world, world.r1)
    now.shift(-JUMP)
    factories.reply(world, world.v1, ticket)

    with world.enter(world.c1):
        used = list(Clock.objects.filter(ticket=ticket).values_list("used_seconds", flat=True))
        (wait,), span = WaitSpan.objects.all(), HolderSpan.objects.exclude(ended_at=None).get()

    assert used
    assert min(used) >= 0
    assert wait.answered_at == wait.asked_at
    assert span.ended_at == span.started_at


@pytest.mark.parametrize("wrong", [JUMP, -JUMP])
def test_a_worker_with_a_wrong_clock_leaves_what_is_due_to_others(
    world: World, settings: Any, caplog: pytest.LogCaptureFixture, wrong: timedelta
) -> None:
    settings.CLOCK_MAY_DIFFER = timedelta(seconds=10)
    escalation = escalate(world, factories.ticket(world, world.r1))

    with time_machine.travel(clock.now() + wrong):
        assert tell_claimed() == 0

    assert told(world, escalation) == [True, False]
    assert "set the time of this host" in caplog.text
    with world.enter(world.c1):
        factories.ticket(world, world.r1)
    # With the right time it takes its turns.
    assert tell_claimed() > 0
