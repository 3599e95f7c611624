"""Mail from strangers: what it may join, whom it may make us write to, and what it may break."""

import re

import pytest

from access.models import Client
from post import addresses
from post.models import OutboxMail
from post.outbox import message_id
from post.sending import message_of
from tests import factories
from tickets.mail.receive import receive
from tickets.models import Message, RawMail, Ticket

CODE = "Your code is 918273."


@pytest.fixture
def box(world):
    return world.c1.mailbox


@pytest.fixture
def ticket(world):
    return factories.ticket(world, world.r1, acknowledge=True)


_numbers = iter(range(10**6))


def mail(text="The charger hums.", **head):
    """A mail as bytes; headers by their names with underscores, None leaves one out."""
    given = {
        "From": "Nova Ek <nova@mail.example>", "To": "voltarra@desk.example", "Subject": "Humming",
        "Message_ID": f"<{next(_numbers)}@mail.example>", **head,
    }  # fmt: skip
    lines = []
    for name, value in given.items():
        for each in value if isinstance(value, list) else [value]:
            lines += [] if each is None else [f"{name.replace('_', '-')}: {each}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode("utf-8", "surrogateescape")


def state(world, client: Client | None = None):
    """Tickets, their customers, public messages and letters of a client."""
    with world.enter(client or world.c1):
        public = Message.objects.filter(audience=Message.Audience.PUBLIC)
        return (
            list(Ticket.objects.order_by("pk").values_list("pk", "customer_id", "status", "assignee_id")),
            list(public.order_by("pk").values_list("pk", "body")),
            list(OutboxMail.objects.order_by("pk").values_list("pk", "to_address", "reply_to", "text")),
        )


def address_of(world, ticket):
    return addresses.reply_address(world.c1.mailbox, client_id=world.c1.pk, ticket_id=ticket.pk)


class TestTheSignedAddress:
    def test_no_other_address_than_the_signed_one_names_a_ticket(self, world, ticket):
        good = address_of(world, ticket)
        local, host = good.split("@")
        name, tag = local.rsplit("+t", 1)
        number, mark = tag.split("-")
        forged = [f"{name}+t{number}-{mark[:at]}{'a' if mark[at] != 'a' else 'b'}{mark[at + 1 :]}" for at in range(32)]
        forged += [f"{name}+t{number}-{mark[:length]}" for length in range(32)]
        forged += [f"{name}+t{int(number) + step}-{mark}" for step in range(-90, 91) if step and int(number) + step > 0]
        forged += [f"{name}+t{number}-{mark}{more}" for more in ("a", "=", "-", "+t1", ".", "%00", "\x00", "é", " ")]
        forged += [f"{name}+t{junk}-{mark}" for junk in ("", "0", "-1", "²", "١", "1e0", " 1", "9" * 40, "1" * 5000)]
        forged += [f"{name}+t{number}{between}{mark}" for between in ("", "--", "_", "–", "-t1-")]
        forged += [f"{name}+t{number}-{mark[::-1]}", f"reply+{number}", f"{name}+{number}", f"{name}+t{number}"]

        assert len(forged) > 150
        taken = [each for each in forged if addresses.ticket_of(f"{each}@{host}", client_id=world.c1.pk)]
        assert [each for each in taken if each.partition("-")[2] != mark] == []
        assert all(int(each.rpartition("+t")[2].partition("-")[0]) == ticket.pk for each in taken)
        for client in (world.c2, world.c3):
            assert addresses.ticket_of(good, client_id=client.pk) is None
        for spelling in (good, good.upper(), f"other{good}"):
            assert addresses.ticket_of(spelling, client_id=world.c1.pk) == ticket.pk

    def test_the_mark_has_more_bits_than_anybody_can_try(self, world):
        marks = {address_of(world, Ticket(pk=pk)).rpartition("-")[2].partition("@")[0] for pk in range(1, 500)}
        assert len(marks) == 499
        assert all(re.fullmatch("[a-z2-7]{32}", mark) for mark in marks)


SENDERS = (
    "verify@bank.example", "no-reply@accounts.example", "Rita Svensson <evil@mail.example>",
    '"rita@mail.example" <evil@mail.example>', "rita@mail.example.evil.example", "rita@mail.examp1e",
    "<rita@mail.example> evil@mail.example", "rita@mail.example@evil.example", "v1@havnvik.example",
    "Vera Ahlm <v1@havnvik.example>", "o1@voltarra.example", "rolf@mail.example", "voltarra@desk.example",
    "=?utf-8?q?rita=40mail=2Eexample?= <evil@mail.example>", "r\u0456ta@mail.example", "undisclosed-recipients:;",
    "evil@mail.example, rita@mail.example", "rita@mail.example, evil@mail.example",
    ["rita@mail.example", "evil@mail.example"], ["rita@mail.example", "rita@mail.example"],
    "rita+x@mail.example", "rita@MAIL.example.", "",
)  # fmt: skip
COMPANY = (
    {}, {"Cc": "evil@mail.example"}, {"Reply_To": "evil@mail.example"}, {"Sender": "rita@mail.example"},
    {"X_Original_From": "rita@mail.example"}, {"Resent_From": "rita@mail.example"},
    {"Return_Path": "<rita@mail.example>"},
    {"Authentication_Results": "mx; spf=pass; dkim=pass; dmarc=pass"}, {"In_Reply_To": "{ours}",
                                                                              "References": "{ours}"},
)  # fmt: skip


class TestSomebodyElseOnTheTicket:
    def test_a_strangers_mail_to_a_ticket_is_held_from_its_customer(self, world, box, ticket):
        """Whoever owns a ticket gets no code that another company mails to it."""
        before, outcomes = state(world), set()
        ours = message_id(world.c1.pk, f"acknowledge/{ticket.pk}")
        for number, sender in enumerate(SENDERS):
            for more in COMPANY[number % 3 :: 3]:
                head = {name: value.format(ours=ours) for name, value in more.items()}
                found = receive(box, mail(CODE, From=sender, To=address_of(world, ticket), **head))
                outcomes.add(found.outcome)
                assert found.outcome in ("held", "rejected", "ignored"), (sender, more)

        assert "held" in outcomes
        assert state(world) == before
        page = world.browser(world.r1).get(f"/voltarra/questions/{ticket.number}/").content.decode()
        assert "918273" not in page
        found = receive(box, mail("It works now.", From=world.r1.email, To=address_of(world, ticket)))
        assert found.outcome == "reply"
        assert "It works now." in world.browser(world.r1).get(f"/voltarra/questions/{ticket.number}/").content.decode()

    def test_a_copy_to_a_stranger_makes_nobody_a_participant(self, world, box, ticket):
        """Who forges the customer's address and copies themselves gets no word of the history."""
        failed = "mx.example; spf=fail; dkim=fail; dmarc=fail"
        for number, header in enumerate(("Cc", "To", "Bcc", "Resent_Cc", "Reply_To", "Resent_To", "Delivered_To")):
            to = [address_of(world, ticket), "evil@mail.example"] if header == "To" else address_of(world, ticket)
            head = {"To": to, **({} if header == "To" else {header: "evil@mail.example"})}
            found = receive(box, mail(f"Add me. {number}", From=world.r1.email, Authentication_Results=failed, **head))
            assert found.unverified, header
            factories.reply(world, world.v1, ticket, body=f"Here is all of it. {number}")

        with world.enter(world.c1):
            sent = OutboxMail.objects.filter(ticket_id=ticket.pk)
            assert set(sent.values_list("to_address", flat=True)) == {world.r1.email}
            assert {to for each in sent for to in message_of(each).recipients()} == {
                f"{world.r1.name} <{world.r1.email}>"
            }
            assert Ticket.objects.get(pk=ticket.pk).customer_id == world.r1.pk

    def test_an_agents_address_gives_nobody_an_agents_voice(self, world, box, ticket):
        ours = message_id(world.c1.pk, f"acknowledge/{ticket.pk}")
        local, host = ours[1:-1].split("@")
        client, mark = local.split(".")
        ids = [ours, f"<{client}.{'0' * 32}@{host}>", f"<{client}.{mark[:-1]}@{host}>", f"<2.{mark}@{host}>", "<x@y>"]
        ids += [f"<{client}.{mark[:at]}{'0' if mark[at] != '0' else '1'}{mark[at + 1 :]}@{host}>" for at in range(16)]
        before = state(world)[1]
        for number, known in enumerate(ids):
            sender = (world.v1.email, world.o1.email)[number % 2]
            found = receive(box, mail(f"{CODE} {number}", From=sender, In_Reply_To=known, References=f"{ours} {known}"))
            assert found.ticket != ticket.number
            assert found.outcome in ("new_ticket", "ignored")
        with world.enter(world.c1):
            on_it = Message.objects.filter(ticket=ticket, audience=Message.Audience.PUBLIC)
            assert list(on_it.values_list("pk", "body")) == before[:1]
            assert not Message.objects.filter(author=Message.Author.STAFF, channel="mail").exists()
            letters = OutboxMail.objects.filter(kind="answer")
            assert not letters.exists()

    def test_a_number_in_a_subject_joins_nothing_however_it_is_written(self, world, box, ticket):
        number = ticket.number
        shapes = (
            "[#{}]", "Re: [#{}] Dead", "(#{})", "Ticket#{}", "[Ticket#{}]", "ticket {}", "Re: {}", "[Voltarra #{}]",
            "##- {} -##", "[{}]", "#{}#", "Case: {}", "[ticket:{}]", "SV: VS: Re: #{}", "{}", "[T-{}]", "T{}:", "id={}",
        )  # fmt: skip
        senders = (world.r1.email, world.r2.email, "x@mail.example")
        for turn, shape in enumerate(shapes):
            found = receive(box, mail(shape, From=senders[turn % 3], Subject=shape.format(number)))
            assert (found.outcome, found.ticket == number) == ("new_ticket", False), shape
        with world.enter(world.c1):
            assert Message.objects.filter(ticket=ticket).count() == 1
        with world.enter(world.c2):
            assert not Ticket.objects.exists()

    def test_our_answer_goes_to_the_sender_and_never_where_they_want_it(self, world, box):
        for number in range(10):
            wanted = f"evil{number}@mail.example"
            shapes = (
                wanted,
                f"Nova <{wanted}>",
                f"n{number}@mail.example, {wanted}",
                f"<{wanted}>,,",
                f'"a" <{wanted}>',
            )
            receive(box, mail(From=f"n{number}@mail.example", Reply_To=shapes[number % 5], Mail_Followup_To=wanted,
                              Disposition_Notification_To=wanted, Errors_To=wanted))  # fmt: skip

        letters = state(world)[2]
        assert len(letters) == 10
        assert not [to for _pk, to, _reply, text in letters if to.startswith("evil") or "evil" in text]


def programs():
    """Mails that no person wrote, a hundred of them."""
    for value in (
        "auto-replied", "auto-generated", "auto-notified", "AUTO-REPLIED", "Auto-Replied (vacation)", " auto-replied ",
        "auto-generated; owner-email=a@b.example", "auto-replied; x=y", "\r\n auto-replied",
        "Auto-Generated (rejected)",
    ):  # fmt: skip
        yield {"Auto_Submitted": value}
    for value in ("bulk", "list", "junk", "BULK", "List", " bulk ", "auto_reply", "auto-reply", "\r\n\tjunk"):
        yield {"Precedence": value}
    for value in ("All", "DR, RN, NRN, OOF, AutoReply", "OOF", "AutoReply", "all", "DR"):
        yield {"X_Auto_Response_Suppress": value}
    for name in (
        "List_Id", "List_Unsubscribe", "List_Post", "X_Autoreply", "X_Autorespond", "X_Autoresponder", "X_Loop",
        "Feedback_ID", "X_Failed_Recipients",
    ):  # fmt: skip
        for value in ("yes", "<x.mail.example>", "voltarra@desk.example"):
            yield {name: value}
    for value in ("<>", " <> ", "\r\n <>"):
        yield {"Return_Path": value}
    for local in (
        "mailer-daemon", "MAILER-DAEMON", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply", "no_reply",
        "newsletter", "notifications", "bounces+x=y", "bounce-1",
    ):  # fmt: skip
        subject = "Undeliverable: x" if local == "postmaster" else "x"
        yield {"From": f"{local}@mail.example", "Subject": subject}
    for subject in (
        "Automatic reply: x", "Out of office: x", "Out of the office", "Auto-reply: x", "Autosvar: x",
        "Automatiskt svar: x",
        "Abwesenheitsnotiz: x", "Automatische Antwort: x", "Réponse automatique : x", "Respuesta automática: x",
        "Risposta automatica: x", "Automatisch antwoord: x", "=?utf-8?q?Autosvar=3A_x?=", "Odpowiedź automatyczna: x",
        "autoreply", "Automatic Reply: out", "AUTOMATIC REPLY", "Frånvaromeddelande: x",
    ):  # fmt: skip
        yield {"Subject": subject}
    for kind in (
        'multipart/report; report-type=delivery-status; boundary=b',
        'multipart/report; report-type=feedback-report; boundary=b',
        'multipart/report; report-type=disposition-notification; boundary=b',
    ):  # fmt: skip
        yield {"Content_Type": kind}
    for own in (
        "voltarra@desk.example",
        "alderby@desk.example",
        "tallholm+t1-abc@desk.example",
        "VOLTARRA@DESK.EXAMPLE",
    ):
        yield {"From": own}


class TestPrograms:
    def test_no_program_is_ever_answered(self, world, box):
        """A hundred marks of programs, stored and not answered; the person between them is."""
        marks = list(programs())
        assert len(marks) >= 90
        for number, head in enumerate(marks):
            head = {"From": f"n{number}@mail.example", **head}
            found = receive(box, mail(f"Away until Monday. {number}", **head))
            assert found.outcome in ("new_ticket", "ignored", "held"), head
        letters = [to for _pk, to, _reply, _text in state(world)[2]]
        assert letters == []
        receive(box, mail(From="person@mail.example"))
        with world.enter(world.c1):
            assert RawMail.objects.count() == len(marks) + 1
            assert OutboxMail.objects.get().automatic

    def test_our_own_letters_coming_back_open_nothing(self, world, box, ticket):
        before = state(world)
        with world.enter(world.c1):
            ours = list(OutboxMail.objects.all())
        for letter in ours:
            raw = message_of(letter).message().as_bytes()
            for client in (world.c1, world.c2):
                assert receive(client.mailbox, raw).outcome in ("ignored", "duplicate")
        assert ours
        assert state(world) == before
        assert state(world, world.c2) == ([], [], [])

    def test_two_mailboxes_that_forward_to_each_other_stop(self, world, box):
        """Every mark of a program is taken off on the way; nobody is written to more than a few times."""
        for turn in range(16):
            here, there = (world.c1, world.c2) if turn % 2 else (world.c2, world.c1)
            receive(here.mailbox, mail(f"Fwd {turn}", From=there.mailbox, To=here.mailbox))
            receive(here.mailbox, mail(f"Loop {turn}", From="loop@mail.example", To=here.mailbox))
        for client in (world.c1, world.c2):
            to = [to for _pk, to, _reply, _text in state(world, client)[2]]
            assert len(to) <= 3
            assert set(to) <= {"loop@mail.example"}
