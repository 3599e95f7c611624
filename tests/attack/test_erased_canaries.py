"""A customer's words planted everywhere, looked for after erasure in every table, every file and Redis."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django_redis import get_redis_connection
from psycopg import sql

from access import log
from access.models import EmergencyAccess, StaffCard
from escalation.actions import climb
from helpdesk.leaving import actions
from helpdesk.leaving.models import HandOver, Job
from post import files, once
from post.outbox import Letter, post_mail
from tests import factories
from tests.leaving.conftest import as_keeper, do_all
from tickets.actions import draft_files, handling, saved_views
from tickets.actions.conversation import keep_draft, write_as_customer
from tickets.events import Kind
from tickets.models import Event, Message, RawMail, Skip, Ticket

MARK = re.compile(rb"canary-[0-9a-f]{12}")


def card_of(client, person):
    return StaffCard.objects.get(client=client, user=person).pk


class Planted:
    """The canaries of one customer by where they were planted."""

    def __init__(self):
        self.by_mark = {}

    def __call__(self, place):
        mark = f"canary-{uuid4().hex[:12]}"
        self.by_mark[mark] = place
        return mark

    def left_in(self, data):
        """Where the marks in these bytes were planted."""
        return {self.by_mark[found.decode()] for found in MARK.findall(data) if found.decode() in self.by_mark}


def plant(world, client, customer, agent, admin):
    """One mark of this customer's in every place that takes a text."""
    mark = Planted()
    plant_on_record(mark, world, client, customer)
    ticket = plant_in_conversation(mark, world, client, customer, agent, admin)
    with world.enter(agent, only=client) as actor:
        plant_at_work(mark, actor, client, customer, ticket)
        plant_in_log(mark, actor, client, customer, ticket)
    with world.enter(client) as actor:
        plant_in_mails(mark, actor, client, customer, ticket)
        plant_as_before(mark, actor, client, customer, ticket, agent)
        plant_in_rows(mark, client, customer, ticket)
    world.browser(customer).get(f"/{client.slug}/questions/")
    return mark, ticket


def plant_on_record(mark, world, client, customer):
    with world.enter(client):
        customer.name, customer.phone = f"Rita {mark('name')}", mark("phone")
        customer.email, customer.tier = f"{mark('email')}@mail.example", mark("tier")
        customer.external_id = mark("customer number")
        customer.postal_address = mark("address")
        customer.save()
    factories.fact(world, customer, "Plan", mark("value"))


def plant_in_conversation(mark, world, client, customer, agent, admin):
    ticket = factories.ticket(world, customer, subject=mark("subject"), body=mark("body"))
    upload = files.check_uploads([SimpleUploadedFile(f"{mark('file name')}.txt", mark("file").encode())])
    factories.reply(world, agent, ticket, body=mark("reply"), uploads=upload)
    factories.note(world, agent, ticket, body=mark("vendor note"), audience=Message.Audience.VENDOR)
    factories.note(world, admin, ticket, body=mark("shared note"))
    with world.enter(customer) as actor:
        write_as_customer(actor, client_id=client.pk, ticket_id=ticket.pk, body=mark("customer wrote"))
    return ticket


def plant_at_work(mark, actor, client, customer, ticket):
    about = {"client_id": client.pk, "ticket_id": ticket.pk}
    handling.sort(actor, category_id=None, impact=2, urgency=2, need=mark("need"), **about)
    handling.set_tags(actor, names=[mark("tag")], **about)
    handling.override_priority(actor, priority=1, reason=mark("priority reason"), **about)
    keep_draft(actor, body=mark("draft"), audience="public", **about)
    kept = files.check_uploads([SimpleUploadedFile(f"{mark('kept file name')}.txt", mark("kept file").encode())])
    draft_files.keep(actor, ticket, still=(), uploads=kept)
    saved_views.keep_view(actor, name="Hers", query=f"q={customer.email}")
    asked = {"question": mark("question"), "facts": mark("facts"), "suggestion": mark("suggestion")}
    climb.escalate(actor, reason="decision", **asked, **about)


def plant_in_log(mark, actor, client, customer, ticket):
    log.record(
        actor, client.pk, log.Action.SEARCH, (log.CUSTOMER, customer.pk), (log.CUSTOMER, 99),
        detail={"terms": customer.email},
    )  # fmt: skip
    log.record(
        actor, client.pk, log.Action.VIEW, (log.TICKET, ticket.pk), ticket_id=ticket.pk, reason=mark("log reason")
    )
    once.keep(actor, client.pk, "key", once.fingerprint("x"), once.Answer(200, body=mark("stored answer")))


def plant_in_mails(mark, actor, client, customer, ticket):
    post_mail(
        actor, client.pk,
        Letter(
            unique=f"canary/{ticket.pk}", kind="answer", to_address=customer.email, to_name=mark("to name"),
            from_address=client.mailbox, subject=mark("mail subject"), text=mark("mail text"),
            html=mark("mail html"), in_reply_to=f"<{mark('in reply to')}>", references=f"<{mark('references')}>",
            ticket_id=ticket.pk, customer_id=customer.pk,
        ),
    )  # fmt: skip
    first = Message.objects.filter(ticket_id=ticket.pk).order_by("pk").first()
    mails = [(f"<{mark('mail id')}>", mark("raw mail"), first.pk), ("", f"From: {customer.email}", None)]
    for message_id, text, became in mails:
        RawMail.objects.create(
            client=client, mailbox=client.mailbox, message_id=message_id, digest=uuid4().hex, raw=text.encode(),
            became_id=became, detail=customer.email, received_at=ticket.created_at,
        )  # fmt: skip


