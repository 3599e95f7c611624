"""Agents who read their own tickets only: their tickets' customers are the ones they know, and no others."""

import pytest

from tests import factories
from tickets.actions import handling
from tickets.models import Customer, Ticket
from tickets.queries import customers


@pytest.fixture
def theirs(world):
    """A customer with a ticket of the own-only agent's, and that ticket."""
    who = factories.customer(world, world.c1, name="Known Person", email="known@mail.example")
    ticket = factories.ticket(world, who)
    with world.enter(world.v1own) as actor:
        card = actor.card_id(world.c1.pk)
    with world.enter(world.lead, only=world.c1) as actor:
        handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=card)
    return who, ticket


@pytest.fixture
def strange(world):
    who = factories.customer(world, world.c1, name="Secret Person", email="secret@mail.example", phone="+4670999888")
    factories.ticket(world, who)
    return who


def test_the_record_of_a_customer_without_a_ticket_of_theirs_is_not_there(world, theirs, strange):
    who, ticket = theirs
    browser, program = world.browser(world.v1own), world.program(world.v1own, world.c1)

    assert browser.get(f"/desk/voltarra/customers/{who.pk}/", {"ticket": ticket.number}).status_code == 200
    assert program.get(f"/api/v1/customers/{who.pk}/").status_code == 200
    for pages, path in (
        (browser, f"/desk/voltarra/customers/{strange.pk}/"),
        (browser, f"/desk/voltarra/new/?customer={strange.pk}"),
        (program, f"/api/v1/customers/{strange.pk}/"),
    ):
        answer = pages.get(path)
        assert answer.status_code == 404
        assert b"Secret" not in answer.content


def test_nobody_there_and_somebody_elses_customer_are_answered_alike(world, strange):
    browser = world.browser(world.v1own)

    strangers = browser.get(f"/desk/voltarra/customers/{strange.pk}/")
    nobodys = browser.get("/desk/voltarra/customers/999999/")

    assert strangers.content == nobodys.content


def test_no_ticket_is_opened_by_the_number_of_a_strange_record(world, strange):
    given = {"subject": "x", "body": "y", "impact": "2", "urgency": "2", "channel": "phone", "language": "en"}

    desk = world.browser(world.v1own).post("/desk/voltarra/new/", {**given, "customer": strange.pk})
    api = world.program(world.v1own, world.c1).post(
        "/api/v1/tickets/", {"subject": "x", "body": "y", "customer": strange.pk}, content_type="application/json"
    )

    assert (desk.status_code, api.status_code) == (400, 400)
    assert b"Secret" not in desk.content + api.content
    with world.enter(world.c1):
        assert Ticket.objects.filter(customer=strange).count() == 1


def test_who_tells_their_whole_address_gets_a_ticket_that_opens_no_record(world, strange):
    given = {"subject": "x", "body": "y", "impact": "2", "urgency": "2", "channel": "phone", "language": "en"}
    browser = world.browser(world.v1own)

    opened = browser.post("/desk/voltarra/new/", {**given, "email": "secret@mail.example"})

    assert opened.status_code == 302
    with world.enter(world.c1):
        assert Ticket.objects.filter(customer=strange).count() == 2
        assert Customer.objects.filter(email="secret@mail.example").count() == 1
    assert browser.get(f"/desk/voltarra/customers/{strange.pk}/").status_code == 404


def opened_by(world, person, email, **more):
    given = {"subject": "x", "body": "y", "customer_email": email, **more}
    answer = world.program(person, world.c1).post("/api/v1/tickets/", given, content_type="application/json")
    assert answer.status_code == 201
    return {name: answer.json()[name] for name in ("customer", "language", "unconfirmed")}


def test_a_program_hears_of_a_strange_customer_what_it_said_itself(world, strange):
    with world.enter(world.c1):
        Customer.objects.filter(pk=strange.pk).update(language="sv")

    known = opened_by(world, world.v1own, "secret@mail.example", customer_name="Said Name")
    nobody = opened_by(world, world.v1own, "nobody@mail.example", customer_name="Said Name")

    assert known == nobody == {"customer": {"id": None, "name": "Said Name"}, "language": "", "unconfirmed": False}
    whole = opened_by(world, world.v1, "secret@mail.example", customer_name="Said Name")
    assert (whole["customer"], whole["language"]) == ({"id": strange.pk, "name": "Secret Person"}, "sv")


@pytest.mark.parametrize("key", ["v1", "v1ro", "lead", "o1"])
def test_who_reads_every_ticket_opens_every_record(world, strange, key):
    with world.enter(getattr(world, key), only=world.c1) as actor:
        assert customers.find(actor, world.c1.pk, strange.pk) == strange
