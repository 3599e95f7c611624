"""One mail from a pipe, and what becomes of it."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from post import addresses
from post.models import OutboxMail
from post.outbox import message_id as our_message_id
from tickets.actions import conversation, handling, intake
from tickets.mail.limits import within
from tickets.mail.receive import receive
from tickets.mail.visible import visible
from tickets.models import Attachment, Customer, Message, RawMail, Status, Ticket

MAILBOX = "voltarra@desk.example"


@pytest.fixture
def box(world):
    return world.c1.mailbox


def mail(
    text="The charger hums.", *, sender="Nova Ek <nova@mail.example>", to=MAILBOX, subject="Humming", number=1, **more
):
    head = {"From": sender, "To": to, "Subject": subject, "Message-ID": f"<{number}@mail.example>", **more}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in head.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode("utf-8", "surrogateescape")


def ask(world, customer):
    with world.enter(customer) as actor:
        return intake.open_ticket(
            actor, client_id=customer.client_id, customer=customer, subject="Dead", body="Nothing."
        )


def reply_to(world, ticket, box):
    return addresses.reply_address(box, client_id=world.c1.pk, ticket_id=ticket.pk)


def rows(world, model, client=None, **where):
    client = client or world.c1
    with world.enter(client):
        return list(model.objects.filter(client=client, **where).order_by("pk"))


def letters_to(world, address):
    return rows(world, OutboxMail, to_address=address)


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


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (b"\x00\x01\x02\xff\xfe", "rejected"),
        (b"From: a@b.example\nSubject: \x00nul\n\nbody\x00here", "new_ticket"),
        (
            b"From: a@b.example\nSubject: =?gb2312?B?xOO6ww==?=\nContent-Type: text/plain; charset=gb2312\n\n"
            b"\xc4\xe3\xba\xc3",
            "new_ticket",
        ),
        (b"From: a@b.example\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3$s\x1b(B", "new_ticket"),
        (b"From: a@b.example\nContent-Type: text/plain; charset=no-such\n\n\xe5\xe4\xf6", "new_ticket"),
        (b"From: a@b.example\nContent-Type: multipart/mixed\n\nno boundary", "new_ticket"),
        (b"From: a@b.example\nSubject: =?x?q?broken", "new_ticket"),
        (b"From: =?utf-8?b?" + b"/" * 5000 + b"?= <a@b.example>\n\nhi", "new_ticket"),
        (b"From: a@b.example\nSubject: " + b"x" * 1_000_000 + b"\n\nhi", "new_ticket"),
        (b"From: a@b.example\n\n" + b"y" * 1_000_000, "new_ticket"),
        (b"From: a@b.example\nTo: " + b"a@b.example, " * 80_000 + b"\n\nhi", "new_ticket"),
        (b"Subject: nobody\n\nhi", "rejected"),
        (b"From: a@b.example\nX-Spam-Flag: YES\n\nhi", "rejected"),
    ],
)
def test_any_bytes_are_stored_and_never_raise(world, box, raw, outcome):
    found = receive(box, raw)

    assert found.outcome == outcome
    assert bytes(rows(world, RawMail)[0].raw) == raw


def nested(depth):
    head = b"From: a@b.example\n"
    for level in range(depth):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
    return head + b"\nhi"


def many(parts):
    return b'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * parts + b"--b--\n"


@pytest.mark.parametrize("raw", [nested(60), nested(300), many(20_000)], ids=["deep", "deeper", "many parts"])
def test_a_mail_built_to_hurt_is_kept_and_the_next_comes_in(world, box, raw):
    assert receive(box, raw).outcome == "kept"
    assert receive(box, mail()).outcome == "new_ticket"


def test_attachments_come_along_and_active_ones_are_never_shown(world, box):
    raw = (
        b"From: a@b.example\nSubject: files\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nSee files\n"
        b'--b\nContent-Type: image/svg+xml\nContent-Disposition: attachment; filename="../../x.svg"\n\n'
        b"<svg onload=alert(1)>\n"
        b"--b\nContent-Type: text/html\nContent-Disposition: attachment; filename=page.html\n\n<script>1</script>\n"
        b"--b\nContent-Type: message/rfc822\n\nFrom: c@d.example\nSubject: inner\n\ninner words\n--b--\n"
    )

    receive(box, raw)

    with world.enter(world.c1):
        stored = [a.file for a in Attachment.objects.select_related("file").order_by("pk")]
    assert [f.name for f in stored] == ["x.svg", "page.html", "part-3.eml"]
    assert not any(f.is_picture for f in stored)
    assert rows(world, Message)[0].body == "See files"


def test_a_page_is_read_as_text(world, box):
    raw = mail("<p>Hello <b>there</b></p><script>alert(1)</script>", Content_Type="text/html")

    receive(box, raw)

    assert rows(world, Message)[0].body == "Hello there"


def test_near_misses_of_a_quote_line_take_no_time(world):
    text = "On " + "at " * 30_000 + "wrote"
    with within(5):
        assert visible(text)


def test_a_known_customer_is_found_whatever_the_case(world, box):
    receive(box, mail(sender="RITA@Mail.Example"))

    assert rows(world, Ticket)[0].customer_id == world.r1.pk
    assert len(rows(world, Customer)) == 1


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
