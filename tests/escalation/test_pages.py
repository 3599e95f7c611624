"""Every page answers for those who may see it, refuses the others, and keeps what was written."""

import pytest
from django.urls import reverse

from escalation.models import Contact, Escalation
from tests.cast import World
from tickets.models import Holder, Ticket

CONSOLE = [
    "home", "inbox", "matrix", "matrix_draft", "matrix_edit", "add_matrix_path", "matrix_paste", "matrix_versions",
    "try_matrix", "matrix_past", "contacts",
]  # fmt: skip


def page(name: str, **more: object) -> str:
    return reverse(name, kwargs={"client": "voltarra", **more})


@pytest.mark.parametrize("name", CONSOLE)
def test_the_client_admin_reads_every_page_of_the_console(world: World, asked: Escalation, name: str) -> None:
    assert world.browser(world.o1).get(page(f"console:{name}")).status_code == 200


@pytest.mark.parametrize("name", CONSOLE)
def test_another_clients_admin_finds_none_of_them(world: World, asked: Escalation, name: str) -> None:
    assert world.browser(world.o2).get(page(f"console:{name}")).status_code == 404


def test_vendors_agents_read_the_matrix_and_change_nothing(world: World) -> None:
    browser = world.browser(world.v1)

    assert browser.get(page("console:matrix")).status_code == 200
    for name in ("matrix_draft", "matrix_edit", "matrix_paste", "home", "inbox"):
        assert browser.get(page(f"console:{name}")).status_code == 403


def test_the_first_line_says_what_waits_and_for_how_long(world: World, asked: Escalation) -> None:
    text = world.browser(world.e1).get(page("console:home")).content.decode()

    assert "Waiting for you: 1, oldest" in text
    assert "May we refund?" in text
    assert "Your own answers" in text


def test_without_questions_the_first_line_says_so(world: World) -> None:
    assert "Nothing waits for you" in world.browser(world.e1).get(page("console:home")).content.decode()


def test_the_question_is_answered_in_the_console(world: World, asked: Escalation, ticket: Ticket) -> None:
    browser = world.browser(world.e1)
    path = page("console:escalation", escalation_id=asked.pk)
    assert b"May we refund?" in browser.get(path).content

    answer = browser.post(path, {"do": "return", "answer": "Yes, refund."})

    assert answer.status_code == 302
    assert "Petra Lund answered on" in browser.get(path).content.decode()
    with world.enter(world.c1):
        ticket.refresh_from_db()
        assert ticket.holder == Holder.VENDOR


def test_who_comes_second_keeps_what_was_written(world: World, asked: Escalation) -> None:
    path = page("console:escalation", escalation_id=asked.pk)
    world.browser(world.e1).post(path, {"do": "return", "answer": "Yes, refund."})

    answer = world.browser(world.a1).post(path, {"do": "return", "answer": "My own long answer"})

    assert answer.status_code == 409
    assert b"Petra Lund answered at" in answer.content
    assert b"My own long answer" in answer.content


def test_an_escalation_of_another_client_is_not_found(world: World, asked: Escalation) -> None:
    path = reverse("console:escalation", kwargs={"client": "alderby", "escalation_id": asked.pk})
    browser = world.browser(world.o2)

    assert browser.get(path).status_code == 404
    assert browser.post(path, {"do": "return", "answer": "Yes"}).status_code == 404


def test_the_inbox_finds_by_words_and_state(world: World, asked: Escalation) -> None:
    browser = world.browser(world.e1)

    assert b"May we refund?" in browser.get(page("console:inbox"), {"state": "open", "q": "refund"}).content
    assert b"May we refund?" in browser.get(page("console:inbox"), {"q": f"#{asked.ticket.number}"}).content
    assert b"May we refund?" not in browser.get(page("console:inbox"), {"state": "answered"}).content
    assert browser.get(page("console:inbox"), {"at": "forged"}).status_code == 302


def test_an_agent_escalates_on_the_desk_and_sees_who_will_be_told(world: World, ticket: Ticket) -> None:
    browser = world.browser(world.v1)
    path = page("desk:escalate", number=ticket.number)
    assert "Row 3 decides." in browser.get(path).content.decode()

    answer = browser.post(path, {"reason": "decision", "question": "May we swap it?", "facts": "", "suggestion": ""})

    assert answer.status_code == 302
    strip = browser.get(page("desk:escalation_strip", number=ticket.number)).content.decode()
    assert "May we swap it?" in strip
    assert "Next step" in strip


def test_a_question_without_words_keeps_the_rest(world: World, ticket: Ticket) -> None:
    path = page("desk:escalate", number=ticket.number)

    answer = world.browser(world.v1).post(path, {"reason": "decision", "question": " ", "facts": "Paid: twice"})

    assert answer.status_code == 400
    assert b"Paid: twice" in answer.content


def test_a_reader_may_not_escalate(world: World, ticket: Ticket) -> None:
    assert world.browser(world.v1ro).get(page("desk:escalate", number=ticket.number)).status_code == 403


def test_the_strip_of_a_ticket_never_escalated_is_empty(world: World, ticket: Ticket) -> None:
    answer = world.browser(world.v1).get(page("desk:escalation_strip", number=ticket.number))

    assert answer.content.strip() == b""


def test_the_agent_takes_the_question_back(world: World, asked: Escalation, ticket: Ticket) -> None:
    browser = world.browser(world.v1)

    for _click in range(2):
        assert browser.post(page("desk:take_back", number=ticket.number)).status_code == 302

    with world.enter(world.c1):
        asked.refresh_from_db()
        ticket.refresh_from_db()
        assert (asked.state, ticket.holder) == (Escalation.State.WITHDRAWN, Holder.VENDOR)


def test_contacts_are_added_changed_and_let_rest(world: World) -> None:
    browser = world.browser(world.o1)
    data = {"name": "Ida Norling", "email": "Ida@voltarra.example", "language": "sv"}
    assert browser.post(page("console:add_contact"), data).status_code == 302
    with world.enter(world.c1):
        contact = Contact.objects.get(name="Ida Norling")

    path = page("console:contact", contact_id=contact.pk)
    assert b"Ida Norling" in browser.get(path).content
    assert browser.post(path, {**data, "job": "Refunds"}).status_code == 302
    browser.post(page("console:switch_contact", contact_id=contact.pk), {"active": "0"})

    with world.enter(world.c1):
        contact.refresh_from_db()
        assert (contact.job, contact.email, contact.is_active) == ("Refunds", "ida@voltarra.example", False)


@pytest.mark.parametrize("bad", [{"name": ""}, {"email": "nonsense"}, {"name": "Voltarra team"}])
def test_a_contact_that_cannot_be_taken_is_told(world: World, bad: dict[str, str]) -> None:
    data = {"name": "Ida", "email": "ida@voltarra.example", "language": "en", **bad}

    answer = world.browser(world.o1).post(page("console:add_contact"), data)

    assert answer.status_code == 400
    assert b"field-error" in answer.content


def test_another_clients_contact_is_not_found(world: World) -> None:
    with world.enter(world.c2):
        foreign = Contact.objects.get(client=world.c2)

    browser = world.browser(world.o1)

    assert browser.get(page("console:contact", contact_id=foreign.pk)).status_code == 404
    assert browser.post(page("console:switch_contact", contact_id=foreign.pk), {"active": "0"}).status_code == 404
    with world.enter(world.c2):
        foreign.refresh_from_db()
        assert foreign.is_active
