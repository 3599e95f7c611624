"""Answers and notes: sent once, to whom was meant, and nothing that was written is lost."""

import pytest

from access.models import AccessLogContent
from knowledgebase.models import Revision
from post.models import OutboxMail
from tests import factories
from tests.cast import World
from tests.tickets.desk.acting import ACTS, address, fresh, mark_of, state, together
from tickets.actions import handling
from tickets.models import Draft, Holder, Message


def test_an_answer_goes_to_the_customer_and_hands_over_the_move(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "revisions": ""})

    after = fresh(world, ticket)
    assert (after.holder, after.asked_at, after.assignee.name) == (Holder.CUSTOMER, None, "Vera Ahlm")
    with world.enter(world.c1):
        assert OutboxMail.objects.get(kind="answer").to_address == "rita@mail.example"


@pytest.mark.parametrize(("then", "status"), [("wait", "open"), ("solved", "solved"), ("stay", "open")])
def test_an_answer_leaves_the_ticket_as_chosen(world: World, then: str, status: str) -> None:
    ticket = factories.ticket(world, world.r1)

    world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "then": then})

    after = fresh(world, ticket)
    assert after.status == status
    assert after.holder == ("customer" if then == "wait" else "vendor")


def test_a_double_click_sends_once(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)

    first, second = (browser.post(address(ticket, "reply"), {**ACTS["reply"], "once": "k1"}) for _each in range(2))

    assert first["Location"] == second["Location"]
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1
        assert OutboxMail.objects.filter(kind="answer").count() == 1


def test_two_clicks_at_the_same_time_send_once(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    browsers = [world.browser(world.v1) for _each in range(4)]

    answers = together(
        [lambda b=b: b.post(address(ticket, "reply"), {**ACTS["reply"], "once": "k2"}) for b in browsers]
    )

    assert {answer.status_code for answer in answers} == {302}
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1


def test_a_note_never_goes_out_by_the_answers_button(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {"audience": "vendor", "body": "He is rude."})

    assert answer.status_code == 400
    assert "He is rude.</textarea>" in answer.content.decode()
    assert state(world, ticket) == before


def test_a_client_agent_cannot_write_a_vendors_note(world: World) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.a1).post(address(ticket, "note"), {"audience": "vendor", "body": "Ours?"})

    assert answer.status_code == 400
    with world.enter(world.c1):
        assert not Message.objects.filter(audience="vendor").exists()


@pytest.mark.parametrize("body", ["", "   \n ", "\x00", "x" * 100_001])
def test_a_text_that_cannot_be_sent_is_kept_and_told(world: World, body: str) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {"audience": "public", "body": body})

    assert answer.status_code == 400
    assert state(world, ticket) == before


def test_closing_lines_alone_are_no_answer(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        from access.models import ClientProfile

        ClientProfile.objects.update(signature="{agent}, Voltarra Care")
    browser = world.browser(world.v1)

    empty = browser.post(address(ticket, "reply"), {"audience": "public", "body": "\n\nVera, Voltarra Care"})
    note = browser.post(address(ticket, "note"), {"audience": "shared", "body": "Look here\r\n\r\nVera, Voltarra Care"})

    assert empty.status_code == 400
    assert note.status_code == 302
    with world.enter(world.c1):
        assert Message.objects.get(audience="shared").body == "Look here"


def test_a_stale_answer_keeps_the_text_and_shows_who_was_quicker(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        seen = Message.objects.get(ticket=ticket).pk
    factories.reply(world, world.v12, ticket)
    mark = mark_of(world, ticket)

    sent = {**ACTS["reply"], "body": "My long answer", "seen": seen, "draft": mark, "once": "k3"}
    answer = world.browser(world.v1).post(address(ticket, "reply"), sent)

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "Viggo Brandt answered" in shown
    assert "My long answer</textarea>" in shown
    with world.enter(world.v1):
        assert Draft.objects.get().body == "My long answer"
    with world.enter(world.c1):
        assert Message.objects.filter(author="staff").count() == 1
        assert AccessLogContent.objects.filter(action="view", ticket_id=ticket.pk).exists()


def test_after_reading_the_stale_answer_can_be_sent(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    newest = factories.reply(world, world.v12, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "seen": newest.pk, "once": "k3"})

    assert answer.status_code == 302


def test_a_closed_ticket_takes_no_answer(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    answer = world.browser(world.v1).post(address(ticket, "reply"), ACTS["reply"])

    assert answer.status_code == 409
    assert "This ticket is closed" in answer.content.decode()


def test_a_foreign_revision_is_not_there(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    before = state(world, ticket)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], "revisions": "987654"})

    assert answer.status_code == 400
    assert state(world, ticket) == before


@pytest.mark.parametrize(("name", "audience"), [("reply", "public"), ("note", "shared"), ("note", "vendor")])
def test_what_was_inserted_is_recorded_and_shown(world: World, name: str, audience: str) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.article(world, world.c1, title="Doors that stay shut", body="Use the other key.", audience="agents")
    with world.enter(world.c1):
        revision = Revision.objects.get(title="Doors that stay shut")
    browser = world.browser(world.v1)

    browser.post(address(ticket, name), {**ACTS[name], "audience": audience, "revisions": str(revision.pk)})

    with world.enter(world.c1):
        assert Message.objects.order_by("pk").last().revision_id == revision.pk
    assert "From “Doors that stay shut”, revision 1" in browser.get(address(ticket, "ticket")).content.decode()


@pytest.mark.parametrize("field", ["audience", "then"])
def test_what_no_form_offers_is_neither_shown_nor_remembered(world: World, field: str) -> None:
    ticket = factories.ticket(world, world.r1)

    answer = world.browser(world.v1).post(address(ticket, "reply"), {**ACTS["reply"], field: "made-up" * 200})

    assert answer.status_code == 400
    assert "made-up" not in answer.content.decode()
