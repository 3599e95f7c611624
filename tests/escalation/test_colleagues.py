"""One colleague pulls in another: the ticket stays where it is, and nobody is let in by it."""

from typing import Any

import pytest
from django.urls import reverse

from access.errors import Invalid, RightMissing
from escalation import notices
from escalation.actions import colleagues
from escalation.models import Notice
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.faults.together import together
from tickets.models import Message, Ticket


def ask(world: World, ticket: Ticket, whom: str, person=None) -> list[Notice]:
    with world.enter(person or world.v1) as actor:
        about = {"client_id": ticket.client_id, "ticket_id": ticket.pk}
        return colleagues.ask(actor, whom=whom, question="Which relay is it?", **about)


def test_a_specialist_is_told_here_and_by_mail_and_the_ticket_stays(world: World, ticket: Ticket) -> None:
    with world.enter(world.c1):
        ticket.refresh_from_db()
        before = (ticket.holder, ticket.assignee_id, ticket.due_at)

    ask(world, ticket, str(world.v12.pk))

    with world.enter(world.v12) as actor:
        assert notices.unseen(actor) == 1
        note = Message.objects.filter(ticket=ticket, audience="vendor").get()
        assert "Which relay is it?" in note.body
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert (ticket.holder, ticket.assignee_id, ticket.due_at) == before
        (mail,) = OutboxMail.objects.filter(kind="escalation_colleague")
        assert mail.to_address == world.v12.email
        assert "Which relay" not in mail.text


def test_the_client_never_reads_the_question(world: World, ticket: Ticket) -> None:
    ask(world, ticket, str(world.v12.pk))

    page = reverse("desk:ticket", args=["voltarra", ticket.number])
    assert "Which relay is it?" not in world.browser(world.a1).get(page).content.decode()
    assert "Which relay is it?" in world.browser(world.v12).get(page).content.decode()


def test_leads_are_asked_together(world: World, ticket: Ticket) -> None:
    found = ask(world, ticket, colleagues.LEADS)

    assert {notice.user_id for notice in found} == {world.lead.pk}


@pytest.mark.parametrize("whom", ["x", "o1", "o2", "a1", "v1"])
def test_who_is_not_cleared_or_not_of_the_vendor_cannot_be_asked(world: World, ticket: Ticket, whom: str) -> None:
    with pytest.raises(Invalid):
        ask(world, ticket, str(getattr(world, whom).pk))

    with world.enter(world.c1):
        assert not Notice.objects.exists()


def test_a_closed_gate_keeps_a_specialist_out(world: World, ticket: Ticket) -> None:
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v12.pk)

    with pytest.raises(Invalid):
        ask(world, ticket, str(world.v12.pk))


def test_a_reader_asks_nobody(world: World, ticket: Ticket) -> None:
    with pytest.raises(RightMissing):
        ask(world, ticket, str(world.v12.pk), world.v1ro)


def test_the_form_offers_those_and_opens_the_ticket_from_the_notice(world: World, ticket: Ticket) -> None:
    path = reverse("desk:ask_colleague", args=["voltarra", ticket.number])
    browser = world.browser(world.v1)
    assert f'value="{world.v12.pk}"' in browser.get(path).content.decode()
    assert browser.post(path, {"whom": str(world.v12.pk), "question": " "}).status_code == 400

    browser.post(path, {"whom": str(world.v12.pk), "question": "Which relay?"})

    other = world.browser(world.v12)
    assert "asks you" in other.get(reverse("desk:notices")).content.decode()
    with world.enter(world.v12) as actor:
        (notice,) = notices.mine(actor)
    answer = other.post(reverse("desk:open_notice", args=["voltarra", notice.pk]))
    assert answer["Location"] == reverse("desk:ticket", args=["voltarra", ticket.number])


def test_a_question_whose_button_is_pressed_twice_is_asked_once(world: World, ticket: Ticket) -> None:
    path = reverse("desk:ask_colleague", args=["voltarra", ticket.number])
    form = {"whom": str(world.v12.pk), "question": "Which relay?", "once": "page-1"}
    browsers = [world.browser(world.v1) for _n in range(4)]

    answers = together(*[lambda: browsers.pop().post(path, form)] * 4)

    assert {answer["Location"] for answer in answers} == {reverse("desk:ticket", args=["voltarra", ticket.number])}
    assert asked_of(world, world.v12) == 1
    # Its twin: the same question from a page that was loaded anew.
    world.browser(world.v1).post(path, {**form, "once": "page-2"})
    assert asked_of(world, world.v12) == 2


def asked_of(world: World, person: Any) -> int:
    with world.enter(person) as actor:
        return len(notices.mine(actor))
