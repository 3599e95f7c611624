"""A finished export is fetched: by whom, in how many pieces, and how it shows how far it is."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.models import AccessLogContent
from helpdesk.leaving import actions, places
from helpdesk.leaving.models import Job
from post import files
from tests import factories
from tests.leaving.conftest import do_all
from tickets.models import Message


def url(world, name, **more):
    return reverse(f"console:{name}", kwargs={"client": world.c1.slug, **more})


@pytest.fixture
def made(world, log_key):
    """A package that is done."""
    factories.ticket(world, world.r1)
    with world.enter(world.o1) as actor:
        job = actions.ask_package(actor, client_id=world.c1.pk)
    do_all()
    with world.enter(world.c1):
        return Job.objects.get(pk=job.pk)


@pytest.fixture
def fetch(world, made):
    """Asks for the file as the client's admin, with headers."""
    browser = world.browser(world.o1)
    address = browser.post(url(world, "fetch_export", export=made.pk)).url

    def get(**headers):
        answer = browser.get(address, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.close()
        return answer, body

    return get


@pytest.fixture
def whole(world, made):
    return places.finished(world.c1.pk, made.pk).read_bytes()


def test_the_whole_file(fetch, whole, made):
    answer, body = fetch()

    assert (answer.status_code, body) == (200, whole)
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["Content-Disposition"].endswith('.tar"')
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "part"), [("bytes=100-", slice(100, None)), ("bytes=5-9", slice(5, 10)), ("bytes=-7", slice(-7, None))]
)
def test_it_goes_on_where_it_broke_off(fetch, whole, asked, part):
    answer, body = fetch(range=asked)

    assert (answer.status_code, body) == (206, whole[part])
    assert answer["Content-Range"].endswith(f"/{len(whole)}")


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=9-5", "bytes=-0"])
def test_a_part_that_there_is_not(fetch, whole, asked):
    answer, _body = fetch(range=asked)

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(whole)}")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=-", "nonsense"])
def test_what_is_no_simple_range_gets_everything(fetch, whole, asked):
    answer, body = fetch(range=asked)

    assert (answer.status_code, body) == (200, whole)


def test_another_file_meanwhile_is_sent_from_the_start(fetch, whole):
    answer, body = fetch(range="bytes=100-", **{"if-range": '"another"'})

    assert (answer.status_code, body) == (200, whole)


def test_the_address_opens_nothing_for_whoever_may_not(world, fetch, made):
    address = world.browser(world.o1).post(url(world, "fetch_export", export=made.pk)).url

    assert world.browser(world.v1).get(address).status_code == 403
    assert world.browser(world.o2).get(address).status_code == 404
    assert world.browser().get(address).status_code == 302


def test_the_address_is_one_files_and_one_days(world, made):
    address = world.browser(world.o1).post(url(world, "fetch_export", export=made.pk)).url
    with world.enter(world.c1):
        other = Job.objects.create(client=world.c1, kind="package", unique="x", size=4, asked_at=made.asked_at)

    browser = world.browser(world.o1)
    assert browser.get(address.replace(f"/{made.pk}/file", f"/{other.pk}/file")).status_code == 404
    with time_machine.travel(made.ended_at + timedelta(days=2)):
        assert world.browser(world.o1).get(address).status_code == 404


def test_a_download_is_asked_for_anew_and_logged(world, made):
    old = world.browser(world.o1, fresh=False)

    assert "reauthenticate" in old.post(url(world, "fetch_export", export=made.pk)).url
    assert "reauthenticate" in old.post(url(world, "new_package")).url
    world.browser(world.o1).post(url(world, "fetch_export", export=made.pk))
    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(detail__what="export downloaded").count() == 1


def test_it_is_not_served_as_an_attachment_of_a_ticket(world, made):
    path = f"/files/exports/{world.c1.pk}/{made.pk}/"

    assert world.browser(world.o1, headers={"host": "files.testserver"}).get(path).status_code == 404


def test_from_the_button_to_the_file(world, log_key):
    browser = world.browser(world.o1)

    page = browser.post(url(world, "new_package")).url
    assert "progress" in browser.get(page).content.decode()
    fragment = browser.get(page, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    do_all()

    assert "SHA-256" in browser.get(page).content.decode()
    assert "Exit package" in browser.get(page).content.decode()


class TestCustomersData:
    @pytest.fixture
    def packed(self, world, log_key):
        ticket = factories.ticket(world, world.r1, subject="<b>Mine</b>")
        upload = files.check_uploads([SimpleUploadedFile("door.txt", b"mine")])
        factories.reply(world, world.v1, ticket, uploads=upload)
        factories.note(world, world.v1, ticket, body="between us", audience=Message.Audience.SHARED)
        factories.ticket(world, factories.customer(world, world.c1), subject="Another's")
        browser = world.browser(world.o1)
        page = browser.post(url(world, "new_customer_export", customer=world.r1.pk)).url
        do_all()
        export = int(page.rstrip("/").rsplit("/", 1)[1])
        return zipfile.ZipFile(io.BytesIO(places.finished(world.c1.pk, export).read_bytes()))

    def test_it_has_the_record_the_tickets_and_the_files(self, packed):
        data = json.loads(packed.read("data.json"))

        assert data["customer"]["email"] == "rita@mail.example"
        (ticket,) = data["tickets"]
        assert [message["from"] for message in ticket["messages"]] == ["you", "Vera Ahlm"]
        assert packed.read(ticket["messages"][1]["files"][0]) == b"mine"

    def test_it_has_nothing_of_others_and_no_notes(self, packed):
        everything = b"".join(packed.read(name) for name in packed.namelist())

        assert b"between us" not in everything
        assert b"Another" not in everything

    def test_its_page_is_text(self, packed):
        assert b"&lt;b&gt;Mine" in packed.read("index.html")
