"""The sweep: each step told once, whoever claims it and however often; and two people at the same moment."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from access.models import AccessLogContent
from escalation import actions, tasks
from escalation.drafting import in_force
from escalation.engine import climbs, due
from escalation.engine.sweep import work_on
from escalation.errors import AlreadyAnswered, MatrixChanged
from escalation.models import Due, Escalation, EscalationStep, Matrix
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


def tell_claimed() -> int:
    """One turn of a worker: what is due is told."""
    return tasks.sweep_due()


def claim() -> due.Claim:
    """What one worker gets."""
    claimed = due.claim(clocks.now())
    assert claimed is not None
    return claimed


def due_climbs() -> list[int]:
    return list(Due.objects.filter(kind=Due.Kind.CLIMB).values_list("subject_id", flat=True))


def told(world: World, escalation: Escalation) -> list[bool]:
    with world.enter(world.c1):
        steps = EscalationStep.objects.filter(escalation=escalation).order_by("position")
        return [step.attempted_at is not None for step in steps]


def lead_mails(world: World) -> int:
    with world.enter(world.c1):
        return OutboxMail.objects.filter(kind="escalation_vendor").count()


def test_the_next_step_is_told_when_its_time_comes_and_not_before(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))

    tell_claimed()
    assert told(world, escalation) == [True, False]
    clock.shift(timedelta(hours=4))
    tell_claimed()

    assert told(world, escalation) == [True, True]
    assert lead_mails(world) == 1


def test_two_workers_never_claim_the_same_step(world: World, clock) -> None:
    for _number in range(6):
        escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))

    first, second = together(*[lambda: due.claim(clocks.now(), most=6)] * 2)

    assert len(first.rows) == len(second.rows) == 6
    assert not set(first.rows) & set(second.rows)


def test_what_is_due_is_told_once_by_however_many_workers(world: World, clock) -> None:
    climbs_ = [escalate(world, factories.ticket(world, world.r1)) for _number in range(4)]
    clock.shift(timedelta(hours=4))

    together(*[tell_claimed] * 3)
    tell_claimed()

    assert all(told(world, climb) == [True, True] for climb in climbs_)
    assert lead_mails(world) == 4
    with world.enter(world.c1):
        assert Event.objects.filter(kind="told").count() == 8


def test_what_a_dead_worker_had_comes_back_when_its_lease_ends(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    claim()

    tell_claimed()
    assert told(world, escalation) == [True, False]
    clock.shift(due.LEASE)
    tell_claimed()

    assert told(world, escalation) == [True, True]


def test_a_worker_that_slept_past_its_lease_changes_nothing(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    slept = claim()
    clock.shift(due.LEASE)
    awake = claim()

    work_on(slept)

    assert told(world, escalation) == [True, False], "it holds nothing any more"
    work_on(awake)
    assert told(world, escalation) == [True, True]
    assert lead_mails(world) == 1


def test_one_row_that_fails_holds_up_nobody_and_is_tried_later(world: World, clock, monkeypatch) -> None:
    bad, good = (escalate(world, factories.ticket(world, world.r1)) for _number in range(2))
    advance = climbs.advance

    def failing(actor: Any, client_id: int, ids: Any, *, at: datetime) -> Any:
        if bad.pk in ids:
            raise RuntimeError("a row that nobody can work on")
        return advance(actor, client_id, ids, at=at)

    monkeypatch.setattr(climbs, "advance", failing)
    clock.shift(timedelta(hours=4))
    tell_claimed()

    assert told(world, good) == [True, True]
    assert told(world, bad) == [True, False]
    row = Due.objects.get(kind=Due.Kind.CLIMB, subject_id=bad.pk)
    assert row.failures > 0
    assert row.due_at > clocks.now()
    monkeypatch.undo()
    clock.shift(due.LONGEST_WAIT)
    tell_claimed()
    assert told(world, bad) == [True, True]


def test_a_ticket_that_somebody_works_on_is_told_a_moment_later(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    clock.shift(timedelta(hours=4))

    with world.enter(world.v1):
        type(ticket).objects.select_for_update().get(pk=ticket.pk)
        together(tell_claimed)
        assert [step.attempted_at is None for step in escalation.steps.order_by("position")] == [False, True]
    clock.shift(timedelta(seconds=2))
    tell_claimed()

    assert told(world, escalation) == [True, True]


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
    claimed = claim()
    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes")

    work_on(claimed)

    assert told(world, escalation) == [True, False]
    assert due_climbs() == []


def test_a_ticket_closed_by_its_customer_is_withdrawn_by_the_watch(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    clock.shift(timedelta(hours=4))
    tell_claimed()
    with world.enter(world.r1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    clock.shift(due.WATCH_EVERY)
    tell_claimed()

    with world.enter(world.c1):
        escalation.refresh_from_db()
        assert escalation.state == Escalation.State.SOLVED
    assert due_climbs() == []


def test_a_watch_goes_on_for_as_long_as_the_question_is_open(world: World, clock) -> None:
    escalate(world, factories.ticket(world, world.r1))
    clock.shift(timedelta(hours=4))
    for _turn in range(3):
        tell_claimed()
        assert len(due_climbs()) == 1
        clock.shift(due.WATCH_EVERY)

    assert lead_mails(world) == 1


def test_a_step_that_is_gone_is_forgotten(world: World, clock) -> None:
    for kind in Due.Kind:
        Due.objects.create(client_id=world.c1.pk, kind=kind, subject_id=987_654, due_at=MONDAY)

    tell_claimed()

    assert not Due.objects.exists()


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


def test_of_two_who_take_it_on_at_once_one_is_first_and_the_other_is_told_who(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    with world.enter(world.c1):
        letters = {mail.to_address: mail for mail in OutboxMail.objects.filter(kind="escalation_ask")}
    (link,) = re.findall(r"https?://\S+(/l/\S+)", letters[world.o1.email].text)
    path = reverse("console:escalation", args=["voltarra", escalation.pk])

    def press(person: Any, where: str) -> Callable[[], Any]:
        browser = world.browser(person)
        return lambda: browser.post(where, {"do": "acknowledge"})

    answers = together(press(world.e1, path), press(world.a1, path), press(None, link))

    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) in ([302, 409, 409], [200, 409, 409])
    with world.enter(world.c1):
        (event,) = Event.objects.filter(kind="acknowledged")
        escalation.refresh_from_db()
        assert AccessLogContent.objects.filter(detail__what="acknowledged").count() == 1
    first = ("Petra Lund", "Alma Voltarra", "Voltarra team")[next(n for n, s in enumerate(statuses) if s != 409)]
    assert escalation.acknowledged_by_name == event.actor_name == first
    late = [answer.content.decode() for answer in answers if answer.status_code == 409]
    assert all(f"{first} is on it since" in text for text in late)


def test_of_two_readers_of_a_shared_inbox_the_second_is_told_and_the_first_may_press_again(world: World, clock) -> None:
    escalation = escalate(world, factories.ticket(world, world.r1))
    with world.enter(world.c1):
        rows = OutboxMail.objects.filter(kind="escalation_ask").order_by("to_address")
        (one, other, *_more) = [re.findall(r"https?://\S+(/l/\S+)", mail.text)[0] for mail in rows]
    browser = world.browser(None)

    def press(link: str) -> Any:
        return browser.post(link, {"do": "acknowledge"})

    answers = together(lambda: press(one), lambda: press(other))

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    first = one if answers[0].status_code == 302 else other
    assert press(first).status_code == 302
    with world.enter(world.c1):
        assert Event.objects.filter(kind="acknowledged", data__escalation=escalation.pk).count() == 1


def test_two_editors_publishing_at_once_make_one_version(world: World, clock) -> None:
    with world.enter(world.c1):
        version, found = in_force(world.c1.pk)

    def publish() -> Any:
        with world.enter(world.o1) as actor:
            return actions.publish_matrix(actor, client_id=world.c1.pk, document=found, expected_version=version)

    results = together(publish, publish)

    assert sorted(type(result).__name__ for result in results) == ["Matrix", "MatrixChanged"]
    with world.enter(world.c1):
        assert list(Matrix.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert MatrixChanged.status == 409
