"""Customers by API: exact search, records with their masks, changes, and what stays closed."""

import pytest

from access.standing import forget_all
from tests import factories
from tickets.actions import record_fields
from tickets.models import Customer


@pytest.fixture
def known(world):
    """The first client's customer with a phone and a sensitive fact."""
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(phone="+46701234567", external_id="K-1")
    factories.fact(world, world.r1, "Card", "4000123412341234", "sensitive")
    return world.r1


def test_an_exact_search_finds_one_and_is_logged(program, known, logged):
    for term in ({"email": "RITA@mail.example"}, {"external_id": "K-1"}, {"phone": "+46701234567"}):
        found = program("v1").get("customers/", **term).json()["results"]

        assert [row["id"] for row in found] == [known.pk]
        assert found[0]["email"]["masked"] is True
    entries = logged("search")
    assert len(entries) == 3
    assert all(entry.records == [["customer", known.pk]] for entry in entries)


@pytest.mark.parametrize(
    "term", [{"email": "rita@"}, {"external_id": "K"}, {"phone": "4670123"}, {"email": "rolf@mail.example"}]
)
def test_a_part_of_a_term_or_another_clients_customer_finds_nobody(world, program, known, logged, term):
    answer = program("v12", world.c1).get("customers/", **term)

    assert answer.json() == {"results": [], "next": None}
    assert [entry.detail["hits"] for entry in logged("search")] == [0]


@pytest.mark.parametrize(
    "query", [{}, {"email": "a@b.example", "phone": "1"}, {"name": "Rita"}, {"email__startswith": "r"}]
)
def test_customers_are_never_listed(program, known, logged, query):
    assert program("v1").get("customers/", **query).status_code == 400
    assert logged("search") == []


def test_a_record_is_masked_and_open_on_a_ticket_of_its_own(world, program, known, logged):
    ticket = factories.ticket(world, known)
    speaker = program("v1")

    masked = speaker.get(f"customers/{known.pk}/", ticket=ticket.number).json()
    factories.held(world, world.v1, ticket)
    opened = speaker.get(f"customers/{known.pk}/", ticket=ticket.number).json()

    assert masked["phone"] == {"text": "+46 •• ••• •• 67", "masked": True}
    assert opened["phone"] == {"text": "+46701234567", "masked": False}
    assert opened["own_fields"] == [
        {
            "key": "card",
            "label": "Card",
            "kind": "text",
            "sensitivity": "sensitive",
            "text": "••••••",
            "masked": True,
        }
    ]
    assert [entry.ticket_number for entry in logged("view")] == [ticket.number, ticket.number]


def test_a_ticket_of_somebody_else_opens_no_record(world, program, known):
    other = factories.ticket(world, factories.customer(world, world.c1))

    assert program("v1").get(f"customers/{known.pk}/", ticket=other.number).status_code == 400


def test_another_clients_customer_or_nobody_is_not_found(world, program, known, logged):
    for number in (world.r2.pk, known.pk + 1000, 2**70):
        assert program("v1").get(f"customers/{number}/").status_code == 404
        assert program("lead").patch(f"customers/{number}/", {"name": "x"}).status_code == 404
    assert logged("view") == []
    with world.enter(world.c2):
        assert Customer.objects.get(pk=world.r2.pk).name == "Rolf Nilsson"


def test_a_record_is_made_and_changed_by_who_may(world, program, logged):
    speaker = program("lead", world.c1)
    made = speaker.post("customers/", {"name": "Nora", "email": "Nora@Mail.example", "tier": "gold"})
    number = made.json()["id"]

    changed = speaker.patch(f"customers/{number}/", {"tier": "silver"})

    assert (made.status_code, changed.status_code) == (201, 200)
    assert made["Location"] == f"/api/v1/customers/{number}/"
    with world.enter(world.c1):
        row = Customer.objects.get(pk=number)
        assert (row.name, row.email, row.tier) == ("Nora", "nora@mail.example", "silver")
    assert [entry.detail for entry in logged("change")][-2:] == [
        {"what": "added"},
        {"what": "changed", "fields": ["tier"]},
    ]


