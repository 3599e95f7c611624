"""Errors by API: each a problem document that says what to do and gives nothing away; hostile input is told."""

import json

import pytest

from access import throttle
from access.actions import revoke_token
from access.models import ApiToken, Contract
from tests import factories
from tickets.models import Ticket

NEW = {"subject": "Charger dead", "body": "It blinks red.", "customer_email": "nora@mail.example"}


def check(answer, status):
    """The answer is a problem of this status, without any word of the inside."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    for word in ("Traceback", "psycopg", "SELECT", "tickets_", "/work", ".py"):
        assert word not in answer.content.decode()


def test_every_kind_of_refusal_is_a_problem(world, program, ticket):
    v1, nobody = program("v1").browser, world.browser()
    path = f"/api/v1/tickets/{ticket.number}/"

    check(nobody.get(path), 401)
    assert nobody.get(path)["WWW-Authenticate"].startswith("Bearer")
    check(nobody.get(path, headers={"authorization": "Bearer nonsense"}), 401)
    check(nobody.get(path, headers={"authorization": "Basic dTpw"}), 401)
    check(program("v1ro").post(f"tickets/{ticket.number}/solve/"), 403)
    check(v1.get("/api/v1/nothing-here/"), 404)
    check(v1.get("/api/nothing-here/"), 404)
    check(v1.get("/api/v1/tickets/987654/"), 404)
    check(v1.get("/api/v1/tickets/not-a-number/"), 404)
    check(v1.delete(path), 405)
    check(v1.options(path), 405)
    check(v1.put(path, {}, content_type="application/json"), 405)
    check(v1.get(path, headers={"accept": "text/html"}), 406)
    check(v1.post("/api/v1/tickets/", "a=b", content_type="application/x-www-form-urlencoded"), 415)
    check(v1.post("/api/v1/tickets/", json.dumps(NEW), content_type="text/plain"), 415)
    with world.enter(world.c1):
        assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("tickets/", "GET, HEAD, POST"), ("tickets/{}/", "GET, HEAD"), ("tickets/{}/solve/", "POST")],
)
def test_a_method_that_is_not_served_is_told_those_that_are(program, ticket, path, allowed):
    answer = program("v1").browser.delete("/api/v1/" + path.format(ticket.number))

    check(answer, 405)
    assert answer["Allow"] == allowed


def test_an_ended_or_revoked_key_opens_nothing(world, program, ticket):
    gone = program("v1")
    revoke_token(user=world.v1, token_id=ApiToken.objects.get(user=world.v1).pk)

    check(gone.get("tickets/"), 401)


def test_a_session_is_no_key(world, ticket):
    check(world.browser(world.v1).get("/api/v1/tickets/"), 401)


HOSTILE = {
    "not json": b"{",
    "nothing": b"",
    "a list": b"[1, 2]",
    "a string": b'"x"',
    "null": b"null",
    "not utf-8": b'{"subject": "\xff\xfe"}',
    "half a character": b'{"subject": "\\ud800", "body": "x", "customer_email": "a@b.example"}',
    "a NUL": b'{"subject": "a\\u0000b", "body": "x", "customer_email": "a@b.example"}',
    "a NUL in a name": b'{"a\\u0000b": 1}',
    "endless nesting": b"[" * 100_000,
    "a number without end": b'{"subject": ' + b"9" * 10_000 + b"}",
    "no number": b'{"subject": NaN}',
    "wrong types": b'{"subject": {}, "body": [], "customer": "x", "impact": [1], "acknowledge": 7}',
    "huge ids": b'{"subject": "x", "body": "y", "customer": 99999999999999999999999}',
    "a negative id": b'{"subject": "x", "body": "y", "customer": -1}',
    "not a whole id": b'{"subject": "x", "body": "y", "customer": 1.5}',
    "a boundless id": b'{"subject": "x", "body": "y", "customer": 1e400}',
    "blank": b'{"subject": "  ", "body": "\\u200b", "customer_email": "a@b.example"}',
    "too long": b'{"subject": "' + b"x" * 5000 + b'", "body": "y", "customer_email": "a@b.example"}',
    "a body of 1 MB": b'{"subject": "x", "body": "' + b"y" * 1_000_000 + b'", "customer_email": "a@b.example"}',
    "doubled names": b'{"subject": "x", "subject": {}, "body": "y", "customer_email": "a@b.example"}',
}


def test_hostile_bodies_are_told_and_write_nothing(world, program):
    browser = program("v1").browser

    for name, body in HOSTILE.items():
        for headers in ({}, {"idempotency-key": name}):
            answer = browser.post("/api/v1/tickets/", body, content_type="application/json", headers=headers)

            assert (name, answer.status_code) == (name, 400)
            check(answer, 400)
    with world.enter(world.c1):
        assert Ticket.objects.count() == 0


def test_a_body_larger_than_any_is_too_large(world, program):
    answer = program("v1").browser.post("/api/v1/tickets/", b" " * (5 * 1024 * 1024), content_type="application/json")

    check(answer, 413)


def test_strange_but_honest_text_is_taken(program):
    answer = program("v1").post("tickets/", {**NEW, "subject": "🔥 brinner؟", "body": "İ ﷽ \r\n‮x"})

    assert answer.status_code == 201
    assert answer.json()["subject"].startswith("🔥")


@pytest.mark.parametrize(
    "query", ["q=%00", "cursor=%00", "status=%ff", "q=" + "x" * 5000, "q=%27%3b--", "tag=%F0%9F%94%A5"]
)
def test_hostile_queries_are_told_or_find_nothing(program, ticket, query):
    answer = program("v1").browser.get(f"/api/v1/tickets/?{query}")

    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.json()["results"] == []


def test_a_program_that_asks_too_often_is_told_when_to_come_back(world, program, ticket, monkeypatch):
    monkeypatch.setattr(throttle, "API_BY_TOKEN", throttle.Limit("api-token", 3, throttle.API_BY_TOKEN.window))
    speaker, other = program("v1"), program("v12", world.c1)

    answers = [speaker.get("tickets/") for _n in range(5)]

    assert [answer.status_code for answer in answers][:3] == [200, 200, 200]
    check(answers[-1], 429)
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert other.get("tickets/").status_code == 200


def test_a_closed_gate_is_told_and_logged(world, program, ticket, logged):
    speaker = program("v1")
    with world.enter(world.c1):
        Contract.objects.update(state=Contract.State.ENDED)

    check(speaker.get("tickets/"), 403)


def test_answers_are_never_stored(program, ticket):
    assert program("v1").get(f"tickets/{ticket.number}/")["Cache-Control"] == "no-store"


def test_lists_of_another_client_are_empty(world, program):
    factories.ticket(world, world.r1)

    assert program("o2", world.c2).get("tickets/").json() == {"results": [], "next": None}
