"""Questions to the client by API: asked by the vendor, answered by the client, closed to others."""

import pytest

from escalation.models import Escalation
from tests import factories
from tickets.models import Holder, Message, Ticket

ASK = {"reason": "decision", "question": "Refund it?"}


@pytest.fixture
def asked(world, program, ticket):
    """The id of a question that waits on the first client."""
    return program("v1").post("escalations/", {"ticket": ticket.number, **ASK}).json()["id"]


def holder(world, ticket):
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk).holder


def test_a_question_puts_the_ticket_into_the_clients_court(world, program, ticket):
    answer = program("v1").post("escalations/", {"ticket": ticket.number, **ASK})

    assert answer.status_code == 201
    assert answer.json()["ticket"] == ticket.number
    assert answer["Location"] == f"/api/v1/escalations/{answer.json()['id']}/"
    assert holder(world, ticket) == Holder.CLIENT


ENDINGS = [
    ("return", {"answer": "Yes, in full."}, "returned", Holder.VENDOR),
    ("not-needed", {}, "not_needed", Holder.VENDOR),
    ("incomplete", {"missing": "The receipt."}, "incomplete", Holder.VENDOR),
    ("decline", {"reason": "Out of warranty."}, "declined", Holder.VENDOR),
    ("take-over", {}, "taken_over", Holder.CLIENT),
]


@pytest.mark.parametrize(("verb", "body", "state", "court"), ENDINGS)
def test_the_client_ends_it(world, program, ticket, asked, verb, body, state, court):
    answer = program("o1").post(f"escalations/{asked}/{verb}/", body)

    assert answer.status_code == 200
    assert answer.json()["state"] == state
    assert holder(world, ticket) == court
    assert program("o1").post(f"escalations/{asked}/{verb}/", body).status_code == 409


def test_nobody_else_ends_or_sees_it(world, program, ticket, asked):
    for person, client, seen, ended in (
        ("v1", "c1", 200, 403), ("v1ro", "c1", 200, 403), ("v1own", "c1", 404, 403), ("o2", "c2", 404, 404),
    ):  # fmt: skip
        speaker = program(person, getattr(world, client))
        assert speaker.get(f"escalations/{asked}/").status_code == seen
        for verb, body, _state, _court in ENDINGS:
            assert speaker.post(f"escalations/{asked}/{verb}/", body).status_code == ended
    with world.enter(world.c1):
        assert Escalation.objects.get(pk=asked).ended_at is None
        assert Message.objects.count() == 1


def test_lists_and_filters(world, program, ticket, asked):
    speaker = program("o1")

    assert [row["id"] for row in speaker.get("escalations/").json()["results"]] == [asked]
    assert [row["id"] for row in speaker.get("escalations/", open="true").json()["results"]] == [asked]
    assert speaker.get("escalations/", open="false").json()["results"] == []
    assert speaker.get("escalations/", ticket=ticket.number + 1).json()["results"] == []
    assert speaker.get("escalations/", state="nonsense").status_code == 400
    assert program("o2", world.c2).get("escalations/").json()["results"] == []
    assert program("v1own").get("escalations/").json()["results"] == []


def test_a_question_about_what_is_not_ours_is_refused(world, program, ticket):
    factories.ticket(world, world.r2)
    for speaker, number in (
        (program("v1own"), ticket.number), (program("v1"), ticket.number + 1), (program("v1"), 2**62),
    ):  # fmt: skip
        assert speaker.post("escalations/", {"ticket": number, **ASK}).status_code == 400
    with world.enter(world.c1):
        assert Escalation.objects.count() == 0


def test_a_second_question_meanwhile_is_a_conflict(program, ticket, asked):
    assert program("v1").post("escalations/", {"ticket": ticket.number, **ASK}).status_code == 409


def test_reading_a_question_stands_in_the_access_log(world, program, ticket, asked, logged):
    program("o1").get(f"escalations/{asked}/")

    (entry,) = logged("view")
    assert entry.ticket_number == ticket.number