def test_a_changed_address_is_no_longer_confirmed(world, program):
    program("lead", world.c1).patch(f"customers/{world.r1.pk}/", {"email": "new@mail.example"})

    with world.enter(world.c1):
        row = Customer.objects.get(pk=world.r1.pk)
    assert (row.email, row.email_confirmed_at) == ("new@mail.example", None)


@pytest.mark.parametrize("person", ["v1", "v1ro", "v1own", "a1", "e1"])
def test_who_may_not_change_records_changes_none(world, program, person):
    speaker = program(person)

    assert speaker.post("customers/", {"name": "Nora"}).status_code == 403
    assert speaker.patch(f"customers/{world.r1.pk}/", {"name": "Nora"}).status_code == 403
    with world.enter(world.c1):
        assert list(Customer.objects.values_list("name", flat=True)) == ["Rita Svensson"]


def test_an_address_or_number_that_another_has_is_a_conflict(world, program, known):
    speaker = program("lead", world.c1)

    assert speaker.post("customers/", {"email": "rita@mail.example"}).status_code == 409
    assert speaker.post("customers/", {"name": "x", "external_id": "K-1"}).status_code == 409
    with world.enter(world.c1):
        assert Customer.objects.count() == 1


def test_that_a_sensitive_number_is_taken_is_told_five_times_and_logged(world, program, known, logged):
    mine, speaker = factories.customer(world, world.c1, name="Mine"), program("lead", world.c1)
    with world.enter(world.o1) as actor:
        record_fields.guard_records(actor, client_id=world.c1.pk, classes={"external_id": "sensitive"}, reasons=[])
    forget_all()

    def tried(number):
        return speaker.patch(f"customers/{mine.pk}/", {"external_id": number}).status_code

    assert [tried(f"N-{n}") for n in range(8)] == [200] * 8
    assert [tried("K-1") for _n in range(5)] == [409] * 5
    assert (tried("K-1"), tried("N-9")) == (429, 429)
    assert speaker.post("customers/", {"name": "x", "external_id": "K-1"}).status_code == 429
    entries = logged("verify")
    assert [entry.detail for entry in entries] == [{"field": "external_id", "result": "taken"}] * 5
    assert all(entry.records == [["customer", mine.pk]] for entry in entries)
    # What is not sensitive is found by anybody who searches, and told as before.
    assert [speaker.post("customers/", {"email": "rita@mail.example"}).status_code for _n in range(6)] == [409] * 6
    assert len(logged("verify")) == 5


def test_a_sensitive_address_that_is_taken_is_logged_from_the_page_too(world, logged):
    mine = factories.customer(world, world.c1, name="Mine")
    with world.enter(world.o1) as actor:
        record_fields.guard_records(actor, client_id=world.c1.pk, classes={"email": "sensitive"}, reasons=[])
    forget_all()

    answer = world.browser(world.lead).post(
        f"/desk/voltarra/customers/{mine.pk}/edit/", {"name": "Mine", "email": world.r1.email}
    )

    assert answer.status_code == 409
    assert [entry.detail for entry in logged("verify")] == [{"field": "email", "result": "taken"}]


@pytest.mark.parametrize(
    "extra", [{"client": 2}, {"id": 5}, {"email_confirmed_at": "2020-01-01"}, {"email_confirmed": True}, {"fields": []}]
)
def test_fields_that_are_not_theirs_to_set_are_refused(world, program, extra):
    assert program("lead", world.c1).patch(f"customers/{world.r1.pk}/", {"name": "Y", **extra}).status_code == 400
    with world.enter(world.c1):
        assert Customer.objects.get(pk=world.r1.pk).name == "Rita Svensson"
