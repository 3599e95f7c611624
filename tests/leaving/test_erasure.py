"""A customer is asked to be forgotten: what goes, what stays, and who may ask."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access import log_export, seal
from access.errors import Conflict, Invalid, NotFound, RightMissing
from access.models import AccessLogContent, AccessLogEntry
from helpdesk.leaving import actions, dispatch, erasure, keeper
from helpdesk.leaving.errors import KeeperBlind
from helpdesk.leaving.models import DueJob, Job
from post import files, storage
from post.models import StoredFile
from tests import factories
from tests.access.verify.conftest import run
from tests.leaving.conftest import as_keeper, do_all
from tickets.models import Customer, Event, HolderSpan, Message, Status, Ticket


def ask(world, person=None, customer=None, typed=None):
    customer = customer or world.r1
    with world.enter(person or world.o1) as actor:
        return actions.ask_erasure(
            actor, client_id=customer.client_id, customer_id=customer.pk, typed=typed or customer.email
        )


def is_stored(key):
    found = storage.open_bytes(key)
    if found is not None:
        found.close()
    return found is not None


@pytest.fixture
def ticket(world):
    return factories.ticket(world, world.r1, subject="My heart device", body="It beats wrongly since Monday.")


def test_the_customer_is_a_number_afterwards(world, keep, ticket):
    job = ask(world)

    assert keep() == 1

    with world.enter(world.c1):
        row = Customer.objects.get(pk=world.r1.pk)
        assert (row.name, row.email, row.phone, row.external_id) == ("", "", "", "")
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE


def test_tickets_stay_as_statistics(world, keep, ticket):
    factories.reply(world, world.v1, ticket)
    ask(world)

    keep()

    with world.enter(world.c1):
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.subject, row.status, row.number) == ("(erased)", Status.CLOSED, ticket.number)
        assert row.first_answered_at is not None
        assert HolderSpan.objects.filter(ticket_id=ticket.pk).exists()
        assert set(Message.objects.filter(ticket_id=ticket.pk).values_list("body", flat=True)) == {"(erased)"}
        assert not Event.objects.filter(ticket_id=ticket.pk).exists()


def test_the_texts_of_other_customers_stay(world, keep, ticket):
    other = factories.ticket(world, factories.customer(world, world.c1))
    ask(world)

    keep()

    with world.enter(world.c1):
        assert Ticket.objects.get(pk=other.pk).subject == "The door stays shut"
        assert Customer.objects.get(pk=other.customer_id).name != ""


def test_files_go_from_the_disk(world, keep, ticket):
    upload = files.check_uploads([SimpleUploadedFile("heart.txt", b"one two three")])
    factories.reply(world, world.v1, ticket, uploads=upload)
    with world.enter(world.c1):
        (key,) = StoredFile.objects.values_list("key", flat=True)
    ask(world)

    keep()

    assert not is_stored(key)
    with world.enter(world.c1):
        assert not StoredFile.objects.exists()


def test_log_entries_stay_without_their_values(world, keep, ticket):
    with world.enter(world.c1):
        before = AccessLogEntry.objects.count()
    ask(world)

    keep()

    with world.enter(world.c1):
        assert AccessLogEntry.objects.count() > before
        left = AccessLogContent.objects.filter(ticket_id=ticket.pk)
        assert not left.exists()
        told = list(AccessLogContent.objects.order_by("pk").values_list("detail__what", flat=True))
        assert told[-3:] == ["erasure asked for", "customer erased", "erased"]


def test_the_log_still_verifies(world, keep, ticket, tmp_path):
    with world.enter(world.c1) as actor:
        seal.seal(actor, world.c1.pk)
        kept = seal.head_of(seal.newest_head(world.c1.pk)).text()
    ask(world)

    keep()

    with world.enter(world.c1) as actor:
        seal.seal(actor, world.c1.pk)
        size = seal.newest_head(world.c1.pk).size
        (tmp_path / "log.jsonl").write_text("".join(log_export.whole_log(world.c1.pk, size)))
        (tmp_path / "heads.json").write_text("".join(log_export.whole_heads(world.c1, size)))
        key = log_export.keys()[0]["public"]
    answer = run(tmp_path / "log.jsonl", tmp_path / "heads.json", "--key", key, "--since", kept, "--json")
    assert (answer.code, answer.body["faults"]) == (0, [])
    assert '"content":null' in (tmp_path / "log.jsonl").read_text()


def test_a_keeper_without_the_key_waits_for_it_with_the_values(world, ticket, log_key):
    job = ask(world)
    before = log_key.read_bytes()
    log_key.unlink()

    do_all()
    with world.enter(world.c1):
        assert Job.objects.get(pk=job.pk).said == "the key that seals the log is not on this machine"
        assert AccessLogContent.objects.filter(ticket_id=ticket.pk).exists()
    log_key.write_bytes(before)
    log_key.chmod(0o600)
    DueJob.objects.update(due_at=job.asked_at)
    do_all()

    with world.enter(world.c1):
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
        assert not AccessLogContent.objects.filter(ticket_id=ticket.pk).exists()


def test_who_asked_can_still_be_read(world, keep, ticket):
    ask(world)

    keep()

    with world.enter(world.c1):
        entry = AccessLogContent.objects.get(detail__what="erasure asked for")
        assert (entry.user_id, entry.records) == (world.o1.pk, [["customer", world.r1.pk]])


def test_a_browser_in_which_they_are_signed_in_forgets_them(world, keep, ticket):
    browser, others = world.browser(world.r1), world.browser(world.o1)
    assert browser.get("/voltarra/questions/").status_code == 200
    ask(world)

    keep()

    assert browser.get("/voltarra/questions/").status_code == 302
    assert others.get("/client/voltarra/").status_code == 200


def test_a_slip_of_the_keys_erases_nobody(world):
    with pytest.raises(Invalid):
        ask(world, typed="rita@mail.exampel")

    assert not DueJob.objects.exists()


@pytest.mark.parametrize("name", ["v1", "lead", "a1", "e1"])
def test_only_who_holds_the_right_may_ask(world, name):
    with pytest.raises(RightMissing):
        ask(world, person=getattr(world, name))

    assert not DueJob.objects.exists()


def test_another_clients_customer_is_not_found(world):
    with world.enter(world.o1) as actor, pytest.raises(NotFound):
        actions.ask_erasure(actor, client_id=world.c1.pk, customer_id=world.r2.pk, typed=world.r2.email)


def test_nobody_is_erased_twice(world, keep, ticket):
    ask(world)
    keep()

    with pytest.raises(Conflict), world.enter(world.o1) as actor:
        actions.ask_erasure(actor, client_id=world.c1.pk, customer_id=world.r1.pk, typed=f"erase {world.r1.pk}")


def test_the_application_itself_cannot_remove_what_the_log_says(world, ticket, log_key):
    job = ask(world)

    keeper.do(world.c1.pk, job.pk)

    with world.enter(world.c1):
        assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
        assert AccessLogContent.objects.filter(ticket_id=ticket.pk).exists()


def test_a_keeper_killed_before_the_files_went_goes_on_there(world, keep, ticket, monkeypatch):
    upload = files.check_uploads([SimpleUploadedFile("heart.txt", b"one two three")])
    factories.reply(world, world.v1, ticket, uploads=upload)
    job = ask(world)
    with world.enter(world.c1):
        (key,) = StoredFile.objects.values_list("key", flat=True)

    class Killed(BaseException):
        pass

    def kill(_work):
        raise Killed

    with monkeypatch.context() as patch, as_keeper():
        patch.setattr(erasure, "delete_files", kill)
        with pytest.raises(Killed):
            keeper.do_next(job.asked_at)
    assert is_stored(key)
    DueJob.objects.update(lease_until=None)
    keep()

    assert not is_stored(key)
    with world.enter(world.c1):
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE


def test_a_job_whose_lease_runs_is_nobody_elses(world):
    job = ask(world)

    assert dispatch.claim(job.asked_at) == (world.c1.pk, job.pk)
    assert dispatch.claim(job.asked_at) is None


def test_rows_that_a_policy_hides_from_the_change_are_an_error(world, ticket, superuser, log_key):
    job = ask(world)
    superuser.execute(
        "CREATE POLICY blind ON tickets_message AS RESTRICTIVE FOR UPDATE TO keeper USING (false) WITH CHECK (false)"
    )
    try:
        with as_keeper():
            keeper.do_next(job.asked_at)
    finally:
        superuser.execute("DROP POLICY blind ON tickets_message")

    with world.enter(world.c1):
        assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
        assert Customer.objects.get(pk=world.r1.pk).email == world.r1.email
    assert issubclass(KeeperBlind, RuntimeError)


class TestPages:
    def url(self, world, name, **more):
        return reverse(f"console:{name}", kwargs={"client": world.c1.slug, **more})

    def test_from_the_address_to_the_certificate(self, world, keep, ticket):
        browser = world.browser(world.o1)

        found = browser.post(self.url(world, "exits"), {"customer": "RITA@mail.example"})
        assert found.url == f"/desk/voltarra/customers/{world.r1.pk}/#their-data"
        url = self.url(world, "erase", customer=world.r1.pk)
        assert url in browser.get(found.url).content.decode()
        assert "1 ticket is open" in browser.get(url).content.decode()
        asked = browser.post(url, {"typed": world.r1.email})
        assert "It is being done" in browser.get(asked.url).content.decode()
        keep()
        page = browser.get(asked.url).content.decode()

        assert "the text of 1 ticket" in page
        assert world.r1.email not in page
        told = browser.get(asked.url + "certificate.json").json()
        assert told["removed"]["customers"] == 1
        assert told["log"]["head"]["size"] > told["log"]["index"]

    def test_a_customers_own_data_has_its_place_on_their_record(self, world, ticket):
        export = self.url(world, "new_customer_export", customer=world.r1.pk)
        record = f"/desk/voltarra/customers/{world.r1.pk}/"

        shown = {person: world.browser(getattr(world, person)).get(record).content.decode() for person in ("o1", "a1")}

        assert export in shown["o1"]
        assert "Their own data" not in shown["a1"]
        erase = world.browser(world.o1).get(self.url(world, "erase", customer=world.r1.pk)).content.decode()
        assert export not in erase

    def test_other_words_are_refused_beside_the_field(self, world):
        url = self.url(world, "erase", customer=world.r1.pk)

        answer = world.browser(world.o1).post(url, {"typed": "yes"})

        assert answer.status_code == 400
        assert "whole e-mail address" in answer.content.decode()

    def test_nobody_is_found_by_a_part_of_an_address(self, world):
        answer = world.browser(world.o1).post(self.url(world, "exits"), {"customer": "rita"})

        assert answer.status_code == 400
