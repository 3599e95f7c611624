"""What a client's rules clear away at night, what they leave, and where it is told."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access import log_export, seal
from access.errors import Invalid, RightMissing
from access.models import AccessLogContent
from helpdesk.leaving import actions, nights
from helpdesk.leaving.models import Job, Kind
from helpdesk.leaving.retention import months_before
from helpdesk.lib import clock
from post import files, storage
from post.models import OutboxMail, StoredFile
from tests import factories
from tests.access.verify.conftest import run as verify
from tests.leaving.conftest import as_keeper, do_all
from tickets import letters
from tickets.actions import handling
from tickets.models import Customer, Message, RawMail, Ticket

LONG_AGO = datetime(2025, 1, 15, 12, tzinfo=UTC)
KEEP_ALL = {"tickets": None, "attachments": None, "raw_mails": None, "log": None}


def rule(world, **months):
    with world.enter(world.o1) as actor:
        actions.save_rules(actor, client_id=world.c1.pk, months={**KEEP_ALL, **months})


def night(world):
    with as_keeper():
        nights.plan(clock.now())
    do_all()
    with world.enter(world.c1):
        return Job.objects.filter(kind=Kind.RETENTION).order_by("-pk").first()


@pytest.fixture
def old(world, log_key):
    """A ticket that was closed long ago, with a file; and one of today."""
    with time_machine.travel(LONG_AGO):
        ticket = factories.ticket(world, world.r1, subject="Long ago", body="Of old")
        upload = files.check_uploads([SimpleUploadedFile("old.txt", b"old file")])
        factories.reply(world, world.v1, ticket, uploads=upload)
        with world.enter(world.v1) as actor:
            handling.close(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
        with world.enter(world.c1):
            RawMail.objects.create(client=world.c1, mailbox="a", digest="1", raw=b"raw", received_at=clock.now())
    factories.ticket(world, world.r1, subject="Of today")
    return ticket


def test_closed_tickets_lose_what_was_said_and_open_ones_nothing(world, old):
    rule(world, tickets=12)

    job = night(world)

    assert (job.state, job.said) == (Job.State.DONE, "")
    with world.enter(world.c1):
        subjects = dict(Ticket.objects.values_list("number", "subject"))
        assert subjects == {old.number: "(erased)", old.number + 1: "Of today"}
        assert set(Message.objects.filter(ticket_id=old.pk).values_list("body", flat=True)) == {"(erased)"}
        assert Customer.objects.get(pk=world.r1.pk).email == "rita@mail.example"
    assert job.result["removed"]["tickets"] == 1


def test_a_letter_about_no_ticket_goes_with_the_words_of_its_time(world, log_key):
    """A link to sign in names its customer, and hangs on no ticket."""
    with world.enter(world.c1) as actor:
        customer = Customer.objects.get(pk=world.r1.pk)
        with time_machine.travel(LONG_AGO):
            letters.sign_in(actor, customer, link="https://x.example/old", language="en")
        letters.sign_in(actor, customer, link="https://x.example/new", language="en")
        OutboxMail.objects.update(state=OutboxMail.State.ACCEPTED)
    rule(world, tickets=12)

    job = night(world)

    assert job.result["removed"] == {"letters": 1}
    with world.enter(world.c1):
        old, new = OutboxMail.objects.order_by("pk")
        assert (old.text, old.to_address, old.to_name) == ("", "", "")
        assert "https://x.example/new" in new.text


def test_attachments_go_by_their_own_rule(world, old):
    with world.enter(world.c1):
        (key,) = StoredFile.objects.values_list("key", flat=True)
    rule(world, attachments=3)

    job = night(world)

    assert storage.open_bytes(key) is None
    assert job.result["removed"] == {"files": 1}
    with world.enter(world.c1):
        assert Message.objects.filter(body="Of old").exists()


def test_raw_mails_go_by_theirs(world, old):
    rule(world, raw_mails=3)

    assert night(world).result["removed"] == {"raw_mails": 1}


def test_log_values_go_as_a_prefix_and_the_log_verifies(world, old, tmp_path):
    with world.enter(world.c1) as actor:
        seal.seal(actor, world.c1.pk)
        kept = seal.head_of(seal.newest_head(world.c1.pk)).text()
        before = AccessLogContent.objects.count()
    rule(world, log=3)

    job = night(world)

    with world.enter(world.c1) as actor:
        gone = job.result["removed"]["log_entries"]
        assert 0 < gone < before
        assert not AccessLogContent.objects.filter(at__lt=LONG_AGO + timedelta(days=1)).exists()
        seal.seal(actor, world.c1.pk)
        size = seal.newest_head(world.c1.pk).size
        (tmp_path / "log").write_text("".join(log_export.whole_log(world.c1.pk, size)))
        (tmp_path / "heads").write_text("".join(log_export.whole_heads(world.c1, size)))
        key = log_export.keys()[0]["public"]
    answer = verify(tmp_path / "log", tmp_path / "heads", "--key", key, "--since", kept, "--json")
    assert (answer.code, answer.body["faults"]) == (0, [])


def test_without_rules_nothing_is_looked_for(world, old):
    assert night(world) is None
    rule(world)
    assert night(world) is None


def test_a_night_is_done_once(world, old):
    rule(world, tickets=12)
    night(world)

    with as_keeper():
        assert nights.plan(clock.now()) == 0


def test_another_clients_rows_stay(world, old):
    with time_machine.travel(LONG_AGO):
        other = factories.ticket(world, world.r2)
        with world.enter(world.v12, only=world.c2) as actor:
            handling.close(actor, client_id=world.c2.pk, ticket_id=other.pk)
    rule(world, tickets=12)

    night(world)

    with world.enter(world.c2):
        assert Ticket.objects.get(pk=other.pk).subject == "The door stays shut"


@pytest.mark.parametrize("months", [0, 2, 121])
def test_months_have_a_floor_and_a_ceiling(world, months):
    with pytest.raises(Invalid):
        rule(world, log=months)


def test_only_who_may_erase_sets_rules(world):
    with world.enter(world.a1) as actor, pytest.raises(RightMissing):
        actions.save_rules(actor, client_id=world.c1.pk, months=KEEP_ALL)


@pytest.mark.parametrize(
    ("months", "day"),
    [(1, "2026-02-28"), (13, "2025-02-28"), (25, "2024-02-29"), (3, "2025-12-31"), (120, "2016-03-31")],
)
def test_months_before(months, day):
    assert f"{months_before(datetime(2026, 3, 31, 5, tzinfo=UTC), months):%Y-%m-%d}" == day


def test_the_page_sets_rules_and_tells_the_nights(world, old):
    browser = world.browser(world.o1)
    page = reverse("console:retention", kwargs={"client": world.c1.slug})

    assert browser.post(page, {"tickets": "2"}).status_code == 400
    assert browser.post(page, {"attachments": "24"}).status_code == 302
    rule(world, attachments=3)
    night(world)

    assert "removed 1 file" in " ".join(browser.get(page).content.decode().split())
