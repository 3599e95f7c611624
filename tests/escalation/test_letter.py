"""The link in a mail: what it opens, and what its buttons do."""

import re

import pytest
from django.urls import reverse

from access.models import Membership, SignedLink
from escalation import actions
from escalation.models import Contact, Escalation, Metric
from helpdesk.lib import clock
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tickets.models import Holder, Ticket


@pytest.fixture
def ticket(world: World) -> Ticket:
    return factories.ticket(world, world.r1, subject="Charged twice")


def links(world: World) -> list[str]:
    with world.enter(world.c1):
        texts = OutboxMail.objects.filter(kind="escalation_ask").order_by("pk").values_list("text", flat=True)
        return [re.search(r"/l/\S+", text)[0] for text in texts]


def state(world: World, asked: Escalation) -> str:
    with world.enter(world.c1):
        asked.refresh_from_db()
        return asked.state


def test_get_and_head_show_the_question_and_change_nothing(world: World, asked: Escalation) -> None:
    path = links(world)[0]
    browser = world.browser()

    for answer in (browser.get(path), browser.head(path), browser.get(path, headers={"user-agent": "scanner"})):
        assert answer.status_code == 200
        assert answer["Referrer-Policy"] == "strict-origin"
        assert answer["Cache-Control"] == "no-store"
    assert b"May we refund?" in browser.get(path).content
    assert state(world, asked) == Escalation.State.RUNNING
    assert not SignedLink.objects.exclude(used_at=None).exists()


def test_whoever_left_answers_no_more(world: World, asked: Escalation) -> None:
    path = links(world)[0]
    with world.enter(world.c1):
        place = Membership.objects.get(client_id=world.c1.pk, user=world.e1)
        Contact.objects.filter(client_id=world.c1.pk).update(card_id=place.card_id)
    assert world.browser().get(path).status_code == 200

    with world.enter(world.c1):
        Membership.objects.filter(pk=place.pk).update(ends_at=clock.now())

    assert world.browser().get(path).status_code == 404
    assert world.browser().post(path, {"do": "return", "answer": "Yes."}).status_code == 404
    assert state(world, asked) == Escalation.State.RUNNING


def test_the_answer_needs_no_account_and_returns_the_ticket(world: World, asked: Escalation, ticket: Ticket) -> None:
    path = links(world)[0]

    answer = world.browser(enforce_csrf_checks=True).post(path, {"do": "return", "answer": "Yes, refund it."})

    assert answer.status_code == 302
    assert state(world, asked) == Escalation.State.RETURNED
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.VENDOR


def test_an_empty_answer_is_told_and_nothing_happens(world: World, asked: Escalation) -> None:
    answer = world.browser().post(links(world)[0], {"do": "return", "answer": "  "})

    assert answer.status_code == 400
    assert b"Write an answer first" in answer.content
    assert state(world, asked) == Escalation.State.RUNNING


def test_what_was_written_stays_where_a_button_does_not_exist(world: World, asked: Escalation) -> None:
    answer = world.browser().post(links(world)[0], {"do": "explode", "answer": "My long text"})

    assert answer.status_code == 400
    assert b"My long text" in answer.content


def test_after_the_answer_every_link_says_who_answered_and_when(world: World, asked: Escalation) -> None:
    first, second, *_others = links(world)
    world.browser().post(first, {"do": "return", "answer": "Yes, refund it."})

    for path, status in ((first, 200), (second, 410)):
        answer = world.browser().get(path)
        assert answer.status_code == status
        assert b"Voltarra team answered" in answer.content
        assert b"<textarea" not in answer.content


@pytest.mark.parametrize("do", ["return", "incomplete", "take", "not-needed"])
def test_what_was_answered_is_told_by_the_link_that_answered_alone(world: World, asked: Escalation, do: str) -> None:
    first, second, *_others = links(world)
    world.browser().post(first, {"do": do, "answer": "Secret: 40 crowns."})

    assert b"Secret: 40 crowns." in world.browser().get(first).content
    for answer in (world.browser().get(second), world.browser().post(second, {"do": "return", "answer": "Mine."})):
        assert answer.status_code == 410
        assert b"Secret" not in answer.content
        assert b"Nothing is asked of you any more." in answer.content
    console = reverse("console:escalation", kwargs={"client": "voltarra", "escalation_id": asked.pk})
    assert b"Secret: 40 crowns." in world.browser(world.e1).get(console).content


def test_who_comes_too_late_gets_back_what_they_wrote(world: World, asked: Escalation) -> None:
    first, second, *_others = links(world)
    world.browser().post(first, {"do": "return", "answer": "Yes."})

    answer = world.browser().post(second, {"do": "return", "answer": "My own long answer"})

    text = answer.content.decode()
    assert answer.status_code == 410
    assert "Nothing was sent." in text
    assert "readonly>My own long answer</textarea>" in text


@pytest.mark.parametrize("text", ["x" * 4001, "First line\n" * 500])
def test_an_answer_that_is_too_long_is_told_and_stays(world: World, asked: Escalation, text: str) -> None:
    answer = world.browser().post(links(world)[0], {"do": "return", "answer": text})

    assert answer.status_code == 400
    assert "4000 fit. Please shorten it." in answer.content.decode()
    assert f">{text}</textarea>" in answer.content.decode()
    assert state(world, asked) == Escalation.State.RUNNING