def plant_as_before(mark, actor, client, customer, ticket, agent):
    """As earlier versions wrote them: what staff were mailed, and whom a letter was sent again to."""
    request = EmergencyAccess.objects.create(
        client=client, user=agent, vendor_id=agent.vendor_id, card_id=card_of(client, agent), minutes=15,
        ticket_id=ticket.pk, ticket_number=ticket.number, reason=mark("emergency reason"),
        asked_at=ticket.created_at, state=EmergencyAccess.State.WITHDRAWN,
    )  # fmt: skip
    for unique, text in (
        (f"emergency/{request.pk}/ask/1", mark("emergency letter")),
        (f"news/{ticket.pk}", f"{customer.email} called: {mark('letter that names them')}"),
    ):
        letter = Letter(
            unique=unique, kind="matrix_check", to_address="staff@mail.example", from_address=client.mailbox,
            subject="News", text=text,
        )  # fmt: skip
        post_mail(actor, client.pk, letter)


def plant_in_rows(mark, client, customer, ticket):
    """Where no action of a test's writes."""
    first = Message.objects.filter(ticket_id=ticket.pk).order_by("pk").first()
    Message.objects.filter(pk=first.pk).update(
        mail_message_id=f"<{mark('message id')}>", external_id=mark("message number"), author_name=mark("author")
    )
    Ticket.objects.filter(pk=ticket.pk).update(external_id=mark("ticket number"))
    Event.objects.filter(ticket_id=ticket.pk).update(data={"why": mark("event")}, actor_name=mark("event name"))
    Event.objects.create(
        client=client, ticket_id=ticket.pk, kind=Kind.SENT_AGAIN, data={"name": mark("sent again")}, side="vendor",
        at=ticket.created_at,
    )  # fmt: skip
    card = first.card_id or Message.objects.filter(ticket_id=ticket.pk).exclude(card=None).first().card_id
    Skip.objects.create(
        client=client, ticket_id=ticket.pk, card_id=card, reason=mark("skip"), at=ticket.created_at,
        until=ticket.created_at,
    )  # fmt: skip
    HandOver.objects.create(
        client=client, card_id=card, name="Vera", made_at=ticket.created_at, notes=f"Mind {customer.email}",
        tickets=[{"id": ticket.pk, "subject": mark("hand-over")}],
    )  # fmt: skip


@pytest.fixture
def planted(world, log_key):
    cache.set("twin", 1)
    hers, ticket = plant(world, world.c1, world.r1, world.v12, world.o1)
    twins, _other = plant(world, world.c2, world.r2, world.v12, world.o2)
    return hers, twins, ticket


@pytest.fixture
def everything(superuser, _tables):
    """Every row of every table, every stored file, every key and value of Redis, as one text of bytes."""
    return lambda: _everything(superuser, _tables)


def _everything(superuser, tables):
    parts = []
    for table in tables:
        with superuser.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as out:
            rows = b"".join(out)
            parts.append(rows)
            # Bytes are written as hexadecimal digits.
            parts += [bytes.fromhex(found.decode()) for found in re.findall(rb"\\\\x((?:[0-9a-f]{2})+)", rows)]
    parts += [path.read_bytes() for path in Path(settings.VAR, "files").rglob("*") if path.is_file()]
    redis = get_redis_connection("default")
    for key in redis.scan_iter(f"*{settings.REDIS_PREFIX}*"):
        parts.append(key)
        if redis.type(key) == b"string":
            parts.append(redis.get(key) or b"")
        elif redis.type(key) == b"list":
            parts += redis.lrange(key, 0, -1)
    return b"\n".join(parts)


def erase(world, customer, admin):
    with world.enter(admin) as actor:
        return actions.ask_erasure(
            actor, client_id=customer.client_id, customer_id=customer.pk, typed=actions.phrase_of(customer)
        )


def test_the_scan_finds_what_was_planted(planted, everything):
    hers, twins, _ticket = planted

    found = everything()

    assert hers.left_in(found) == set(hers.by_mark.values())
    assert twins.left_in(found) == set(twins.by_mark.values())


def test_nothing_of_the_customer_is_left_anywhere(world, planted, everything):
    hers, _twins, _ticket = planted
    job = erase(world, world.r1, world.o1)

    do_all()

    with world.enter(world.c1):
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    found = everything()
    assert hers.left_in(found) == set()


def test_a_letter_without_its_words_is_not_sent_any_more(world, planted, superuser):
    waiting = "SELECT client_id, text FROM post_outboxmail WHERE state = 'due' AND kind = 'matrix_check'"
    assert len(superuser.execute(waiting).fetchall()) == 4
    erase(world, world.r1, world.o1)

    do_all()

    left = superuser.execute(waiting).fetchall()
    assert [client_id for client_id, _text in left] == [world.c2.pk, world.c2.pk]
    assert all(text for _client_id, text in left)
    hints = "SELECT count(*) FROM post_outboxhint h JOIN post_outboxmail m ON m.id = h.mail_id WHERE m.text = ''"
    assert superuser.execute(hints).fetchone() == (0,)


def test_the_twin_is_untouched(world, planted, everything):
    _hers, twins, _ticket = planted
    before = twins.left_in(everything())
    erase(world, world.r1, world.o1)

    do_all()

    assert twins.left_in(everything()) == before


def test_the_scan_is_not_blind(world, planted, everything, monkeypatch):
    """Without its erasers the same scan finds what they would have removed."""
    from access import registries
    from helpdesk.leaving import keeper

    hers, _twins, _ticket = planted
    monkeypatch.setattr(registries, "erasers", tuple)
    job = erase(world, world.r1, world.o1)

    with as_keeper():
        keeper.do_next(job.asked_at)

    left = hers.left_in(everything())
    assert {"raw mail", "draft", "stored answer", "file", "hand-over"} <= left
