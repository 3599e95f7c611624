"""One mail from a pipe: kept, joined to its ticket by the signed token alone, or a ticket of its own."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from post import addresses
from post.models import OutboxMail
from post.outbox import message_id as our_message_id
from tests import factories
from tests.tickets.mail.letters import MAILBOX, ask, letters_to, mail, reply_to, rows
from tickets.actions import handling
from tickets.mail.receive import receive
from tickets.models import Message, RawMail, Status, Ticket


def test_a_mail_opens_a_ticket_for_its_sender(world, box):
    found = receive(box, mail())

    (ticket,) = rows(world, Ticket)
    assert (found.outcome, found.ticket) == ("new_ticket", ticket.number)
    assert ticket.subject == "Humming"
    assert ticket.channel == "mail"
    assert ticket.reporter_unconfirmed
    (message,) = rows(world, Message)
    assert message.body == "The charger hums."
    assert message.unverified
    assert len(letters_to(world, "nova@mail.example")) == 1


def test_the_raw_mail_is_kept_byte_for_byte(world, box):
    raw = mail("h\udce5llo\r\n\r\n\tend  ")

    receive(box, raw)

    assert bytes(rows(world, RawMail)[0].raw) == raw


def test_the_same_mail_again_is_a_duplicate(world, box):
    first = receive(box, mail())
    again = receive(box, b"Received: from elsewhere\r\n" + mail())

    assert again.outcome == "duplicate"
    assert again.ticket == first.ticket
    assert len(rows(world, Ticket)) == 1


def test_the_same_message_id_with_other_words_is_not_lost(world, box):
    receive(box, mail("One thing."))
    assert receive(box, mail("Another thing.")).outcome == "new_ticket"


def test_two_mails_without_a_message_id_stay_two(world, box):
    for sender in ("a@mail.example", "b@mail.example"):
        assert receive(box, mail(sender=sender, **{"Message-ID": None})).outcome == "new_ticket"


def test_a_mail_that_was_stored_and_not_understood_is_taken_up_again(world, box):
    from tickets.mail.parse import fingerprint

    raw = mail()
    message_id, digest = fingerprint(raw)
    with world.enter(world.c1):
        RawMail.objects.create(
            client=world.c1, mailbox=box, message_id=message_id, digest=digest, raw=raw, received_at=world.r1.created_at
        )

    assert receive(box, raw).outcome == "new_ticket"


@pytest.mark.parametrize("header", ["To", "Cc", "Delivered-To", "X-Original-To"])
def test_the_signed_address_joins_the_ticket(world, box, header):
    ticket = ask(world, world.r1)
    more = {"to": box, header: f"Help <{reply_to(world, ticket, box).upper()}>"}
    if header == "To":
        more = {"to": reply_to(world, ticket, box)}

    found = receive(
        box,
        mail(
            "It works now.\n\nOn Mon, 2 Nov 2026 at 10:00, Voltarra wrote:\n> Try a reset.",
            sender=world.r1.email,
            **more,
        ),
    )

    assert (found.outcome, found.ticket, found.unverified) == ("reply", ticket.number, False)
    last = rows(world, Message, ticket=ticket)[-1]
    assert last.body == "It works now."
    assert last.audience == Message.Audience.PUBLIC


def test_the_tagged_mailbox_itself_joins_too(world, box):
    ticket = ask(world, world.r1)

    found = receive(reply_to(world, ticket, box), mail(sender=world.r1.email))

    assert (found.outcome, found.ticket) == ("reply", ticket.number)


@pytest.mark.parametrize(("wanted", "shown"), [("evil@mail.example", True), (None, False)])
def test_agents_see_that_a_mail_wants_its_answers_elsewhere(world, box, wanted, shown):
    ticket = ask(world, world.r1)
    more = {"Reply_To": wanted} if wanted else {"Reply_To": world.r1.email}

    receive(box, mail(sender=world.r1.email, to=reply_to(world, ticket, box), **more))

    page = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()
    assert ("The mail asks for answers at e•••@•••.example; ours go to the customer" in page) is shown
    factories.held(world, world.v1, ticket)
    page = world.browser(world.v1).get(f"/desk/voltarra/{ticket.number}/").content.decode()
    assert ("The mail asks for answers at evil@mail.example; ours go to the customer" in page) is shown
    portal = world.browser(world.r1).get(f"/voltarra/questions/{ticket.number}/").content.decode()
    assert "evil@mail.example" not in portal


def forge(address, what):
    local, _at, host = address.partition("@")
    name, _t, tag = local.rpartition("+t")
    number, _dash, mark = tag.partition("-")
    if what == "another ticket":
        return f"{name}+t{int(number) + 1}-{mark}@{host}"
    if what == "changed mark":
        return f"{name}+t{number}-{'a' if mark[0] != 'a' else 'b'}{mark[1:]}@{host}"
    if what == "no mark":
        return f"{name}+t{number}@{host}"
    return f"{name}+t{'9' * 40}-{mark}@{host}"


@pytest.mark.parametrize("what", ["another ticket", "changed mark", "no mark", "huge number"])
def test_a_forged_address_opens_a_ticket_and_joins_none(world, box, what):
    ticket = ask(world, world.r1)
    ask(world, world.r1)
    before = len(rows(world, Message, ticket=ticket))

    found = receive(box, mail(to=forge(reply_to(world, ticket, box), what), sender=world.r1.email))

    assert found.outcome == "new_ticket"
    assert len(rows(world, Message, ticket=ticket)) == before


def test_a_token_of_another_client_joins_nothing(world, box):
    theirs = ask(world, world.r2)
    stolen = addresses.reply_address(box, client_id=world.c2.pk, ticket_id=theirs.pk)

    assert receive(box, mail(to=stolen)).outcome == "new_ticket"
    assert len(rows(world, Message, client=world.c2)) == 1


def test_a_number_in_a_subject_or_a_thread_joins_nothing(world, box):
    ticket = ask(world, world.r1)
    more = {"In_Reply_To": our_message_id(world.c1.pk, f"acknowledge/{ticket.pk}")}

    found = receive(box, mail(subject=f"Re: Dead (#{ticket.number})", sender=world.r1.email, **more))

    assert found.outcome == "new_ticket"
    assert len(rows(world, Message, ticket=ticket)) == 1


@pytest.mark.parametrize("who", ["stranger", "agent", "nobody"])
def test_a_strangers_mail_to_a_signed_address_is_held(world, box, who):
    sender = {"stranger": "codes@bank.example", "agent": world.v1.email, "nobody": world.r2.email}[who]
    ticket = ask(world, world.r1)
    sent_before = rows(world, OutboxMail)

    found = receive(
        box, mail("Your code is 123456", sender=sender, to=reply_to(world, ticket, box), Cc="evil@mail.example")
    )

    assert (found.outcome, found.ticket, found.unverified) == ("held", ticket.number, True)
    note = rows(world, Message, ticket=ticket)[-1]
    assert note.audience == Message.Audience.SHARED
    assert note.unverified
    assert rows(world, Ticket)[0].customer_id == world.r1.pk
    assert rows(world, OutboxMail) == sent_before
    page = world.browser(world.r1).get(f"/voltarra/questions/{ticket.number}/").content.decode()
    assert "123456" not in page


def test_a_sender_whose_checks_failed_is_flagged_on_the_ticket(world, box):
    ticket = ask(world, world.r1)

    found = receive(
        box,
        mail(sender=world.r1.email, to=reply_to(world, ticket, box), Authentication_Results="mx; dmarc=fail; spf=fail"),
    )

    assert found.unverified
    assert rows(world, Message, ticket=ticket)[-1].unverified


def test_a_closed_ticket_is_opened_again_by_its_customer(world, box):
    ticket = ask(world, world.r1)
    with world.enter(world.v1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

    assert receive(box, mail(sender=world.r1.email, to=reply_to(world, ticket, box))).outcome == "reply"
    assert rows(world, Ticket)[0].status == Status.OPEN


def pipe(monkeypatch, capsys, mailbox, raw):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    code = 0
    try:
        call_command("receive_mail", mailbox=mailbox)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(capsys.readouterr().out)


def test_the_command_prints_what_became_of_it(world, box, monkeypatch, capsys):
    code, told = pipe(monkeypatch, capsys, box, mail())

    assert code == 0
    assert told["outcome"] == "new_ticket"
    assert told["ticket"] == rows(world, Ticket)[0].number


@pytest.mark.parametrize(
    ("mailbox", "raw"), [("nobody@desk.example", b"From: a@b.example\n\nhi"), (MAILBOX, b""), (MAILBOX, b"\r\n")]
)
def test_what_is_not_taken_is_said_with_an_exit_code(world, monkeypatch, capsys, mailbox, raw):
    code, told = pipe(monkeypatch, capsys, mailbox, raw)

    assert code == 1
    assert told["outcome"] == "rejected"
    assert told["reason"]
