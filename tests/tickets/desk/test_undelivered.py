"""Letters that never arrived are seen by those who can act, and sent again once."""

import pytest
from django.urls import reverse

from access.actions import clearing
from access.models import AccessLogContent, Client, SignedLink
from escalation import actions as escalation
from escalation.models import Contact
from post import reasons, tasks
from post.models import OutboxHint, OutboxMail
from tests import factories
from tests.cast import World
from tickets.models import Customer, Event, Ticket
from tickets.queries.undelivered import undelivered

STATE = OutboxMail.State


def give_up(world: World, ticket: Ticket, kind: str = "answer", said: str = "550 5.1.1 no such user") -> OutboxMail:
    """The ticket's newest letter of this kind, as the outbox gives it up."""
    with world.enter(Client.objects.get(pk=ticket.client_id)):
        mail = OutboxMail.objects.filter(ticket_id=ticket.pk, kind=kind).latest("pk")
        mail.state, mail.last_error, mail.attempts = STATE.DEAD, said, 1
        mail.save()
        OutboxHint.objects.filter(mail_id=mail.pk).delete()
    return mail


@pytest.fixture
def dead(world: World) -> OutboxMail:
    """An answer to Rita that her mail server refused."""
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket, "Please try the other key.")
    return give_up(world, ticket)


def ticket_of(world: World, mail: OutboxMail) -> Ticket:
    with world.enter(world.c1):
        return Ticket.objects.get(pk=mail.ticket_id)


def again(world: World, person, mail: OutboxMail, **more: str):
    path = reverse("desk:send_again", kwargs={"client": "voltarra", "mail": mail.pk})
    return world.browser(person).post(path, more)


def stored(world: World, mail: OutboxMail) -> OutboxMail:
    with world.enter(world.c1):
        return OutboxMail.objects.get(pk=mail.pk)


def test_the_ticket_says_what_was_not_delivered_to_whom_and_why(world: World, dead: OutboxMail) -> None:
    number = ticket_of(world, dead).number

    html = world.browser(world.v1).get(f"/desk/voltarra/{number}/").content.decode()

    message = html.partition('<ol class="thread">')[2]
    assert "This answer was not delivered." in message
    assert "To Rita Svensson, rita@mail.example: There is no such mailbox." in message
    assert "Send again" in message


def test_a_delivered_answer_says_nothing(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)

    html = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()

    assert "not delivered" not in html


def test_sending_again_goes_to_the_address_of_the_record_and_is_told(world: World, dead: OutboxMail) -> None:
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(email="rita@new.example")
    number = ticket_of(world, dead).number

    answer = again(world, world.v1, dead, ticket=str(number))

    assert answer["Location"] == f"/desk/voltarra/{number}/"
    mail = stored(world, dead)
    assert (mail.state, mail.attempts, mail.to_address) == (STATE.DUE, 0, "rita@new.example")
    assert mail.message_id == dead.message_id
    with world.enter(world.c1):
        assert Event.objects.filter(ticket_id=dead.ticket_id, kind="sent_again").count() == 1
        entry = AccessLogContent.objects.filter(ticket_id=dead.ticket_id, user_id=world.v1.pk).latest("entry_id")
        assert entry.detail["what"] == "letter sent again"


def test_a_double_click_sends_once(world: World, dead: OutboxMail) -> None:
    for _click in range(2):
        assert again(world, world.v1, dead).status_code == 302

    assert OutboxHint.objects.filter(mail_id=dead.pk).count() == 1
    with world.enter(world.c1):
        assert Event.objects.filter(kind="sent_again").count() == 1


def test_a_letter_that_arrived_is_not_sent_again(world: World, dead: OutboxMail) -> None:
    with world.enter(world.c1):
        OutboxMail.objects.filter(pk=dead.pk).update(state=STATE.ACCEPTED)

    again(world, world.v1, dead)

    assert stored(world, dead).state == STATE.ACCEPTED
    assert not OutboxHint.objects.filter(mail_id=dead.pk).exists()


def test_without_an_address_nothing_is_sent_and_it_is_said(world: World, dead: OutboxMail) -> None:
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(email="")
    browser = world.browser(world.v1)

    path = reverse("desk:send_again", kwargs={"client": "voltarra", "mail": dead.pk})
    html = browser.post(path, follow=True).content.decode()

    assert "The customer’s record has no address now." in html
    assert stored(world, dead).state == STATE.DEAD


@pytest.mark.parametrize(("person", "status"), [("v1ro", 403), ("e1", 403), ("v1own", 404), ("o2", 404), ("x", 403)])
def test_others_send_nothing_again(world: World, dead: OutboxMail, person: str, status: int) -> None:
    assert again(world, getattr(world, person), dead).status_code == status

    assert stored(world, dead).state == STATE.DEAD


