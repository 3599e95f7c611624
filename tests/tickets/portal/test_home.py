"""A portal's front, its language and its host names."""

import pytest
from django.conf import settings

from access.models import Client, ClientHost


def test_the_home_offers_search_a_person_and_a_link(world):
    page = world.browser().get("/voltarra/").content.decode()

    assert 'role="search"' in page
    assert "/voltarra/new/" in page
    assert f"mailto:{world.c1.mailbox}" in page
    assert 'action="/voltarra/sign-in/"' in page
    assert "Havnvik" not in page, "the customer does not care whose payroll the agent is on"


def test_when_we_answer_is_said_before_anything_is_asked(world):
    page = world.browser().get("/voltarra/new/").content.decode()

    assert "an answer by " in page


def test_who_signed_in_is_greeted_and_not_asked_for_an_address(world):
    page = world.browser(world.r1).get("/voltarra/").content.decode()

    assert "Rita Svensson" in page
    assert 'name="email"' not in page


@pytest.mark.parametrize("path", ["", "new/", "sign-in/", "articles/"])
def test_a_way_to_a_person_is_on_every_page(world, path):
    page = world.browser().get(f"/voltarra/{path}").content.decode()

    assert "/voltarra/new/" in page


def test_a_portal_speaks_its_clients_languages_only(world):
    Client.objects.filter(pk=world.c1.pk).update(languages=["en"])
    browser = world.browser(headers={"accept-language": "sv"})

    response = browser.get("/voltarra/")

    assert response["Content-Language"] == "en"
    assert 'value="sv"' not in response.content.decode()


def test_a_portal_follows_the_readers_wish_among_them(world):
    browser = world.browser(headers={"accept-language": "sv"})

    assert browser.get("/alderby/")["Content-Language"] == "sv"


@pytest.fixture
def host(world):
    ClientHost.objects.create(client=world.c1, host="help.voltarra.example")
    return {"host": "help.voltarra.example"}


def test_a_clients_own_host_is_its_portal(world, host):
    browser = world.browser(headers=host)

    assert "Voltarra" in browser.get("/").content.decode()
    assert browser.get("/new/").status_code == 200
    assert browser.get("/voltarra/new/").status_code == 200


def test_a_question_can_be_asked_on_the_clients_own_host(world, host):
    browser = world.browser(headers=host)
    words = {"subject": "a", "body": "b", "impact": "3", "email": "x@mail.example", "once": "1"}

    response = browser.post("/new/", words)

    assert browser.get(response.url).status_code == 200


@pytest.mark.parametrize(
    "path", ["/alderby/", "/alderby/new/", "/desk/", "/client/voltarra/", "/api/v1/tickets/", "/dev/mail/"]
)
def test_nothing_else_answers_on_a_clients_host(world, host, path):
    assert world.browser(world.v1, headers=host).get(path).status_code == 404


def test_the_session_of_one_host_is_not_the_others(world, host):
    assert settings.SESSION_COOKIE_NAME.startswith(("session", "__Host-"))
    assert not getattr(settings, "SESSION_COOKIE_DOMAIN", None)
