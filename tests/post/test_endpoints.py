"""Endpoints in the console: added with a secret that is shown once, changed, tried out, and what was given up."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from access.errors import Conflict, Invalid, RightMissing
from access.models import AccessLogContent
from helpdesk.lib import clock, vault
from post import endpoints, signing, tasks
from post.endpoints import Plan
from post.models import CallHint, Endpoint, OutboxCall
from tests import factories
from tests.cast import World
from tests.faults.hooks import HookServer
from tests.post.calling import endpoint, hearing, post, state

GOOD = {"name": "Pager", "address": "https://1.1.1.1/hook", "carries": "webhook", "is_active": "on"}


@pytest.fixture
def server(settings: Any) -> Iterator[HookServer]:
    settings.OUTSIDE_ALLOW = [ip_network("127.0.0.0/8")]
    with HookServer() as server:
        yield server


def path(view: str, **more: int) -> str:
    return reverse(f"console:{view}", kwargs={"client": "voltarra", **more})


def test_the_secret_of_a_new_endpoint_is_shown_once_and_kept_locked(world: World) -> None:
    browser = world.browser(world.o1)

    first = browser.post(path("new_endpoint"), GOOD)

    with world.enter(world.c1):
        row = Endpoint.objects.get()
    secret = vault.unlock(row.secret)
    assert secret in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    assert secret not in row.secret
    assert (row.key, row.is_active) == ("pager", True)
    for page in (path("endpoint", endpoint_id=row.pk), path("endpoints")):
        assert secret not in browser.get(page).content.decode()


def test_a_renewed_secret_is_shown_once_and_logged_without_it(world: World) -> None:
    row = endpoint(world, "https://1.1.1.1/hook")

    html = world.browser(world.o1).post(path("renew_endpoint_secret", endpoint_id=row.pk)).content.decode()

    with world.enter(world.c1):
        renewed = Endpoint.objects.get()
        entry = AccessLogContent.objects.latest("entry_id")
    assert vault.unlock(renewed.secret) in html
    assert vault.unlock(renewed.old_secret) not in html
    assert entry.detail == {"what": "endpoint secret renewed", "endpoint": "desk"}


@pytest.mark.parametrize(
    "address",
    [
        "http://1.1.1.1/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data", "https://0/", "https://2130706433/", "https://0x7f.1/",
        "https://localhost/", "https://[fe80::1%25eth0]/", "https://user:pass@1.1.1.1/", "ftp://1.1.1.1/", "//1.1.1.1",
        "https://[64:ff9b::7f00:1]/", "javascript:alert(1)", "https://1.1.1.1\\@127.0.0.1/", "https://١.1.1.1/",
        "https://1.1.1.1/\r\nHost: inside",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_not_kept(world: World, address: str) -> None:
    with world.enter(world.o1) as actor, pytest.raises(Invalid) as refused:
        endpoints.save(actor, client_id=world.c1.pk, plan=Plan(name="Pager", address=address))

    assert refused.value.field == "address"
    assert world.browser(world.o1).post(path("new_endpoint"), {**GOOD, "address": address}).status_code == 400
    with world.enter(world.c1):
        assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://localhost/", "http://1.1.1.1/"],
)
def test_an_address_that_leads_inside_is_not_asked_either(world: World, address: str) -> None:
    place = endpoint(world, address)
    (call,) = post(world, place, "step/1")

    tasks.deliver_call(world.c1.pk, place.pk)

    assert state(world, call).state == OutboxCall.State.DEAD


def test_names_are_told_apart_and_endpoints_are_few(world: World) -> None:
    with world.enter(world.o1) as actor:
        for number in range(endpoints.MOST_ENDPOINTS):
            plan = Plan(name=f"Pager {number}", address="https://1.1.1.1/")
            endpoints.save(actor, client_id=world.c1.pk, plan=plan)
        with pytest.raises(Conflict, match="Twenty endpoints"):
            endpoints.save(actor, client_id=world.c1.pk, plan=Plan(name="One more", address="https://1.1.1.1/"))
        first = endpoints.own(world.c1.pk).earliest("pk")
        with pytest.raises(Conflict, match="called so already"):
            endpoints.save(
                actor, client_id=world.c1.pk, plan=Plan(name="pager 7", address="https://1.1.1.1/"),
                endpoint_id=first.pk,
            )  # fmt: skip


def test_a_key_stays_when_the_name_changes(world: World) -> None:
    browser = world.browser(world.o1)
    browser.post(path("new_endpoint"), GOOD)
    with world.enter(world.c1):
        row = Endpoint.objects.get()

    browser.post(path("endpoint", endpoint_id=row.pk), {**GOOD, "name": "Night pager", "is_active": ""})

    with world.enter(world.c1):
        changed = Endpoint.objects.get()
    assert (changed.name, changed.key, changed.is_active) == ("Night pager", "pager", False)
    assert changed.secret == row.secret


def test_a_test_call_is_made_and_stands_on_the_page(world: World, server: HookServer) -> None:
    place = endpoint(world, server.url())
    browser = world.browser(world.o1)

    browser.post(path("test_endpoint", endpoint_id=place.pk))
    assert "waits" in browser.get(path("endpoint", endpoint_id=place.pk)).content.decode()
    tasks.deliver_call(world.c1.pk, place.pk)

    html = browser.get(path("endpoint", endpoint_id=place.pk)).content.decode()
    assert "endpoint.test" in html
    assert "accepted" in html
    assert len(server.heard) == 1


def test_what_was_given_up_is_seen_and_tried_again_under_its_id(world: World, server: HookServer) -> None:
    server.behaviours["/hook"].extend(["never", "never", "never"])
    place = endpoint(world, server.url())
    ticket = factories.ticket(world, world.r1)
    made = post(world, place, "step/1", "step/2", "step/3", ticket_id=ticket.pk)
    for _call in made:
        tasks.deliver_call(world.c1.pk, place.pk)
    browser = world.browser(world.o1)

    home = browser.get("/client/voltarra/").content.decode()
    page = browser.get("/client/voltarra/undelivered/").content.decode()
    assert "3 calls to your programs were given up." in home
    assert f"#{ticket.number}" in page
    assert "It refused what we told." in page
    one = path("retry_call", endpoint_id=place.pk, call_id=made[0].pk)
    assert browser.post(one, {"back": "undelivered"})["Location"] == "/client/voltarra/undelivered/"
    for _click in range(2):
        browser.post(path("retry_calls", endpoint_id=place.pk))
    assert CallHint.objects.count() == 3
    with hearing() as told:
        for _call in made:
            tasks.deliver_call(world.c1.pk, place.pk)

    assert {state(world, call).state for call in made} == {OutboxCall.State.ACCEPTED}
    assert sorted(server.ids()[3:]) == sorted(server.ids()[:3]) == sorted(call.idempotency_key for call in made)
    assert [name for name, *_rest in told] == ["call_accepted"] * 3
    assert "Everything was delivered" in browser.get("/client/voltarra/undelivered/").content.decode()


def test_trying_again_does_not_wait_for_an_endpoint_that_rested(world: World, server: HookServer) -> None:
    server.always["/hook"] = "broken"
    place = endpoint(world, server.url())
    (call,) = post(world, place, "step/1")
    tasks.deliver_call(world.c1.pk, place.pk)
    with time_machine.travel(clock.now() + timedelta(hours=37)):
        tasks.give_up_calls(world.c1.pk)
    server.always.clear()

    world.browser(world.o1).post(path("retry_calls", endpoint_id=place.pk))
    tasks.deliver_call(world.c1.pk, place.pk)

    assert state(world, call).state == OutboxCall.State.ACCEPTED


def test_who_does_not_look_after_endpoints_sees_and_does_nothing(world: World) -> None:
    place = endpoint(world, "https://1.1.1.1/")
    (call,) = post(world, place, "step/1")
    with world.enter(world.c1):
        OutboxCall.objects.update(state=OutboxCall.State.DEAD)

    for person in (world.v1, world.a1):
        with world.enter(person) as actor, pytest.raises(RightMissing):
            endpoints.retry(actor, client_id=world.c1.pk, endpoint_id=place.pk, call_id=call.pk)
    assert "Calls to programs" not in world.browser(world.a1).get("/client/voltarra/undelivered/").content.decode()
    assert "Calls to programs" not in world.browser(world.v1).get("/desk/undelivered/").content.decode()


def test_a_vendor_sees_what_was_given_up_at_its_own_endpoint_alone(world: World) -> None:
    theirs = endpoint(world, "https://1.1.1.1/", key="pager", name="Havnvik pager", vendor=world.havnvik)
    clients = endpoint(world, "https://1.1.1.1/", key="pager", name="Voltarra pager")
    ticket = factories.ticket(world, world.r1)
    for place in (theirs, clients):
        post(world, place, "step/1", ticket_id=ticket.pk)
    with world.enter(world.c1):
        OutboxCall.objects.update(state=OutboxCall.State.DEAD, last_error="500")

    seen = world.browser(world.v1).get("/desk/undelivered/").content.decode()
    admins = world.browser(world.o1).get("/client/voltarra/undelivered/").content.decode()

    assert "Havnvik pager" in seen
    assert "Voltarra pager" not in seen
    assert "Voltarra pager" in admins
    assert "Havnvik pager" not in admins


def test_a_vendors_people_try_their_own_call_again(world: World, server: HookServer) -> None:
    server.behaviours["/hook"].append("never")
    theirs = endpoint(world, server.url(), vendor=world.havnvik)
    ticket = factories.ticket(world, world.r1)
    (call,) = post(world, theirs, "step/1", ticket_id=ticket.pk)
    tasks.deliver_call(world.c1.pk, theirs.pk)
    again = reverse("desk:retry_call", kwargs={"client": "voltarra", "call_id": call.pk})

    assert world.browser(world.v1own).post(again).status_code == 404
    assert world.browser(world.v1ro).post(again).status_code == 403
    for status in (302, 404):
        assert world.browser(world.v1).post(again).status_code == status
    tasks.deliver_call(world.c1.pk, theirs.pk)

    assert state(world, call).state == OutboxCall.State.ACCEPTED
    assert server.ids() == [call.idempotency_key] * 2


def test_an_office_has_endpoints_of_its_own_and_the_client_sees_where_they_are(world: World) -> None:
    clients = endpoint(world, "https://1.1.1.1/", key="pager", name="Voltarra pager")
    office = world.browser(world.office)

    first = office.post("/office/clients/voltarra/endpoints/new/", GOOD)

    with world.enter(world.c1):
        theirs = Endpoint.objects.exclude(vendor=None).get()
        entry = AccessLogContent.objects.latest("entry_id")
    assert vault.unlock(theirs.secret) in first.content.decode()
    assert (theirs.vendor_id, theirs.key) == (world.havnvik.pk, "pager")
    assert (entry.detail["what"], entry.vendor_id) == ("endpoint saved", world.havnvik.pk)
    listed = office.get("/office/clients/voltarra/endpoints/").content.decode()
    assert "Voltarra pager" not in listed
    assert office.get(f"/office/clients/voltarra/endpoints/{clients.pk}/").status_code == 404
    seen = world.browser(world.o1).get(path("endpoints")).content.decode()
    assert "Where your vendors tell their own people" in seen
    for view, method in (("endpoint", "get"), ("renew_endpoint_secret", "post"), ("test_endpoint", "post")):
        browser = world.browser(world.o1)
        assert getattr(browser, method)(path(view, endpoint_id=theirs.pk)).status_code == 404


def test_no_secret_stands_in_a_log(world: World, server: HookServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = signing.new_secret()
    server.behaviours["/hook"].extend(["broken", "accept"])
    place = endpoint(world, server.url(), secret=vault.lock(secret))
    post(world, place, "step/1")

    tasks.deliver_call(world.c1.pk, place.pk)
    with time_machine.travel(clock.now() + timedelta(seconds=10)):
        tasks.deliver_call(world.c1.pk, place.pk)

    assert len(server.heard) == 2
    assert secret not in caplog.text
    assert secret.removeprefix("whsec_") not in caplog.text
