"""The sweep: each step told once, whoever claims it and however often; and two people at the same moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from escalation import actions, dispatch, tasks
from escalation.errors import AlreadyAnswered, MatrixChanged
from escalation.models import DueStep, Escalation, EscalationStep, Matrix
from escalation.rows import in_force
from helpdesk.lib import clock as clocks
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tests.faults.together import together
from tickets.actions import handling
from tickets.models import Event

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def tell_claimed() -> list[tuple[str, int, int]]:
    """One turn of a worker: what the sweep claims is told."""
    claimed = dispatch.claim(clocks.now())
    for _kind, client_id, step_id in claimed:
        tasks.tell_step(client_id, step_id)
    return claimed


def told(world: World, escalation: Escalation) -> list[bool]:
    with world.enter(world.c1):
        steps = EscalationStep.objects.filter(escalation=escalation).order_by("position")
        return [step.attempted_at is not None for step in steps]


def lead_mails(world: World) -> int:
    with world.enter(world.c1):
        return OutboxMail.objects.filter(kind="escalation_vendor").count()


def test_the_next_step_is_told_when_its_time_comes_and_not_before(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))

    assert tell_claimed() == []
    assert told(world, escalation) == [True, False]
    clock.shift(timedelta(hours=4))
    tell_claimed()

    assert told(world, escalation) == [True, True]
    assert lead_mails(world) == 1


def test_two_workers_never_claim_the_same_step(world: World, clock) -> None:
    for _number in range(6):
        escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))

    first, second = together(lambda: dispatch.claim(clocks.now(), most=3), lambda: dispatch.claim(clocks.now(), most=3))

    assert len(first) == len(second) == 3
    assert not set(first) & set(second)


def test_a_task_delivered_three_times_at_once_tells_once(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    (claimed,) = dispatch.claim(clocks.now())

    results = together(*(lambda: tasks.tell_step(*claimed[1:]) for _copy in range(3)))

    assert results == [None, None, None]
    assert told(world, escalation) == [True, True]
    assert lead_mails(world) == 1
    with world.enter(world.c1):
        assert Event.objects.filter(kind="told").count() == 2


def test_what_a_dead_worker_had_comes_back_when_its_lease_ends(world: World, clock) -> None:
    escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    lost = dispatch.claim(clocks.now())

    assert dispatch.claim(clocks.now()) == []
    clock.shift(dispatch.LEASE)

    assert dispatch.claim(clocks.now()) == lost


def test_a_yes_cancels_what_was_to_come(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    with world.enter(world.e1) as actor:
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=escalation.pk)
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=escalation.pk)

    clock.shift(timedelta(hours=4))
    tell_claimed()

    assert told(world, escalation) == [True, False]
    assert lead_mails(world) == 0
    with world.enter(world.c1):
        assert Event.objects.filter(kind="acknowledged").count() == 1


def test_a_step_claimed_before_the_answer_is_not_told_after_it(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    (claimed,) = dispatch.claim(clocks.now())
    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes")

    tasks.tell_step(*claimed[1:])

    assert told(world, escalation) == [True, False]
    assert not DueStep.objects.exists()


def test_a_ticket_closed_by_its_customer_is_withdrawn_by_the_watch(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    clock.shift(timedelta(hours=4))
    tell_claimed()
    with world.enter(world.r1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    clock.shift(dispatch.WATCH_EVERY)
    tell_claimed()

    with world.enter(world.c1):
        escalation.refresh_from_db()
        assert escalation.state == Escalation.State.WITHDRAWN
    assert not DueStep.objects.exists()


def test_a_watch_goes_on_for_as_long_as_the_question_is_open(world: World, clock) -> None:
    escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    for _turn in range(3):
        assert len(tell_claimed()) == 1
        clock.shift(dispatch.WATCH_EVERY)

    assert DueStep.objects.count() == 1
    assert lead_mails(world) == 1


def test_a_step_that_is_gone_is_forgotten(world: World, clock) -> None:
    DueStep.objects.create(client_id=world.c1.pk, step_id=987_654, due_at=MONDAY)

    tell_claimed()

    assert not DueStep.objects.exists()


def test_two_people_answering_at_once_have_one_effect(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))

    def answer(person: Any, ending: str, **more: str) -> Callable[[], Any]:
        def act() -> Any:
            with world.enter(person) as actor:
                return getattr(actions, ending)(actor, client_id=world.c1.pk, escalation_id=escalation.pk, **more)

        return act

    results = together(
        answer(world.e1, "return_to_support", answer="Yes"),
        answer(world.a1, "take_over"),
        answer(world.o1, "not_needed"),
    )

    assert sorted(type(result).__name__ for result in results) == ["AlreadyAnswered", "AlreadyAnswered", "Escalation"]
    with world.enter(world.c1):
        assert Event.objects.filter(kind__in=["returned", "taken_over"]).count() == 1
    assert AlreadyAnswered.status == 409


def test_two_editors_publishing_at_once_make_one_version(world: World, clock) -> None:
    with world.enter(world.c1):
        version, found = in_force(world.c1.pk)

    def publish() -> Any:
        with world.enter(world.o1) as actor:
            return actions.publish_matrix(actor, client_id=world.c1.pk, rows=found, expected_version=version)

    results = together(publish, publish)

    assert sorted(type(result).__name__ for result in results) == ["Matrix", "MatrixChanged"]
    with world.enter(world.c1):
        assert list(Matrix.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert MatrixChanged.status == 409
