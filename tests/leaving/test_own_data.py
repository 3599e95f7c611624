"""A customer asks for their own data in the portal: one customer's only, told by mail, seven days, each time logged."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError

from access.errors import Conflict, NotFound
from access.models import AccessLogContent
from helpdesk.leaving import own_data
from helpdesk.leaving.models import Job, Kind
from helpdesk.leaving.tasks import tell_own_data
from helpdesk.lib import clock
from post.models import OutboxMail
from tests import factories
from tests.leaving.conftest import do_all

PAGE, FILE = "/voltarra/my-data/", "/voltarra/my-data/file/"

pytestmark = pytest.mark.usefixtures("log_key")


def asked(world):
    """What R1 asked for is put together and told of."""
    assert world.browser(world.r1).post(PAGE).status_code == 302
    do_all()
    return tell_own_data(world.c1.pk)


def letters(world):
    with world.enter(world.c1):
        return list(OutboxMail.objects.filter(kind="own_data"))


def download(browser):
    answer = browser.post(FILE)
    if answer.status_code != 200:
        return answer.status_code
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_from_asking_to_the_file_by_the_link_in_the_mail(world):
    ticket = factories.ticket(world, world.r1, body="My door is shut.")
    assert asked(world) == 1
    (letter,) = letters(world)
    assert letter.to_address == world.r1.email
    path = re.search(r"https?://[^/]+(/voltarra/enter/\S+)", letter.text).group(1)
    browser = world.browser()

    page = browser.get(path).content.decode()
    wanted = re.search(r'name="next" value="([^"]+)"', page).group(1)
    landed = browser.post(path.partition("?")[0], {"next": wanted}, follow=True)

    assert landed.redirect_chain[-1][0] == PAGE
    assert "Download" in landed.content.decode()
    data = json.loads(download(browser).read("data.json"))
    assert data["customer"]["email"] == world.r1.email
    assert [each["number"] for each in data["tickets"]] == [ticket.number]


def test_it_is_told_once(world):
    assert asked(world) == 1

    assert tell_own_data(world.c1.pk) == 0
    assert len(letters(world)) == 1


def test_each_download_is_logged_as_the_customers(world):
    asked(world)
    browser = world.browser(world.r1)
    download(browser)
    download(browser)

    with world.enter(world.c1):
        rows = AccessLogContent.objects.filter(action="export", customer_id=world.r1.pk).order_by("entry_id")
        assert [row.detail["what"] for row in rows] == ["export asked for", *["export downloaded"] * 2]
        assert {row.side for row in rows} == {"customer"}


def test_it_is_here_for_seven_days(world):
    asked(world)
    with world.enter(world.c1):
        ready = Job.objects.get().ended_at

    with time_machine.travel(ready + timedelta(days=6, hours=23)):
        assert download(world.browser(world.r1)) != 404
    with time_machine.travel(ready + timedelta(days=7)):
        assert download(world.browser(world.r1)) == 404
        assert "Ask for my data" in world.browser(world.r1).get(PAGE).content.decode()


def test_another_customer_gets_nothing_of_it(world):
    asked(world)
    other = world.browser(factories.customer(world, world.c1))

    assert download(other) == 404
    assert "Ask for my data" in other.get(PAGE).content.decode()
    assert world.browser(world.r2).post(FILE).status_code == 302


def test_whoever_has_one_tickets_link_signs_in_first(world):
    asked(world)
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.r1)
    session = browser.session
    session["customers"][str(world.c1.pk)]["ticket"] = ticket.pk
    session.save()

    for answer in (browser.get(PAGE), browser.post(PAGE), browser.post(FILE), world.browser().get(PAGE)):
        assert answer.status_code == 302
        assert "/voltarra/sign-in/" in answer["Location"]
    with world.enter(world.c1):
        assert Job.objects.count() == 1


def test_once_a_day(world):
    browser = world.browser(world.r1)
    assert browser.post(PAGE).status_code == 302
    assert browser.post(PAGE).status_code == 409

    with world.enter(world.r1) as actor, pytest.raises(Conflict):
        own_data.ask(actor, client_id=world.c1.pk)
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1)):
        assert world.browser(world.r1).post(PAGE).status_code == 302


def test_what_could_not_be_made_is_asked_for_again(world):
    world.browser(world.r1).post(PAGE)
    with world.enter(world.c1):
        Job.objects.update(state=Job.State.FAILED)

    assert "could not be put together" in world.browser(world.r1).get(PAGE).content.decode()
    assert world.browser(world.r1).post(PAGE).status_code == 302


def test_downloads_are_limited(world):
    asked(world)
    browser = world.browser(world.r1)

    found = [browser.post(FILE).status_code for _each in range(21)]

    assert found == [200] * 20 + [429]


def test_what_staff_asked_for_is_not_the_customers_to_fetch(world):
    with world.enter(world.c1):
        Job.objects.create(
            client=world.c1, kind=Kind.CUSTOMER_DATA, unique="customer/1", customer_id=world.r1.pk,
            asked_at=clock.now(), state=Job.State.DONE, ended_at=clock.now(), size=4,
        )  # fmt: skip

    with world.enter(world.r1) as actor:
        assert not Job.objects.exists()
        with pytest.raises(NotFound):
            own_data.fetch(actor, client_id=world.c1.pk)


@pytest.mark.parametrize("changed", [{"customer_id": 0}, {"by_customer": False}, {"kind": Kind.ERASURE}])
def test_a_customer_writes_no_other_job(world, changed):
    given = {"kind": Kind.CUSTOMER_DATA, "customer_id": world.r1.pk, "by_customer": True, **changed}

    with pytest.raises(DatabaseError), world.enter(world.r1):
        Job.objects.create(client=world.c1, unique="own/x", asked_at=clock.now(), **given)


def test_staff_see_that_the_customer_asked(world):
    asked(world)
    with world.enter(world.c1):
        job = Job.objects.get()

    shown = world.browser(world.o1).get(f"/client/voltarra/exit/exports/{job.pk}/").content.decode()

    assert "Asked for by the customer" in shown
