"""What whoever answers is told before and after: that no letter can go, that the client has the move."""

import pytest

from escalation import actions
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tests.tickets.desk.acting import ACTS, address
from tickets.models import Customer, Message, Ticket

NO_ADDRESS, NOT_MAILED = "has no mail address.", "has no mail address, so nothing was mailed."
HAS_THE_MOVE = "Voltarra has the move."


@pytest.fixture
def by_phone(world: World) -> Ticket:
    """Opened by an agent for somebody who rang and gave no address."""
    return factories.ticket(world, factories.customer(world, world.c1, name="Pia Phone", email=""))


def page(world: World, ticket: Ticket, person=None) -> str:
    return world.browser(person or world.v1).get(address(ticket, "ticket")).content.decode()


def answer(world: World, ticket: Ticket, **more: str) -> str:
    return (
        world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], **more}, follow=True).content.decode()
    )


def test_that_no_letter_can_go_is_said_before_and_after(world: World, by_phone: Ticket) -> None:
    before = page(world, by_phone)
    assert NO_ADDRESS in before
    assert "Record what you said" in before
    assert "Send as Voltarra" not in before

    after = answer(world, by_phone, then="stay")

    assert f"Recorded. Pia Phone {NOT_MAILED}" in after
    assert ">Sent." not in after
    with world.enter(world.c1):
        assert Message.objects.filter(ticket=by_phone, author="staff").count() == 1


def test_without_a_letter_the_move_stays_ours_unless_chosen(world: World, by_phone: Ticket) -> None:
    assert '<option value="stay" selected>' in page(world, by_phone)
    assert '<option value="wait" selected>' in page(world, factories.ticket(world, world.r1))


def test_somebody_with_an_address_is_sent_a_letter(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    assert NO_ADDRESS not in page(world, ticket)
    assert "Send as Voltarra" in page(world, ticket)
    after = answer(world, ticket)

    assert "Sent." in after
    assert NOT_MAILED not in after


@pytest.mark.parametrize(("email", "mailed"), [("pia@mail.example", True), ("", False)])
def test_a_program_is_told_whether_a_letter_goes(world: World, by_phone: Ticket, email: str, mailed: bool) -> None:
    with world.enter(world.c1):
        Customer.objects.filter(pk=by_phone.customer_id).update(email=email)

    told = world.program(world.v1, world.c1).post(f"/api/v1/tickets/{by_phone.number}/reply/", {"body": "Said so."})

    assert told.status_code == 201
    assert told.json()["mailed"] is mailed


def test_who_answers_over_the_clients_head_is_told(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    assert HAS_THE_MOVE not in page(world, ticket)
    escalate(world, ticket)

    assert HAS_THE_MOVE in page(world, ticket)
    assert "promise nothing that is theirs to decide" in page(world, ticket)
    assert HAS_THE_MOVE not in page(world, ticket, world.a1)


def test_who_answers_what_the_client_has_taken_over_is_told(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    escalation = escalate(world, ticket)
    with world.enter(world.a1) as actor:
        actions.take_over(actor, client_id=world.c1.pk, escalation_id=escalation.pk)

    assert HAS_THE_MOVE in page(world, ticket)
    assert "Their own people have taken this ticket" in page(world, ticket)
    assert "promise nothing that is theirs to decide" not in page(world, ticket)
