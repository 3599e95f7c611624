"""Mail from programs, and what we write back: nothing goes in a circle, nothing to a wrong address."""

import pytest

from post.models import OutboxMail
from post.outbox import message_id as our_message_id
from tests.tickets.mail.letters import ask, letters_to, mail, reply_to, rows
from tickets.actions import conversation
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
