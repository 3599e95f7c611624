"""Letters that came back: believed only of what we sent, to whom we sent it, at this client."""

import csv
import re
from email import message_from_bytes
from pathlib import Path

import pytest

from helpdesk.lib import clock
from post import outbox
from post.models import OutboxHint, OutboxMail
from tests import factories
from tests.cast import World
from tests.post.calling import hearing
from tests.tickets.mail.letters import rows
from tickets.actions import merging
from tickets.mail import bounces
from tickets.mail.receive import receive
from tickets.models import Event, Message, RawMail, Ticket

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "mail"
STATE = OutboxMail.State


@pytest.fixture
def sent(world: World) -> OutboxMail:
    """An answer to Rita that her mail server has taken."""
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket, "Please try the other key.")
    return accept(world, ticket)


def accept(world: World, ticket: Ticket, client=None) -> OutboxMail:
    with world.enter(client or world.c1):
        mail = OutboxMail.objects.get(ticket_id=ticket.pk, kind="answer")
        mail.state, mail.attempted_at, mail.accepted_at = STATE.ACCEPTED, clock.now(), clock.now()
        mail.save()
        OutboxHint.objects.filter(mail_id=mail.pk).delete()
    return mail


def stored(world: World, mail: OutboxMail) -> OutboxMail:
    with world.enter(world.c1):
        return OutboxMail.objects.get(pk=mail.pk)


def notice(
    message_id: str,
    recipient: str = "rita@mail.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    number: int = 1,
) -> bytes:
    """A delivery status notification as RFC 3464 has it."""
    lines = f"""From: MAILER-DAEMON@mail.example
To: help@voltarra.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{number}@mail.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}>: User unknown

--b
Content-Type: message/rfc822

From: help@voltarra.example
To: {recipient}
Subject: Re: a door
Message-ID: {message_id}

Please try the other key.
--b--
"""
    return lines.replace("\n", "\r\n").encode()


def plain_notice(message_id: str, recipient: str, said: str = "550 5.1.1 User unknown") -> bytes:
    """One as qmail writes it: words alone."""
    lines = f"""Return-Path: <>
From: MAILER-DAEMON@mail.example
To: help@voltarra.example
Subject: failure notice
Message-ID: <bounce-plain@mail.example>

Hi. This is the qmail-send program at mail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{recipient}>:
{said}

--- Below this line is a copy of the message.

From: help@voltarra.example
To: {recipient}
Message-ID: {message_id}

Please try the other key.
"""
    return lines.replace("\n", "\r\n").encode()


def test_a_letter_that_came_back_is_told_at_once_and_opens_nothing(world: World, sent: OutboxMail) -> None:
    before = (len(rows(world, Ticket)), len(rows(world, Message)), len(rows(world, OutboxMail)))

    with hearing() as told:
        outcome = receive(world.c1.mailbox, notice(sent.message_id))

    back = stored(world, sent)
    assert (back.state, back.last_error) == (STATE.DEAD, "550 5.1.1 <rita@mail.example>: User unknown")
    assert back.bounced_at is not None
    assert told == [("mail_failed", sent.unique, back.last_error)]
    assert (outcome.outcome, outcome.ticket) == ("ignored", None)
    assert (len(rows(world, Ticket)), len(rows(world, Message)), len(rows(world, OutboxMail))) == before


def test_it_stands_on_its_ticket_and_is_sent_again_under_its_id(world: World, sent: OutboxMail) -> None:
    receive(world.c1.mailbox, notice(sent.message_id))
    with world.enter(world.c1):
        number = Ticket.objects.get(pk=sent.ticket_id).number
    browser = world.browser(world.v1)

    page = browser.get(f"/desk/voltarra/{number}/").content.decode()
    browser.post(f"/desk/voltarra/letters/{sent.pk}/again/")

    assert "This answer was not delivered." in page
    assert "There is no such mailbox." in page
    again = stored(world, sent)
    assert (again.state, again.bounced_at, again.message_id) == (STATE.DUE, None, sent.message_id)


def test_that_of_a_merged_ticket_stands_on_the_one_that_stays(world: World, sent: OutboxMail) -> None:
    stays = factories.ticket(world, world.r1)
    with world.enter(world.v1) as actor:
        merging.merge(actor, client_id=world.c1.pk, ticket_id=sent.ticket_id, into_id=stays.pk)
    browser = world.browser(world.v1)

    receive(world.c1.mailbox, notice(sent.message_id))
    page = browser.get(f"/desk/voltarra/{stays.number}/").content.decode()
    count = len(rows(world, OutboxMail))
    for _ in range(2):
        browser.post(f"/desk/voltarra/letters/{sent.pk}/again/")

    assert "This answer was not delivered." in page
    again = stored(world, sent)
    assert (again.state, again.message_id, again.reply_to) == (STATE.DUE, sent.message_id, sent.reply_to)
    assert len(rows(world, OutboxMail)) == count
    assert [each.data["mail"] for each in rows(world, Event, ticket=stays, kind="sent_again")] == [sent.pk]


