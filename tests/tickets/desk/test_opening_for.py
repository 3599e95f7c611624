"""Opening a ticket for a customer."""

from typing import Any

import pytest

from tests.cast import World
from tickets.models import Ticket


def test_an_agent_opens_a_ticket_for_a_known_customer(world: World) -> None:
    sent = _new(customer=world.r1.pk)

    answer = world.browser(world.v1).post("/desk/voltarra/new/", sent)

    assert answer.status_code == 302
    with world.enter(world.c1):
        ticket = Ticket.objects.get()
        assert (ticket.customer_id, ticket.channel, ticket.priority) == (world.r1.pk, "phone", 1)


def _new(**more: Any) -> dict[str, Any]:
    return {
        "subject": "Called: no power", "body": "She says it is dead.", "impact": 1, "urgency": 1, "channel": "phone",
        "language": "sv", **more,
    }  # fmt: skip


def test_a_new_customer_is_made_once(world: World) -> None:
    browser = world.browser(world.v1)

    for _each in range(2):
        browser.post("/desk/voltarra/new/", _new(email="New.One@mail.example", name="New One", once="o1"))

    with world.enter(world.c1):
        assert Ticket.objects.count() == 1
        assert Ticket.objects.get().customer.email == "new.one@mail.example"


@pytest.mark.parametrize(
    "sent", [{"customer": "r2"}, {}, {"email": "not an address"}, {"name": "N", "category": 99999}]
)
def test_a_ticket_for_nobody_or_a_foreign_customer_is_refused(world: World, sent: dict[str, Any]) -> None:
    if sent.get("customer"):
        sent = {"customer": world.r2.pk}

    answer = world.browser(world.v1).post("/desk/voltarra/new/", _new(**sent))

    assert answer.status_code == 400
    with world.enter(world.c1):
        assert not Ticket.objects.exists()


def test_a_reader_opens_no_tickets(world: World) -> None:
    assert world.browser(world.v1ro).post("/desk/voltarra/new/", _new(customer=world.r1.pk)).status_code == 403
    assert world.browser(world.v1).get("/desk/alderby/new/").status_code == 404


def test_who_reads_their_own_only_is_told_and_goes_on_in_the_queue(world: World) -> None:
    browser = world.browser(world.v1own)

    answer = browser.post("/desk/voltarra/new/", _new(email=world.r1.email))

    assert answer.url == "/desk/"
    assert "Ticket #1 is open." in browser.get(answer.url).content.decode()
    with world.enter(world.c1):
        assert Ticket.objects.get().assignee_id is None
