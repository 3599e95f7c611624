"""Coming into the portal by a link."""

import re
import statistics
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse

from access import links
from access.models import ClientHost, SignedLink
from helpdesk.lib import clock
from post.models import OutboxMail
from tickets import letters
from tickets.actions import intake
from tickets.models import Customer, Ticket

SIGN_IN = "/voltarra/sign-in/"
MINE = "/voltarra/questions/"


@pytest.fixture(autouse=True)
def _no_demo(settings):
    settings.DEMO = False


def ask_for_link(browser, email, url=SIGN_IN, **more):
    return browser.post(url, {"email": email, **more}, follow=False)


def link_in_mail(world, client=None):
    client = client or world.c1
    with world.enter(client):
        mail = OutboxMail.objects.filter(client=client, kind="sign_in").order_by("-pk").first()
    return urlsplit(re.search(r"https?://\S+", mail.text)[0]) if mail else None


def path_of(parts):
    return parts.path + (f"?{parts.query}" if parts.query else "")


def ask(world, customer, **more):
    with world.enter(customer) as actor:
        return intake.open_ticket(
            actor, client_id=customer.client_id, customer=customer, subject="Dead", body="Nothing works.", **more
        )


def ticket_link(world, ticket):
    with world.enter(world.c1) as actor:
        return urlsplit(letters.ticket_link(actor.standing(world.c1.pk).client, ticket)).path


def test_the_link_opens_the_list_after_a_button(world):
    ask(world, world.r1)
    browser = world.browser()
    ask_for_link(browser, world.r1.email)
    place = path_of(link_in_mail(world))

    looked = browser.get(place)
    assert looked.status_code == 200
    assert browser.get(MINE).status_code == 302, "looking alone must not sign in"

    entered = browser.post(place)
    assert entered.url == MINE
    assert browser.get(MINE).status_code == 200


def test_looking_many_times_uses_nothing_up(world):
    ask_for_link(world.browser(), world.r1.email)
    place = path_of(link_in_mail(world))
    for _ in range(5):
        assert world.browser().get(place).status_code == 200

    assert world.browser().post(place).status_code == 302


def test_a_link_signs_in_once(world):
    ask_for_link(world.browser(), world.r1.email)
    place = path_of(link_in_mail(world))
    world.browser().post(place)
    second = world.browser()

    response = second.post(place)

    assert response.status_code == 410
    assert "used up" in response.content.decode()
    assert second.get(MINE).status_code == 302


def test_an_old_link_is_dead(world):
    ask_for_link(world.browser(), world.r1.email)
    place = path_of(link_in_mail(world))
    browser = world.browser()

    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert browser.get(place).status_code == 410
        assert browser.post(place).status_code == 410
    assert "customers" not in browser.session


@pytest.mark.parametrize("token", ["x", "a" * 32, "å" * 10, "../../", "a" * 3000])
def test_a_made_up_link_is_not_there(world, token):
    browser = world.browser()
    missing = browser.get("/voltarra/questions/none/of/this/")

    response = browser.get(
        reverse("portal:enter", kwargs={"client": "voltarra", "token": "t"}).replace("/t/", f"/{token}/")
    )

    assert response.status_code == 404
    assert response.content == missing.content


def test_a_link_of_another_clients_customer_opens_nothing_here(world):
    ask_for_link(world.browser(), world.r2.email, url="/alderby/sign-in/")
    place = path_of(link_in_mail(world, world.c2)).replace("/alderby/", "/voltarra/")

    assert world.browser().post(place).status_code == 404


def test_a_revoked_link_is_not_there(world):
    ask_for_link(world.browser(), world.r1.email)
    place = path_of(link_in_mail(world))
    links.revoke(purpose=SignedLink.Purpose.CUSTOMER, client_id=world.c1.pk, subject_id=world.r1.pk)

    assert world.browser().post(place).status_code == 404


def test_signing_in_confirms_the_address(world):
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(email_confirmed_at=None)
    flagged = ask(world, world.r1, unconfirmed=True)
    browser = world.browser()
    ask_for_link(browser, world.r1.email)

    browser.post(path_of(link_in_mail(world)))

    with world.enter(world.c1):
        assert Customer.objects.get(pk=world.r1.pk).email_confirmed_at is not None
        assert Ticket.objects.get(pk=flagged.pk).reporter_unconfirmed, "anybody can open one with this address"
    browser.post(f"/voltarra/questions/{flagged.number}/reply/", {"body": "Yes, I asked this.", "once": "1"})
    with world.enter(world.c1):
        assert not Ticket.objects.get(pk=flagged.pk).reporter_unconfirmed


def test_the_session_key_changes_at_signing_in(world, settings):
    browser = world.browser()
    browser.post("/voltarra/new/", {"subject": "a", "body": "b", "impact": "3", "email": "x@mail.example", "once": "1"})
    before = browser.session.session_key
    ask_for_link(browser, world.r1.email)

    browser.post(path_of(link_in_mail(world)))

    assert browser.session.session_key != before
    other = world.browser()
    other.cookies[settings.SESSION_COOKIE_NAME] = before
    assert other.get(MINE).status_code == 302


def test_known_and_unknown_addresses_get_the_same_answer(world):
    known = ask_for_link(world.browser(), world.r1.email)
    unknown = ask_for_link(world.browser(), "nobody@mail.example")
    foreign = ask_for_link(world.browser(), world.r2.email)

    for response in (unknown, foreign):
        assert (response.status_code, response.url, response.content) == (known.status_code, known.url, known.content)
        assert dict(response.headers) == dict(known.headers)
    with world.enter(world.c1):
        assert OutboxMail.objects.filter(kind="sign_in").values_list("to_address", flat=True).get() == world.r1.email
    assert SignedLink.objects.count() == 1


