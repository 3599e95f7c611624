"""Tickets by API: what each endpoint does, refuses, and must never do."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.rights import Right
from tests import factories
from tickets.actions import handling
from tickets.models import Customer, Message, Status, Ticket

NEW = {"subject": "Charger dead", "body": "It blinks red.", "customer_email": "nora@mail.example"}
BODIES = {
    "reply": {"body": "Try the other key."},
    "note": {"body": "Seen before."},
    "assign": {"assignee": None},
    "solve": {},
    "close": {},
    "reopen": {},
    "sort": {"impact": 1},
    "priority": {"priority": 1, "reason": "VIP"},
    "tags": {"tags": ["vip"]},
}


def state(world, ticket):
    """All that an action could change on this ticket."""
    with world.enter(world.client_of(world.r1)):
        row = Ticket.objects.get(pk=ticket.pk)
        fields = ("status", "holder", "assignee_id", "priority", "impact", "updated_at")
        return (
            [getattr(row, name) for name in fields],
            Message.objects.count(),
            list(row.ticket_tags.values_list("tag__name")),
        )


def test_a_ticket_is_opened_for_an_unknown_customer_and_told_where_it_is(world, program):
    answer = program("v1").post("tickets/", NEW)

    assert answer.status_code == 201
    number = answer.json()["number"]
    assert answer["Location"] == f"/api/v1/tickets/{number}/"
    with world.enter(world.c1):
        ticket = Ticket.objects.get(number=number)
        assert (ticket.customer.email, ticket.channel, ticket.subject) == ("nora@mail.example", "api", "Charger dead")


def test_the_same_address_in_other_letters_is_the_same_customer(world, program):
    speaker = program("v1")
    found = [
        speaker.post("tickets/", {**NEW, "customer_email": mail}) for mail in ("RITA@mail.example", "rita@mail.example")
    ]

    assert {answer.json()["customer"]["id"] for answer in found} == {world.r1.pk}


@pytest.mark.parametrize("verb", BODIES)
def test_every_action_does_its_work_and_answers_with_the_thing(world, program, ticket, verb):
    before = state(world, ticket)
    if verb == "reopen":
        with world.enter(world.v1) as actor:
            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
        before = state(world, ticket)
    body = BODIES[verb] if verb != "assign" else {"assignee": world.actor(world.v1).card_id(world.c1.pk)}

    answer = program("v1").post(f"tickets/{ticket.number}/{verb}/", body)

    assert answer.status_code == (201 if verb in ("reply", "note") else 200)
    assert answer["Content-Type"] == "application/json"
    assert state(world, ticket) != before


OUTSIDERS = [("v1ro", "c1", 403), ("v12", "c2", 404), ("o2", "c2", 404), ("v1own", "c1", 404), ("e1", "c1", 403)]


def test_actions_are_refused_and_change_nothing(world, program, ticket):
    before = state(world, ticket)

    for person, client, status in OUTSIDERS:
        speaker = program(person, getattr(world, client))
        for verb, body in BODIES.items():
            answer = speaker.post(f"tickets/{ticket.number}/{verb}/", body)

            assert (answer.status_code, person, verb) == (status, person, verb)
            assert answer["Content-Type"] == "application/problem+json"
    assert state(world, ticket) == before


@pytest.mark.parametrize("number", [0, 1_000_000, 2**63 - 1, 2**63, 10**40])
def test_a_number_that_is_nobodys_is_not_found(program, ticket, number):
    assert program("v1").get(f"tickets/{number}/").status_code == 404
    assert program("v1").get(f"tickets/{number}/messages/").status_code == 404
    assert program("v1").post(f"tickets/{number}/reply/", BODIES["reply"]).status_code == 404


def test_a_key_does_not_reach_past_its_own_rights(world, program, ticket):
    narrow = program("v1", rights=[Right.TICKET_READ, Right.TICKET_READ_ALL])
    before = state(world, ticket)

    assert narrow.get(f"tickets/{ticket.number}/").status_code == 200
    assert narrow.post(f"tickets/{ticket.number}/reply/", BODIES["reply"]).status_code == 403
    assert state(world, ticket) == before


def test_a_key_serves_its_own_client_only(world, program, ticket):
    other = factories.ticket(world, world.r2, subject="Alderby's own")
    both = program("v12", world.c1)

    subjects = [row["subject"] for row in both.get("tickets/").json()["results"]]

    assert subjects == [ticket.subject]
    assert both.get("tickets/", q="Alderby").json()["results"] == []
    assert both.post("escalations/", {"ticket": other.number + 1000, "reason": "x", "question": "y"}).status_code == 400


def test_reading_a_ticket_or_its_thread_stands_in_the_access_log(world, program, ticket, logged):
    program("v1").get(f"tickets/{ticket.number}/")
    program("v1").get(f"tickets/{ticket.number}/messages/")

    entries = logged("view")
    assert len(entries) == 2
    assert {entry.user_id for entry in entries} == {world.v1.pk}
    assert all(["customer", world.r1.pk] in entry.records for entry in entries)
    assert {entry.ticket_number for entry in entries} == {ticket.number}


def test_a_refused_action_stands_in_the_access_log(program, ticket, logged):
    program("v1ro").post(f"tickets/{ticket.number}/reply/", BODIES["reply"])

    (entry,) = logged("refused")
    assert entry.detail["right"] == "reply_to_customers"


@pytest.mark.parametrize(
    "body",
    [
        {"customer": "R2"},
        {"customer": 999_999},
        {"customer_email": "nora@mail.example", "category": "not-there"},
        {"customer_email": "not an address"},
        {},
        {"customer_email": "a@b.example", "customer": 1},
    ],
)
def test_a_ticket_for_what_is_not_ours_is_refused_and_nothing_is_written(world, program, body):
    given = {"subject": "x", "body": "y", **body}
    if given.get("customer") == "R2":
        given["customer"] = world.r2.pk

    answer = program("v1").post("tickets/", given)

    assert answer.status_code == 400
    assert answer.json()["errors"]
    with world.enter(world.c1):
        assert Ticket.objects.count() == 0
        assert Customer.objects.count() == 1


def test_foreign_ids_in_bodies_are_not_found_and_nothing_is_written(world, program, ticket):
    foreign = world.actor(world.o2).card_id(world.c2.pk)
    before = state(world, ticket)
    speaker = program("v1")

    for verb, body in (
        ("assign", {"assignee": foreign}),
        ("reply", {"body": "x", "revision": 987}),
        ("sort", {"category": "nope"}),
    ):
        answer = speaker.post(f"tickets/{ticket.number}/{verb}/", body)

        assert answer.status_code == 400
    assert state(world, ticket) == before


EXTRAS = {"client_id": 2, "status": "closed", "author": "customer", "created_at": "2020-01-01", "audience": "vendor"}


def test_a_field_that_nobody_declared_is_refused(world, program, ticket):
    before = state(world, ticket)
    speaker = program("v1")

    for name, value in EXTRAS.items():
        answer = speaker.post(f"tickets/{ticket.number}/reply/", {"body": "x", name: value})

        assert answer.status_code == 400
        assert answer.json()["errors"] == {name: ["There is no such field."]}
    assert state(world, ticket) == before


UNKNOWN = [
    {"ordering": "assignee__user__password"},
    {"ordering": "customer__email"},
    {"assignee__user__password__startswith": "p"},
    {"filter": "eyJ4Ijoi"},
    {"status": "open' OR 1=1 --"},
    {"priority": 9},
    {"priority": 10**30},
    {"customer": "1 OR 1=1"},
    {"cursor": "forged"},
    {"limit": 100_000},
    {"updated_since": "yesterday"},
    {"format": "xml"},
    {"_connector": "OR 1=1"},
]


def test_an_unknown_filter_order_or_place_is_refused(program, ticket):
    speaker = program("v1")

    for query in UNKNOWN:
        answer = speaker.get("tickets/", **query)

        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == set(query)


def test_the_same_name_twice_is_refused(program, ticket):
    assert program("v1").browser.get("/api/v1/tickets/?status=open&status=closed").status_code == 400


def test_filters_find_what_they_say(world, program):
    first, second = factories.ticket(world, world.r1, subject="Kettle leaks"), factories.ticket(world, world.r1)
    speaker = program("v1")
    speaker.post(f"tickets/{first.number}/tags/", {"tags": ["water"]})
    speaker.post(f"tickets/{second.number}/solve/")

    def numbers(**query):
        return [row["number"] for row in speaker.get("tickets/", **query).json()["results"]]

    assert numbers(q="kettle") == [first.number]
    assert numbers(tag="water") == [first.number]
    assert numbers(status="solved") == [second.number]
    assert numbers(unassigned="true", status="open") == [first.number]
    assert numbers(ordering="created_at") == [first.number, second.number]
    assert numbers(customer=world.r2.pk) == []


def test_pages_hold_every_ticket_once(world, program):
    made = [factories.ticket(world, world.r1).number for _n in range(5)]
    speaker = program("v1")
    seen, url = [], "/api/v1/tickets/?limit=2"
    while url:
        page = speaker.browser.get(url).json()
        seen += [row["number"] for row in page["results"]]
        url = page["next"]

    assert sorted(seen) == made


def test_an_agent_with_own_tickets_only_sees_them_alone(world, program, ticket):
    own = factories.ticket(world, world.r1)
    program("v1").post(f"tickets/{own.number}/assign/", {"assignee": world.actor(world.v1own).card_id(world.c1.pk)})
    speaker = program("v1own")

    assert [row["number"] for row in speaker.get("tickets/").json()["results"]] == [own.number]
    assert speaker.get(f"tickets/{ticket.number}/").status_code == 404
    assert speaker.get(f"tickets/{own.number}/").status_code == 200


def test_a_vendors_own_note_is_not_shown_to_the_client(world, program, ticket):
    program("v1").post(f"tickets/{ticket.number}/note/", {"body": "Ours alone.", "audience": "vendor"})
    program("v1").post(f"tickets/{ticket.number}/note/", {"body": "For both.", "audience": "shared"})

    def bodies(person):
        return [row["body"] for row in program(person).get(f"tickets/{ticket.number}/messages/").json()["results"]]

    assert bodies("a1") == ["It blinks twice and stays shut.", "For both."]
    assert bodies("v1") == ["It blinks twice and stays shut.", "Ours alone.", "For both."]


def test_a_client_can_not_write_a_vendors_own_note(program, ticket):
    answer = program("a1").post(f"tickets/{ticket.number}/note/", {"body": "x", "audience": "vendor"})

    assert answer.status_code == 400


def test_an_answer_written_past_a_colleagues_is_a_conflict(world, program, ticket):
    seen = program("v1").get(f"tickets/{ticket.number}/messages/").json()["results"][-1]["id"]
    factories.reply(world, world.v12, ticket)

    answer = program("v1").post(f"tickets/{ticket.number}/reply/", {"body": "Mine", "seen_message": seen})

    assert answer.status_code == 409
    assert program("v1").post(f"tickets/{ticket.number}/reply/", {"body": "Mine", "then": "solved"}).status_code == 201
    with world.enter(world.c1):
        assert Ticket.objects.get(pk=ticket.pk).status == Status.SOLVED


def test_lists_cost_the_same_however_many_there_are(world, program):
    speaker = program("v1")
    counts = []
    for _round in range(2):
        for _n in range(6):
            one = factories.ticket(world, world.r1)
        factories.reply(world, world.v1, one)
        for path in ("tickets/", f"tickets/{one.number}/messages/"):
            speaker.get(path)
            with CaptureQueriesContext(connection) as seen:
                speaker.get(path)
            counts.append(len([q for q in seen if "SAVEPOINT" not in q["sql"]]))

    assert counts[:2] == counts[2:]
    assert counts[0] <= 6


def test_the_pages_routes_have_names(ticket):
    assert reverse("api:ticket-reply", kwargs={"number": ticket.number}) == f"/api/v1/tickets/{ticket.number}/reply/"