def test_a_second_click_has_no_second_effect(world: World, asked: Escalation) -> None:
    path = links(world)[0]
    world.browser().post(path, {"do": "return", "answer": "Yes."})

    answer = world.browser().post(path, {"do": "not-needed", "answer": "No."})

    assert answer.status_code == 410
    assert state(world, asked) == Escalation.State.RETURNED


def test_i_am_on_it_stops_the_climb_and_keeps_the_link(world: World, asked: Escalation) -> None:
    path = links(world)[0]

    world.browser().post(path, {"do": "acknowledge"})

    assert state(world, asked) == Escalation.State.ACKNOWLEDGED
    assert world.browser().get(path).status_code == 200


def test_the_question_is_declined_by_the_link(world: World, asked: Escalation) -> None:
    path = links(world)[0]

    assert world.browser().post(path, {"do": "decline", "answer": ""}).status_code == 400
    world.browser().post(path, {"do": "decline", "answer": "Out of warranty."})

    assert state(world, asked) == Escalation.State.DECLINED
    assert "declined this on" in world.browser().get(path).content.decode()


def test_reading_the_letter_is_logged_with_the_contacts_name(world: World, asked: Escalation, superuser) -> None:
    world.browser().get(links(world)[0])

    rows = superuser.execute(
        "SELECT actor_name, ticket_id FROM access_accesslogcontent WHERE reason = 'letter' AND side = 'client'"
    ).fetchall()
    assert rows == [("Voltarra team", asked.ticket_id)]


def test_a_contact_tied_to_a_card_takes_the_ticket_over_as_that_person(world: World, ticket: Ticket) -> None:
    with world.enter(world.o1) as actor:
        contact = Contact.objects.get(client=world.c1)
        card = actor.card_id(world.c1.pk)
        actions.save_contact(
            actor,
            client_id=world.c1.pk,
            contact_id=contact.pk,
            name="Olle",
            email="olle@voltarra.example",
            card_id=card,
        )
    asked = escalate(world, ticket)

    world.browser().post(links(world)[0], {"do": "take"})

    assert state(world, asked) == Escalation.State.TAKEN_OVER
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert (ticket.holder, ticket.assignee_id) == (Holder.CLIENT, card)
        assert not ticket.clocks.filter(metric=Metric.CLIENT_RESPONSE, stopped_at=None).exists()


def test_whoever_took_it_on_is_named_on_the_letter_and_the_console(world: World, ticket: Ticket) -> None:
    with world.enter(world.o1) as actor:
        contact = Contact.objects.get(client=world.c1)
        more = {
            "client_id": world.c1.pk,
            "contact_id": contact.pk,
            "name": "Olle Berg",
            "email": "olle@voltarra.example",
        }
        actions.save_contact(actor, **more)
    asked = escalate(world, ticket)
    browser = world.browser()

    browser.post(links(world)[0], {"do": "acknowledge"})

    assert "You took it on at " in browser.get(links(world)[0]).content.decode()
    console = reverse("console:escalation", kwargs={"client": "voltarra", "escalation_id": asked.pk})
    assert "Olle Berg took it on at " in world.browser(world.e1).get(console).content.decode()


def test_an_inbox_of_several_is_named_as_such(world: World, asked: Escalation) -> None:
    world.browser().post(links(world)[0], {"do": "acknowledge"})

    assert "Voltarra team took it on at " in world.browser().get(links(world)[1]).content.decode()


@pytest.mark.parametrize(
    ("written", "answer"),
    [("", "Yes, as suggested: Yes"), ("But only once.", "Yes, as suggested: Yes\n\nBut only once.")],
)
def test_one_button_answers_as_suggested(
    world: World, asked: Escalation, ticket: Ticket, written: str, answer: str
) -> None:
    path, browser = links(world)[0], world.browser()
    page = browser.get(path).content.decode()
    assert "Yes, as suggested</button>" in page
    assert "Send answer to support</button>" in page

    done = browser.post(path, {"do": "as-suggested", "answer": written})

    assert (done.status_code, done["Location"]) == (302, path)
    assert state(world, asked) == Escalation.State.RETURNED
    with world.enter(world.c1):
        ticket.refresh_from_db()
    assert (asked.answer, ticket.holder) == (answer, Holder.VENDOR)


def test_without_a_suggestion_there_is_none_to_follow(world: World, ticket: Ticket) -> None:
    asked = escalate(world, ticket, suggestion="")
    path, browser = links(world)[0], world.browser()
    assert "Yes, as suggested" not in browser.get(path).content.decode()

    assert browser.post(path, {"do": "as-suggested"}).status_code == 400

    assert state(world, asked) == Escalation.State.RUNNING


def test_the_note_of_an_answer_names_who_gave_it(world: World, asked: Escalation, ticket: Ticket) -> None:
    world.browser().post(links(world)[0], {"do": "return", "answer": "Refund it."})

    desk = reverse("desk:ticket", kwargs={"client": "voltarra", "number": ticket.number})
    page = world.browser(world.v1).get(desk).content.decode()
    assert 'note-by">Voltarra team, Voltarra, ' in page
    assert "Voltarra team: Refund it." not in page
