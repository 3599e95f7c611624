"""The life of an escalation, with every ending."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from access.errors import Invalid, NotFound, RightMissing
from escalation import actions
from escalation.errors import AlreadyAnswered, AlreadyEscalated
from escalation.models import Clock, Escalation, EscalationStep, Metric
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tickets.models import Event, Holder, HolderSpan, Message, Ticket

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def escalate(world: World, ticket: Ticket, person=None, **more) -> Escalation:
    values = {"reason": "decision", "question": "May we refund?", "facts": "Paid twice", "suggestion": "Yes"}
    with world.enter(person or world.v1) as actor:
        return actions.escalate(actor, client_id=ticket.client_id, ticket_id=ticket.pk, **{**values, **more})


def test_escalating_makes_the_client_the_holder_and_mails_everyone_who_may_answer(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)

    escalation = escalate(world, ticket)

    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.CLIENT
        assert ticket.due_metric == Metric.CLIENT_RESPONSE
        mails = OutboxMail.objects.filter(kind="escalation_ask")
        assert {mail.to_address for mail in mails} == {world.o1.email, world.a1.email, world.e1.email}
        assert escalation.row_position == 3
        assert EscalationStep.objects.filter(escalation=escalation).count() == 2


def test_the_answer_gives_the_ticket_back_with_a_shared_note(world: World, clock) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    clock.shift(timedelta(minutes=30))

    with world.enter(world.e1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=escalation.pk, answer="Yes, refund.")

    with world.enter(world.c1):
        ticket.refresh_from_db()
        escalation.refresh_from_db()
        assert ticket.holder == Holder.VENDOR
        assert escalation.state == Escalation.State.RETURNED
        assert escalation.answered_by_name == "Petra Lund"
        note = Message.objects.get(ticket=ticket, audience=Message.Audience.SHARED)
        assert note.body == "Yes, refund."
        assert Clock.objects.get(ticket=ticket, metric=Metric.CLIENT_RESPONSE).used_seconds == 1800
        assert Clock.objects.get(ticket=ticket, metric=Metric.SOLVE).used_seconds == 0
