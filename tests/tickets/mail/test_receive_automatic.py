"""Mail from programs, and what we write back: nothing goes in a circle, nothing to a wrong address."""

import pytest

from access.standing import forget_all
from post.models import OutboxMail
from post.outbox import message_id as our_message_id
from tests import factories
from tests.tickets.mail.letters import ask, letters_to, mail, reply_to, rows
from tickets.actions import conversation, record_fields
from tickets.mail.receive import receive
from tickets.models import RawMail, Ticket

AUTOMATIC = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated"},
    {"X_Auto_Response_Suppress": "All"},
    {"Precedence": "bulk"},
    {"Precedence": "auto_reply"},
    {"List_Id": "<news.mail.example>"},
    {"Return_Path": "<>"},
    {"subject": "Out of Office: back on Monday"},
    {"sender": "MAILER-DAEMON@mail.example"},
    {"sender": "no-reply@mail.example"},
    {"sender": "alderby@desk.example"},
    {"to": "nova@mail.example"},
]


@pytest.mark.parametrize("marks", AUTOMATIC, ids=str)
def test_nothing_automatic_is_ever_answered(world, box, marks):
    found = receive(box, mail(**marks))

    assert found.outcome in ("new_ticket", "ignored")
    assert len(rows(world, RawMail)) == 1
    assert rows(world, OutboxMail) == []


def test_an_automatic_answer_to_a_ticket_is_a_note_and_moves_nothing(world, box):
    ticket = ask(world, world.r1)
    with world.enter(world.v1) as actor:
        conversation.reply(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Try a reset.")
    before = rows(world, Ticket)[0]

    found = receive(box, mail(sender=world.r1.email, to=reply_to(world, ticket, box), Auto_Submitted="auto-replied"))

    after = rows(world, Ticket)[0]
    assert (found.outcome, found.reason) == ("held", "auto_reply")
    assert (after.holder, after.asked_at, after.status) == (before.holder, before.asked_at, before.status)


AWAY = "Ulrika Hemlig is away, write to ulrika.hemlig@vip.example."
BOUNCED = "Delivery to ulrika.hemlig@vip.example failed."
MACHINES = [
    {"sender": "Ulrika Hemlig <ulrika.hemlig@vip.example>", "subject": "Automatic reply: Ulrika Hemlig", "text": AWAY},
    {"sender": "Mail <mailer-daemon@vip.example>", "subject": "Undelivered: Hemlig", "text": BOUNCED},
]


def guard(world, **classes):
    with world.enter(world.o1) as actor:
        record_fields.guard_records(actor, client_id=world.c1.pk, classes=classes, reasons=[])
    forget_all()


@pytest.mark.parametrize("machine", MACHINES, ids=["away", "bounce"])
def test_what_a_machine_says_tells_nothing_of_the_customer(world, box, machine):
    customer = factories.customer(world, world.c1, name="Ulrika Hemlig", email="ulrika.hemlig@vip.example")
    ticket = ask(world, customer)
    guard(world, name="sensitive", email="sensitive")

    found = receive(box, mail(**machine, to=reply_to(world, ticket, box), Reply_To="ulrika.home@vip.example"))

    assert found.outcome == "held"
    browser, program = world.browser(world.v1ro), world.program(world.v1ro, world.c1)
    page = browser.get(f"/desk/voltarra/{ticket.number}/").content.decode()
    said = program.get(f"/api/v1/tickets/{ticket.number}/messages/").content.decode()
    assert not [word for word in ("ulrika", "hemlig", "vip.example") if word in (page + said).lower()]
    assert "is held for an agent to look at" in page
    assert "The mail asks for answers at u•••@•••.example" in page
    for words in ("hemlig", "ulrika", "vip.example"):
        found = browser.get("/desk/", {"view": "all", "q": words}).content.decode()
        assert f"/desk/voltarra/{ticket.number}/" not in found


def test_whoever_has_the_ticket_reads_who_sent_a_held_mail(world, box):
    ticket = ask(world, world.r1)
    factories.held(world, world.v1, ticket)
    receive(box, mail(sender="Nova Ek <nova@mail.example>", to=reply_to(world, ticket, box)))

    def page(person):
        return world.browser(person).get(f"/desk/voltarra/{ticket.number}/").content.decode()

    assert "A mail from Nova Ek nova@mail.example is held" in page(world.v1)
    assert "A mail from Nova Ek n•••@•••.example is held" in page(world.v1ro)
    guard(world, name="sensitive")
    assert "A mail from •••••• nova@mail.example is held" in page(world.v1)


def test_our_own_mail_coming_back_is_ignored(world, box):
    raw = mail(**{"Message-ID": our_message_id(world.c2.pk, "acknowledge/1")})

    assert receive(box, raw).outcome == "ignored"
    assert rows(world, Ticket) == []


def test_one_address_is_acknowledged_a_few_times_only(world, box):
    for number in range(6):
        receive(box, mail(number=number, text=f"Question {number}"))

    assert len(rows(world, Ticket)) == 6
    assert len(letters_to(world, "nova@mail.example")) == 3


def test_the_signed_address_never_leaves_in_a_wrong_direction(world, box):
    receive(box, mail(Reply_To="evil@mail.example"))

    (letter,) = rows(world, OutboxMail)
    assert letter.to_address == "nova@mail.example"
    assert "evil@mail.example" in rows(world, RawMail)[0].detail


@pytest.mark.parametrize(
    "more",
    [
        {"subject": "a\r\nBcc: evil@mail.example"},
        {"subject": "=?utf-8?q?a=0D=0ABcc:_evil@mail.example?="},
        {"sender": '"x\\r\\nBcc: evil@mail.example" <nova@mail.example>'},
        {"sender": "=?utf-8?q?x=0ABcc=3A_evil=40mail=2Eexample?= <nova@mail.example>"},
    ],
)
def test_no_header_is_carried_into_our_answer(world, box, more):
    from post.sending import message_of

    receive(box, mail(**more))

    for letter in rows(world, OutboxMail):
        sent = message_of(letter).message()
        assert sent["Bcc"] is None
        assert "\n" not in letter.subject + letter.to_name
