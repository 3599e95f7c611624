"""Whose court a ticket is in and how long its customer waits, through everything that can happen to it."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine

from access.errors import Invalid, NotFound, RightMissing
from tests import factories
from tests.cast import World
from tickets import courts
from tickets.actions import conversation, handling
from tickets.actions.conversation import Then
from tickets.errors import Closed
from tickets.models import Event, Holder, HolderSpan, Message, Status, Ticket, WaitSpan

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def spans(world: World, ticket: Ticket) -> list[tuple[str, bool]]:
    with world.enter(world.c1):
        found = HolderSpan.objects.filter(ticket=ticket).order_by("started_at", "pk")
        return [(span.holder, span.ended_at is None) for span in found]


def waits(world: World, ticket: Ticket) -> list[WaitSpan]:
    with world.enter(world.c1):
        return list(WaitSpan.objects.filter(ticket=ticket).order_by("asked_at", "pk"))


def now_of(world: World, ticket: Ticket) -> Ticket:
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk)


def test_a_new_ticket_is_ours_and_its_customer_waits(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    assert spans(world, ticket) == [("vendor", True)]
    assert [wait.answered_at for wait in waits(world, ticket)] == [None]


def test_an_answer_ends_the_wait_and_hands_over(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    factories.reply(world, world.v1, ticket)

    assert spans(world, ticket) == [("vendor", False), ("customer", True)]
    assert all(wait.answered_at for wait in waits(world, ticket))


def test_a_customer_who_writes_twice_waits_since_the_first(world: World) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        ticket = factories.ticket(world, world.r1)
        clock.shift(600)
        with world.enter(world.r1) as actor:
            conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Hello?")

    assert [wait.asked_at for wait in waits(world, ticket)] == [NOON]
    assert now_of(world, ticket).asked_at == NOON


def test_a_holding_answer_to_the_customer_leaves_it_with_the_client(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1) as actor:
        courts.move(
            actor, handling.lock(actor, ticket.pk, client_id=world.c1.pk), Holder.CLIENT, at=NOON + timedelta(days=999)
        )

    factories.reply(world, world.v1, ticket, "We have asked.")

    assert now_of(world, ticket).holder == Holder.CLIENT


def test_a_customer_who_writes_leaves_a_ticket_with_the_client(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1) as actor:
        courts.move(actor, handling.lock(actor, ticket.pk, client_id=world.c1.pk), Holder.CLIENT, at=ticket.created_at)

    with world.enter(world.r1) as actor:
        conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Any news?")

    assert now_of(world, ticket).holder == Holder.CLIENT


def test_solving_ends_everything_and_an_answer_opens_it_again(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
    assert spans(world, ticket) == [("vendor", False)]

    with world.enter(world.r1) as actor:
        conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Still broken.")

    after = now_of(world, ticket)
    assert (after.status, after.reopened, after.solved_at) == (Status.OPEN, 1, None)
    assert spans(world, ticket) == [("vendor", False), ("vendor", True)]
    assert waits(world, ticket)[-1].answered_at is None


def test_a_closed_ticket_takes_nothing_until_it_is_opened_again(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.r1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    with pytest.raises(Closed), world.enter(world.r1) as actor:
        conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="One more")
    with pytest.raises(Closed):
        factories.reply(world, world.v1, ticket)
    with world.enter(world.r1) as actor:
        handling.reopen(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    assert now_of(world, ticket).status == Status.OPEN
    assert factories.reply(world, world.v1, ticket).pk


def test_another_customer_can_do_nothing_with_it(world: World) -> None:
    ticket, other = factories.ticket(world, world.r1), factories.customer(world, world.c1)

    for act in (
        lambda actor: conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="x"),
        lambda actor: handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk),
        lambda actor: handling.reopen(actor, client_id=world.c1.pk, ticket_id=ticket.pk),
    ):
        with pytest.raises(NotFound), world.enter(other) as actor:
            act(actor)
    assert now_of(world, ticket).status == Status.OPEN


def test_staff_cannot_write_as_the_customer(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(NotFound), world.enter(world.v1) as actor:
        conversation.write_as_customer(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="I am Rita")

    with world.enter(world.c1):
        assert Message.objects.filter(ticket=ticket).count() == 1


def test_doing_it_again_changes_nothing(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    for act in (handling.solve, handling.close):
        for _each in range(2):
            with world.enter(world.v1) as actor:
                act(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    with world.enter(world.c1):
        kinds = list(Event.objects.filter(ticket=ticket).values_list("kind", flat=True))
    assert kinds.count("solved") == kinds.count("closed") == 1


def test_texts_that_are_too_long_are_refused_in_words(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    here: dict[str, Any] = {"client_id": world.c1.pk, "ticket_id": ticket.pk}

    for act in (
        lambda actor: handling.skip(actor, **here, reason="r" * 201),
        lambda actor: handling.sort(actor, **here, need="n" * 201),
        lambda actor: handling.override_priority(actor, **here, priority=1, reason="r" * 201),
        lambda actor: handling.set_tags(actor, **here, names=["t" * 41]),
        lambda actor: conversation.reply(actor, **here, body="b" * 100_001),
    ):
        with pytest.raises(Invalid, match="Please shorten it"), world.enter(world.v1) as actor:
            act(actor)


def test_the_system_cannot_skip(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(RightMissing), world.enter(world.c1) as actor:
        handling.skip(actor, client_id=world.c1.pk, ticket_id=ticket.pk, reason="tired")


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_one_court_at_a_time_and_no_gap(world: World, seed: int) -> None:
    chance = random.Random(seed)
    here: dict[str, Any] = {"client_id": world.c1.pk}
    with time_machine.travel(NOON, tick=False) as clock:
        ticket = factories.ticket(world, world.r1)
        here["ticket_id"] = ticket.pk
        for _step in range(14):
            clock.shift(chance.randint(1, 3000))
            _anything(world, here, chance)

    with world.enter(world.c1):
        courts_of = list(HolderSpan.objects.filter(ticket=ticket).order_by("started_at", "pk"))
    after, running = now_of(world, ticket), [span for span in courts_of if span.ended_at is None]
    assert len(running) == (1 if after.status == Status.OPEN else 0)
    assert all(span.holder == after.holder for span in running)
    for before, following in pairwise(courts_of):
        assert before.ended_at is not None
        assert before.ended_at <= following.started_at
    open_waits = [wait for wait in waits(world, ticket) if wait.answered_at is None]
    assert [wait.asked_at for wait in open_waits] == ([after.asked_at] if after.asked_at else [])
    assert not (open_waits and after.status != Status.OPEN)


def _anything(world: World, here: dict[str, Any], chance: random.Random) -> None:
    """One random act of a random person; a refusal that is expected is one too."""
    act = chance.choice(["reply", "customer", "solve", "close", "reopen", "note", "assign"])
    try:
        if act == "customer":
            with world.enter(world.r1) as actor:
                conversation.write_as_customer(actor, **here, body="And?")
            return
        with world.enter(chance.choice([world.v1, world.v12, world.a1])) as actor:
            if act == "reply":
                conversation.reply(actor, **here, body="So.", then=chance.choice(list(Then)))
            elif act == "note":
                conversation.add_note(actor, **here, body="Hm.", audience=Message.Audience.SHARED)
            elif act == "assign":
                handling.assign(actor, **here, card_id=None, expected_card_id=None)
            else:
                {"solve": handling.solve, "close": handling.close, "reopen": handling.reopen}[act](actor, **here)
    except (Closed, Invalid, handling.AlreadyTaken):
        pass
