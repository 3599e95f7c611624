"""One effect per key: replays, twins, refusals, and what leaves no key."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from post.models import IdempotencyKey
from tests import factories
from tickets.actions import conversation
from tickets.models import Message, Ticket

NEW = {"subject": "Charger dead", "body": "It blinks red.", "customer_email": "nora@mail.example"}


def tickets(world):
    with world.enter(world.c1):
        return Ticket.objects.count()


def keys(world):
    with world.enter(world.c1):
        return IdempotencyKey.objects.count()


def test_a_repeat_is_answered_with_the_first_answer_and_does_nothing(world, program):
    speaker = program("v1")
    first, second = (speaker.post("tickets/", NEW, key="k-1") for _n in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second["Location"] == first["Location"]
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert tickets(world) == 1


def test_without_a_key_every_request_counts(world, program):
    for _n in range(2):
        program("v1").post("tickets/", NEW)

    assert tickets(world) == 2
    assert keys(world) == 0


@pytest.mark.parametrize("body", [{**NEW, "subject": "Another"}, {}])
def test_a_key_used_for_something_else_is_refused(world, program, body):
    speaker = program("v1")
    speaker.post("tickets/", NEW, key="k-1")

    answer = speaker.post("tickets/", body, key="k-1")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert tickets(world) == 1


def test_a_key_used_at_another_address_is_refused(world, program, ticket):
    speaker = program("v1")
    speaker.post(f"tickets/{ticket.number}/solve/", {}, key="k-1")

    assert speaker.post(f"tickets/{ticket.number}/close/", {}, key="k-1").status_code == 422
    with world.enter(world.c1):
        assert Ticket.objects.get().status == "solved"


def test_two_programs_never_meet_at_a_key(world, program):
    assert program("v1").post("tickets/", NEW, key="k-1").status_code == 201
    assert program("v1").post("tickets/", NEW, key="k-1").status_code == 201
    assert program("v12", world.c2).post("tickets/", NEW, key="k-1").status_code == 201

    assert tickets(world) == 2


def test_a_refusal_is_kept_though_its_effect_is_rolled_back(world, program, ticket):
    speaker = program("v1")
    first = speaker.post("tickets/", {**NEW, "category": "nope"}, key="k-1")
    with world.enter(world.v1) as actor:
        conversation.reply(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Meanwhile")
    second = speaker.post("tickets/", {**NEW, "category": "nope"}, key="k-1")

    assert (first.status_code, second.status_code) == (400, 400)
    assert second["Idempotent-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"
    assert second.json() == first.json()
    assert tickets(world) == 1


def test_what_says_nothing_about_the_request_leaves_no_key(world, program, ticket, monkeypatch):
    speaker = program("v1ro")
    assert speaker.post("tickets/", NEW, key="k-1").status_code == 403
    speaker = program("v1")
    monkeypatch.setattr("tickets.api.tickets.intake.open_ticket", lambda *_a, **_k: 1 // 0)
    speaker.browser.raise_request_exception = False

    assert speaker.post("tickets/", NEW, key="k-2").status_code == 500
    assert keys(world) == 0
    monkeypatch.undo()
    assert speaker.post("tickets/", NEW, key="k-2").status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, " "])
def test_a_key_that_is_too_long_or_empty_is_refused(world, program, key):
    assert program("v1").post("tickets/", NEW, key=key).status_code == 400
    assert tickets(world) == 0


def test_the_longest_key_is_taken(program):
    assert program("v1").post("tickets/", NEW, key="x" * 255).status_code == 201


def test_twins_at_the_same_moment_have_one_effect(world, program, monkeypatch):
    speakers = [program("v1") for _n in range(1)] * 4
    start = Barrier(4)

    def send(speaker):
        try:
            start.wait(timeout=10)
            return speaker.post("tickets/", NEW, key="k-1").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, speakers))

    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert tickets(world) == 1
    assert keys(world) == 1


def test_a_twin_of_a_running_request_is_told_to_wait(world, program, monkeypatch):
    """While the first still works, the second is a 409; afterwards it gets the first answer."""
    speaker, seen = program("v1"), []
    ticket = factories.ticket(world, world.r1)
    real = conversation.reply

    def slow(*args, **more):
        def twin():
            try:
                return speaker.post(f"tickets/{ticket.number}/reply/", {"body": "Once"}, key="k-1").status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(twin).result(timeout=20))
        return real(*args, **more)

    monkeypatch.setattr(conversation, "reply", slow)
    first = speaker.post(f"tickets/{ticket.number}/reply/", {"body": "Once"}, key="k-1")
    monkeypatch.undo()
    again = speaker.post(f"tickets/{ticket.number}/reply/", {"body": "Once"}, key="k-1")

    assert seen == [409]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1
