"""What the agent who asked sees: the question stands, and its answer comes back to them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from access.actions import clearing
from access.models import Assignment
from escalation import actions
from escalation.models import Escalation
from helpdesk.lib import clock
from tests.cast import World
from tests.escalation.test_letter import links
from tests.escalation.test_life import escalate
from tickets.actions import handling
from tickets.models import Ticket

ENDINGS = [{"do": "return", "answer": "Yes."}, {"do": "not-needed"}, {"do": "incomplete", "answer": "Which one?"}]


def assignee(world: World, ticket: Ticket) -> int | None:
    with world.enter(world.c1):
        ticket.refresh_from_db()
        return ticket.assignee_id


def page(world: World, ticket: Ticket) -> str:
    path = reverse("desk:ticket", kwargs={"client": "voltarra", "number": ticket.number})
    return world.browser(world.v1).get(path).content.decode()


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending["do"])
def test_an_answered_ticket_of_nobody_is_the_askers(
    world: World, ticket: Ticket, asked: Escalation, ending: dict[str, str]
) -> None:
    assert assignee(world, ticket) is None

    world.browser().post(links(world)[0], ending)

    assert assignee(world, ticket) == asked.asked_by_id is not None


def test_a_colleague_who_has_it_keeps_it(world: World, ticket: Ticket, asked: Escalation) -> None:
    with world.enter(world.lead) as actor:
        lead = actor.card_id(world.c1.pk)
        handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=lead)

    world.browser().post(links(world)[0], ENDINGS[0])

    assert assignee(world, ticket) == lead != asked.asked_by_id


def test_an_asker_who_has_left_gets_nothing(world: World, ticket: Ticket, asked: Escalation, superuser) -> None:
    superuser.execute(
        f"UPDATE {Assignment._meta.db_table} SET ends_at = %s WHERE card_id = %s",
        [clock.now() - timedelta(minutes=1), asked.asked_by_id],
    )

    world.browser().post(links(world)[0], ENDINGS[0])

    assert assignee(world, ticket) is None


@pytest.mark.parametrize("certified", [True, False])
def test_an_asker_who_takes_no_new_tickets_gets_none_by_asking(
    world: World, ticket: Ticket, asked: Escalation, certified: bool
) -> None:
    with world.enter(world.o1) as actor:
        row = clearing.require_certification(actor, client_id=world.c1.pk, name="Heat pumps")
        if certified:
            client_id, user_id = world.c1.pk, world.v1.pk
            clearing.record_certificate(actor, client_id=client_id, user_id=user_id, certification_id=row.pk)

    assert world.browser().post(links(world)[0], ENDINGS[0]).status_code < 400

    assert assignee(world, ticket) == (asked.asked_by_id if certified else None)


def test_while_a_question_is_open_no_second_is_offered_and_its_due_time_is_told(world: World, ticket: Ticket) -> None:
    offer, due = "Escalate to Voltarra", "answer of Voltarra due"
    assert offer in page(world, ticket)
    assert due not in page(world, ticket)

    asked = escalate(world, ticket)

    assert offer not in page(world, ticket)
    assert due in page(world, ticket)
    assert "our clock stands still" in page(world, ticket)
    with world.enter(world.o1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=asked.pk, answer="Yes.")
    assert offer in page(world, ticket)
    assert due not in page(world, ticket)
