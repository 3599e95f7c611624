"""Somebody's place at a client has ended: what they held goes back, and what they left is told."""

import pytest
from django.urls import reverse

from access import actions as access
from helpdesk.leaving import hand_over
from helpdesk.leaving.models import HandOver
from helpdesk.lib import clock
from tests import factories
from tests.leaving.conftest import as_keeper
from tickets import tasks as fallback_tasks
from tickets.actions import handling
from tickets.actions.conversation import keep_draft
from tickets.models import Ticket


@pytest.fixture
def left(world):
    """V1 held a ticket, had begun an answer, and is gone."""
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        card = actor.card_id(world.c1.pk)
        handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=card)
        keep_draft(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Dear Rita", audience="public")
    access.end_assignment(client=world.c1, user=world.v1)
    return ticket


def sweep():
    with as_keeper():
        return hand_over.sweep(clock.now())


def test_tickets_go_back_to_the_queue_and_stand_in_the_notes(world, left):
    assert sweep() == 1

    with world.enter(world.c1):
        assert Ticket.objects.get(pk=left.pk).assignee_id is None
        (line,) = HandOver.objects.get().tickets
        assert (line["number"], line["begun"]) == (left.number, True)
        assert "Dear Rita" not in str(line)


def test_it_happens_once_and_only_to_who_is_gone(world, left):
    other = factories.ticket(world, world.r1)
    with world.enter(world.v12, only=world.c1) as actor:
        card = actor.card_id(world.c1.pk)
        handling.assign(actor, client_id=world.c1.pk, ticket_id=other.pk, card_id=card)
    sweep()

    assert sweep() == 0
    with world.enter(world.c1):
        assert Ticket.objects.get(pk=other.pk).assignee_id == card


def test_a_lead_completes_the_notes(world, left):
    sweep()
    with world.enter(world.c1):
        pk = HandOver.objects.get().pk
    browser = world.browser(world.lead)
    page = reverse("desk:hand_over", kwargs={"client": "voltarra", "hand_over": pk})

    assert f"#{left.number}" in browser.get(page).content.decode()
    assert browser.post(page, {"notes": "Call her on Monday."}).status_code == 302

    assert "Call her on Monday." in browser.get(page).content.decode()
    assert "completed" in browser.get(reverse("desk:hand_overs", kwargs={"client": "voltarra"})).content.decode()
    assert world.browser(world.v12).get(page).status_code == 403


def test_a_contract_that_ends_leaves_notes_of_everybody_for_the_client(world):
    tickets = []
    for person in (world.v1, world.v12):
        ticket = factories.ticket(world, world.r1)
        with world.enter(person, only=world.c1) as actor:
            card = actor.card_id(world.c1.pk)
            handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=card)
        tickets.append(ticket)
    factories.end_contract(world, world.o1)
    fallback_tasks.settle_courts(world.c1.pk)

    assert sweep() == 2

    exits = world.browser(world.o1).get(reverse("console:exits", kwargs={"client": "voltarra"})).content.decode()
    assert "2 hand-overs wait for their notes." in exits
    html = world.browser(world.o1).get(reverse("desk:hand_overs", kwargs={"client": "voltarra"})).content.decode()
    assert "Vera Ahlm" in html
    assert "Viggo Brandt" in html
    with world.enter(world.c1):
        assert {ticket.assignee_id for ticket in Ticket.objects.filter(pk__in=[t.pk for t in tickets])} == {None}
    assert sweep() == 0
