"""Notices on the pages: whose they are, what opening one says and what it doesn't, and whom the strip names."""

import pytest
from django.urls import reverse

from escalation import actions, notices
from escalation.errors import TakenOn
from escalation.models import Contact, Escalation, Notice
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tickets.models import Ticket


def of(world: World, person) -> list[Notice]:
    with world.enter(person) as actor:
        return list(notices.mine(actor))


def count(world: World, person) -> int:
    with world.enter(person) as actor:
        return notices.unseen(actor)


def test_whoever_is_told_finds_it_here_at_once(world: World, asked: Escalation) -> None:
    (found,) = of(world, world.e1)

    assert (found.user_id, found.seen_at) == (world.e1.pk, None)
    assert found.accepted_at == found.attempted_at
    assert count(world, world.e1) == 1
    text = world.browser(world.e1).get(reverse("console:notices", args=["voltarra"])).content.decode()
    assert "May we refund?" in text


def test_a_contact_with_an_account_is_told_here_as_that_person(world: World, ticket: Ticket) -> None:
    with world.enter(world.o1) as actor:
        contact = Contact.objects.get(client=world.c1)
        more = {"name": "Olle", "email": "olle@voltarra.example", "card_id": actor.card_id(world.c1.pk)}
        actions.save_contact(actor, client_id=world.c1.pk, contact_id=contact.pk, **more)

    escalate(world, ticket)

    assert count(world, world.o1) == 1
    assert count(world, world.e1) == 0


@pytest.mark.parametrize("person", ["v1", "v12", "lead", "o2", "x"])
def test_nobody_else_finds_it(world: World, asked: Escalation, person: str) -> None:
    (found,) = of(world, world.e1)
    browser = world.browser(getattr(world, person))

    assert of(world, getattr(world, person)) == []
    assert b"May we refund?" not in browser.get(reverse("desk:notices")).content
    for name in ("desk:open_notice", "console:open_notice"):
        answer = browser.post(reverse(name, args=["voltarra", found.pk]))
        assert answer.status_code in (403, 404)
    (again,) = of(world, world.e1)
    assert again.seen_at is None


def test_a_colleague_at_the_same_client_has_their_own(world: World, asked: Escalation) -> None:
    (mine,), (other,) = of(world, world.e1), of(world, world.a1)

    answer = world.browser(world.a1).post(reverse("console:open_notice", args=["voltarra", mine.pk]))

    assert answer.status_code == 404
    assert mine.pk != other.pk
    assert count(world, world.e1) == 1


def test_opening_marks_it_seen_and_takes_nothing_on(world: World, asked: Escalation) -> None:
    (found,) = of(world, world.e1)

    answer = world.browser(world.e1).post(reverse("console:open_notice", args=["voltarra", found.pk]))

    assert answer["Location"] == reverse("console:escalation", args=["voltarra", asked.pk])
    assert count(world, world.e1) == 0
    with world.enter(world.c1):
        asked.refresh_from_db()
        assert asked.acknowledged_at is None
        assert Notice.objects.get(pk=found.pk).seen_at is not None


def test_looking_at_the_list_marks_nothing(world: World, asked: Escalation) -> None:
    browser = world.browser(world.e1)

    browser.get(reverse("console:notices", args=["voltarra"]))
    browser.get(reverse("desk:notices"))

    assert browser.get(reverse("console:notice_count", args=["voltarra"])).content.decode().count("bell-count") == 1
    browser.post(reverse("console:see_notices", args=["voltarra"]))
    assert b"bell-count" not in browser.get(reverse("desk:notice_count")).content


def test_behind_a_closed_gate_there_is_nothing(world: World, ticket: Ticket) -> None:
    asked = escalate(world, ticket)
    with world.enter(world.c1):
        step = asked.steps.first()
        Notice.objects.create(
            client=world.c1, unique="v1", step=step, ticket=ticket, channel="app", user_id=world.v1.pk,
            name="Vera", due_at=asked.started_at,
        )  # fmt: skip
    assert count(world, world.v1) == 1

    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    assert count(world, world.v1) == 0
    browser = world.browser(world.v1)
    assert b"bell-count" not in browser.get(reverse("desk:notice_count")).content


def test_what_has_ended_is_not_counted(world: World, asked: Escalation) -> None:
    with world.enter(world.a1) as actor:
        actions.return_to_support(actor, client_id=world.c1.pk, escalation_id=asked.pk, answer="Yes")

    assert count(world, world.e1) == 0
    assert len(of(world, world.e1)) == 1


def test_of_two_who_take_it_on_the_second_is_told_who(world: World, asked: Escalation) -> None:
    for _click in range(2):
        with world.enter(world.e1) as actor:
            actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=asked.pk)

    with world.enter(world.a1) as actor, pytest.raises(TakenOn, match="Petra Lund is on it since"):
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=asked.pk)
    path = reverse("console:escalation", args=["voltarra", asked.pk])
    answer = world.browser(world.a1).post(path, {"do": "acknowledge"})
    assert answer.status_code == 409
    assert "Petra Lund is on it since" in answer.content.decode()


def test_the_strip_names_each_person_with_what_became_of_it(world: World, asked: Escalation, ticket: Ticket) -> None:
    with world.enter(world.e1) as actor:
        actions.acknowledge(actor, client_id=world.c1.pk, escalation_id=asked.pk)
    with world.enter(world.c1):
        bounced = Notice.objects.filter(user_id=world.a1.pk, channel="mail").get()
        bounced.failed_at, bounced.failure = asked.started_at, "550 no such user"
        bounced.save(update_fields=["failed_at", "failure"])

    for person, path in (
        (world.v1, reverse("desk:escalation_strip", args=["voltarra", ticket.number])),
        (world.e1, reverse("console:escalation", args=["voltarra", asked.pk])),
    ):
        text = world.browser(person).get(path).content.decode()
        assert "Petra Lund" in text
        assert "mail: came back" in text
        assert "here: said yes" in text
        assert "here: delivered" in text