def test_the_list_of_the_desk_holds_my_clients_letters_only(world: World, dead: OutboxMail) -> None:
    abroad = factories.ticket(world, world.r2, subject="Another client's matter")
    factories.reply(world, world.v12, abroad)
    give_up(world, abroad)

    mine = world.browser(world.v1).get("/desk/undelivered/").content.decode()
    both = world.browser(world.lead).get("/desk/undelivered/").content.decode()

    assert "The door stays shut" in mine
    assert "Another client&#x27;s matter" not in mine
    assert "The door stays shut" in both
    assert "Another client&#x27;s matter" in both
    assert "rita@mail.example" not in both


def test_who_sees_only_their_own_sees_their_own_letters_only(world: World, dead: OutboxMail) -> None:
    html = world.browser(world.v1own).get("/desk/undelivered/").content.decode()

    assert "Everything was delivered" in html


def test_the_console_shows_its_client_and_says_so_on_its_first_page(world: World, dead: OutboxMail) -> None:
    browser = world.browser(world.o1)

    assert (
        "1 letter to your customers or people was not delivered." in browser.get("/client/voltarra/").content.decode()
    )
    assert "There is no such mailbox." in browser.get("/client/voltarra/undelivered/").content.decode()
    assert world.browser(world.o2).get("/client/voltarra/undelivered/").status_code == 404
    assert world.browser(world.e1).get("/client/voltarra/undelivered/").status_code == 403


def test_the_views_of_the_queue_count_them_where_there_are_any(world: World, dead: OutboxMail) -> None:
    assert "Not delivered" in world.browser(world.v1).get("/desk/counts/").content.decode()
    assert "Not delivered" not in world.browser(world.v1ro).get("/desk/counts/").content.decode()


def test_a_link_to_sign_in_is_listed_and_never_sent_again(world: World) -> None:
    world.browser().post("/voltarra/sign-in/", {"email": "rita@mail.example"})
    with world.enter(world.c1):
        mail = OutboxMail.objects.get(kind="sign_in")
        OutboxMail.objects.update(state=STATE.DEAD)

    html = world.browser(world.v1).get("/desk/undelivered/").content.decode()

    assert "A link to sign in" in html
    assert "Send again" not in html
    assert again(world, world.v1, mail).status_code == 404


def test_the_question_to_the_client_is_sent_again_with_a_link_that_works(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    with world.enter(world.c1):
        Contact.objects.update(email="old@voltarra.example")
    with world.enter(world.v1) as actor:
        escalation.escalate(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, reason="decision", question="May we refund?"
        )
    mail = give_up(world, ticket, "escalation_ask")
    with world.enter(world.c1):
        Contact.objects.update(email="new@voltarra.example")
    before = SignedLink.objects.count()

    html = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()
    again(world, world.v1, mail)

    assert "The question to the client was not delivered." in html
    sent = stored(world, mail)
    assert (sent.state, sent.to_address) == (STATE.DUE, "new@voltarra.example")
    assert SignedLink.objects.count() == before + 1
    assert sent.text != mail.text


def test_a_question_that_was_answered_is_not_asked_again(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    question = {"reason": "decision", "question": "May we refund?"}
    with world.enter(world.v1) as actor:
        climb = escalation.escalate(actor, client_id=world.c1.pk, ticket_id=ticket.pk, **question)
    mail = give_up(world, ticket, "escalation_ask")
    with world.enter(world.o1) as actor:
        escalation.return_to_support(actor, client_id=world.c1.pk, escalation_id=climb.pk, answer="Yes.")

    again(world, world.v1, mail)

    assert stored(world, mail).state == STATE.DEAD


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("550 5.1.1 <a@b> User unknown", "There is no such mailbox."),
        ("550 no such mailbox", "There is no such mailbox."),
        ("552 5.2.2 over quota", "The mailbox is full."),
        ("550 5.7.1 blocked by policy", "Their mail server refuses letters from us."),
        ("554 transaction failed", "Their mail server refuses letters from us."),
        ("451 busy", "The mail server put us off every time."),
        ("the mail server could not be reached (ConnectionRefusedError)", "The mail server could not be reached."),
        ("the mail server was too slow", "The mail server could not be reached."),
        ("the letter can't be written as a mail (ValueError)", "The address or the letter can’t be written as a mail."),
        ("", "The mail server did not say why."),
    ],
)
def test_reasons_are_told_in_plain_words(said: str, words: str) -> None:
    assert str(reasons.in_words(said)) == words


def test_who_was_told_of_a_new_nda_or_a_suspension_is_in_nobodys_list(world: World) -> None:
    with world.enter(world.o1) as actor:
        clearing.publish_nda(actor, client_id=world.c1.pk, text="Quiet.", at_once=False)
    tasks.mail_clearance(world.c1.pk)
    with world.enter(world.c1):
        given_up = OutboxMail.objects.filter(kind="nda").update(state=STATE.DEAD)
        OutboxMail.objects.filter(kind="nda", to_address="v1@havnvik.example").update(kind="sign_in")
    assert given_up == 5

    for reader in (world.v12, world.lead, world.o1):
        with world.enter(reader) as actor:
            assert [row.kind for row in undelivered(actor)] == ["sign_in"]