def test_one_in_words_alone_counts_too(world: World, sent: OutboxMail) -> None:
    receive(world.c1.mailbox, plain_notice(sent.message_id, "rita@mail.example"))

    assert stored(world, sent).state == STATE.DEAD


@pytest.mark.parametrize("how", ["delayed", "relayed", "delivered", "expanded"])
def test_a_server_that_still_tries_or_has_delivered_changes_nothing(world: World, sent: OutboxMail, how: str) -> None:
    status = {"delayed": "4.4.1"}.get(how, "2.0.0")
    receive(world.c1.mailbox, notice(sent.message_id, action=how, status=status))

    assert stored(world, sent).state == STATE.ACCEPTED


def test_a_forged_id_changes_nothing(world: World, sent: OutboxMail) -> None:
    guess = f"<{world.c1.pk}.{'0' * 32}@desk.example>"
    others = outbox.message_id(world.c1.pk, "answer/999999")

    with hearing() as told:
        for number, forged in enumerate((guess, others, "<1.abc@desk.example>", sent.message_id.upper())):
            receive(world.c1.mailbox, notice(forged, number=number))

    assert stored(world, sent).state == STATE.ACCEPTED
    assert told == []


@pytest.mark.parametrize("write", [notice, plain_notice])
def test_a_letter_to_somebody_else_did_not_come_back(world: World, sent: OutboxMail, write) -> None:
    receive(world.c1.mailbox, write(sent.message_id, "nova@mail.example"))

    assert stored(world, sent).state == STATE.ACCEPTED


def test_another_clients_mailbox_tells_nothing_of_ours(world: World, sent: OutboxMail) -> None:
    receive(world.c2.mailbox, notice(sent.message_id))

    assert stored(world, sent).state == STATE.ACCEPTED


def test_a_letter_that_has_not_left_cannot_come_back(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket, "Please try the other key.")
    with world.enter(world.c1):
        mail = OutboxMail.objects.get(ticket_id=ticket.pk, kind="answer")

    receive(world.c1.mailbox, notice(mail.message_id))

    assert stored(world, mail).state == STATE.DUE


def test_a_person_who_quotes_our_letter_is_no_mail_server(world: World, sent: OutboxMail) -> None:
    raw = plain_notice(sent.message_id, "rita@mail.example").replace(b"Return-Path: <>\r\n", b"")
    raw = raw.replace(b"MAILER-DAEMON@mail.example", b"Rita <rita@mail.example>").replace(b"failure notice", b"Hello")

    receive(world.c1.mailbox, raw)

    assert stored(world, sent).state == STATE.ACCEPTED


def test_a_notice_that_comes_twice_is_told_once(world: World, sent: OutboxMail) -> None:
    with hearing() as told:
        receive(world.c1.mailbox, notice(sent.message_id, number=1))
        receive(world.c1.mailbox, notice(sent.message_id, number=2))
        receive(world.c1.mailbox, notice(sent.message_id, number=2))

    assert len(told) == 1
    assert len(rows(world, RawMail)) == 2


@pytest.mark.skipif(not FOLDER.exists(), reason="the folder ../shared/data/mail is not here")
def test_real_notices_name_the_letter_and_most_its_recipient() -> None:
    ours = b"<7.0123456789abcdef0123456789abcdef@desk.example>"
    unread, nameless = [], []
    with (FOLDER / "INDEX.csv").open(newline="") as file:
        found = [row for row in csv.DictReader(file) if row["expected_outcome"] == "bounce_record"]
    for row in found:
        raw = (FOLDER / row["file"]).read_bytes()
        told = list(re.finditer(rb"(?im)^[ >]*message-id:\s*(<[^>]+>)", raw))
        if told:
            raw = raw[: told[-1].start(1)] + ours + raw[told[-1].end(1) :]
        bounce = bounces.read(message_from_bytes(raw))
        if bounce is None:
            unread.append(row["special"])
        elif not bounce.recipients:
            nameless.append(row["special"])

    # Two that are delays, and one that does not name the letter at all.
    assert len(unread) == 3, unread
    assert len(nameless) <= 2, nameless