def test_known_and_unknown_addresses_take_the_same_time(world, settings):
    def spent(email):
        browser = world.browser(REMOTE_ADDR=f"10.{spent.n // 200}.{spent.n % 200}.1")
        spent.n += 1
        start = time.perf_counter()
        ask_for_link(browser, email)
        return time.perf_counter() - start

    spent.n = 0
    with world.enter(world.c1):
        people = [
            Customer.objects.create(client=world.c1, email=f"k{n}@mail.example", created_at=world.r1.created_at).email
            for n in range(60)
        ]
    pairs = [(spent(email), spent(f"u-{email}")) for email in people]

    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert 0.7 < known / unknown < 1.4, (known, unknown)


def test_the_sixth_link_in_a_quarter_of_an_hour_is_too_many_for_anybody(world):
    for email in (world.r1.email, "nobody@mail.example"):
        for _ in range(5):
            assert ask_for_link(world.browser(), email).status_code == 302
        response = ask_for_link(world.browser(), email)
        assert response.status_code == 429
        assert int(response["Retry-After"]) > 0
    with world.enter(world.c1):
        assert OutboxMail.objects.filter(kind="sign_in").count() == 5


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/voltarra/", "javascript:alert(1)",
     "/alderby/", "/voltarra/../alderby/\\", "\t//evil.example", "/voltarra", "http:///evil.example"],
)  # fmt: skip
def test_the_way_back_stays_in_this_portal(world, wanted):
    browser = world.browser()
    ask_for_link(browser, world.r1.email, next=wanted)
    place = link_in_mail(world)
    assert "evil" not in place.query

    response = browser.post(f"{place.path}", {"next": wanted})

    assert response.url == MINE or (urlsplit(response.url).netloc == "" and response.url.startswith("/voltarra/"))
    assert "evil" not in response.url


def test_the_way_back_to_a_page_of_this_portal_is_kept(world):
    browser = world.browser()
    ask_for_link(browser, world.r1.email, next="/voltarra/new/")

    assert browser.post(path_of(link_in_mail(world))).url == "/voltarra/new/"


def test_a_tickets_link_opens_that_ticket_and_no_other(world):
    one, other = ask(world, world.r1), ask(world, world.r1)
    browser = world.browser()
    place = ticket_link(world, one)

    assert browser.get(place).status_code == 200
    assert browser.post(place).url == f"{MINE}{one.number}/"
    assert browser.get(f"{MINE}{one.number}/").status_code == 200
    assert browser.get(f"{MINE}{other.number}/").status_code == 404
    listed = browser.get(MINE).content.decode()
    assert f"#{one.number}<" in listed
    assert f"#{other.number}<" not in listed
    assert 'name="email"' in browser.get("/voltarra/new/").content.decode()


def test_a_tickets_link_works_again_and_dies_when_the_ticket_is_anothers(world):
    ticket = ask(world, world.r1)
    place = ticket_link(world, ticket)
    assert world.browser().post(place).status_code == 302
    assert world.browser().post(place).status_code == 302
    with world.enter(world.c1):
        other = Customer.objects.create(client=world.c1, email="o@mail.example", created_at=world.r1.created_at)
        Ticket.objects.filter(pk=ticket.pk).update(customer=other)

    assert world.browser().post(place).status_code == 404


def test_a_tickets_link_never_narrows_who_is_signed_in(world):
    one, other = ask(world, world.r1), ask(world, world.r1)
    browser = world.browser(world.r1)

    browser.post(ticket_link(world, one))

    assert browser.get(f"{MINE}{other.number}/").status_code == 200


def test_the_page_behind_a_link_tells_its_address_to_nobody(world):
    response = world.browser().get(ticket_link(world, ask(world, world.r1)))

    assert response["Referrer-Policy"] == "strict-origin"  # the origin alone, never the path
    assert response["Cache-Control"] == "no-store"


def test_signing_out_forgets(world):
    browser = world.browser(world.r1)
    assert browser.get(MINE).status_code == 200

    browser.post("/voltarra/sign-out/")

    assert browser.get(MINE).status_code == 302


def test_a_customer_of_one_client_is_a_visitor_at_another(world):
    assert world.browser(world.r1).get("/alderby/questions/").status_code == 302


def test_the_link_goes_to_the_clients_own_host_when_asked_there(world):
    ClientHost.objects.create(client=world.c1, host="help.voltarra.example")
    browser = world.browser(headers={"host": "help.voltarra.example"})

    ask_for_link(browser, world.r1.email, url="/sign-in/")

    assert link_in_mail(world).netloc == "help.voltarra.example"
    assert browser.post(path_of(link_in_mail(world))).status_code == 302
    assert browser.get("/questions/").status_code == 200


def test_a_forged_host_never_gets_into_a_mail(world):
    response = ask_for_link(world.browser(headers={"host": "evil.example"}), world.r1.email)
    assert response.status_code == 400

    ask_for_link(world.browser(headers={"x-forwarded-host": "evil.example"}), world.r1.email)
    assert link_in_mail(world).netloc == "testserver"


@pytest.mark.parametrize("url", [SIGN_IN, "/voltarra/sign-out/", "/voltarra/questions/1/reply/"])
def test_state_changes_need_the_forms_token(world, url):
    ask(world, world.r1)
    browser = world.browser(world.r1, enforce_csrf_checks=True)

    assert browser.post(url, '{"email": "a@b.example"}', content_type="text/plain").status_code == 403
