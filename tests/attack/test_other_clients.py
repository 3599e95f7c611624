"""What a visitor of one client's pages can learn of the vendor's other clients: nothing, not even a name."""

import re

import pytest
from django.urls import reverse

from access.models import ClientHost
from tests import factories
from tests.escalation.test_letter import links as letters
from tests.escalation.test_life import escalate

OTHERS = re.compile(rb"alderby|tallholm", re.IGNORECASE)
PUBLIC = (
    "/voltarra/", "/voltarra/new/", "/voltarra/articles/", "/voltarra/articles/?q=door", "/voltarra/suggest/?q=door",
    "/voltarra/sign-in/", "/voltarra/sign-in/?sent=1", "/voltarra/none/of/this/", "/", "/accounts/login/",
    "/accounts/password/reset/", "/health/live", "/health/ready", "/api/schema/", "/api/docs/",
)  # fmt: skip
MINE = reverse("client_styles")


@pytest.fixture(autouse=True)
def _not_the_demo(settings):
    settings.DEMO = False


def style_sheets(answer):
    return [path for path in re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.content.decode()) if path]


def assert_silent(browser, path, **more):
    """The page, and every style sheet of ours that it asks for, name no other client."""
    answer = browser.get(path, **more)
    assert not OTHERS.search(answer.content), path
    assert not OTHERS.search(str(dict(answer.headers)).encode()), path
    for sheet in style_sheets(answer):
        if sheet.startswith("/styles/"):
            seen = browser.get(sheet, **more)
            assert seen.status_code == 200, sheet
            assert b'[data-client="voltarra"]' in seen.content
            assert not OTHERS.search(seen.content), sheet
    return answer


@pytest.mark.parametrize("path", PUBLIC)
def test_no_public_page_names_another_client(world, path):
    assert_silent(world.browser(), path)


def test_no_page_of_a_customer_or_of_a_letters_reader_names_another_client(world):
    asked = factories.ticket(world, world.r1)
    escalate(world, asked)
    customer = world.browser(world.r1)

    for path in ("/voltarra/questions/", f"/voltarra/questions/{asked.number}/"):
        assert assert_silent(customer, path).status_code == 200
    assert assert_silent(world.browser(), letters(world)[0]).status_code == 200


def test_nobody_without_a_sign_in_reads_the_list(world):
    for browser in (world.browser(), world.browser(world.r1)):
        answer = browser.get(MINE)
        assert answer.status_code == 302
        assert not OTHERS.search(answer.content)
    assert world.browser().get("/styles/clients.css").status_code == 404


@pytest.mark.parametrize(
    ("key", "slugs"), [("v1", {"voltarra"}), ("v12", {"voltarra", "alderby"}), ("o1", {"voltarra"})]
)
def test_staff_read_the_colours_of_their_own_clients(world, key, slugs):
    answer = world.browser(getattr(world, key)).get(MINE)

    assert set(re.findall(r'data-client="([a-z]+)"', answer.content.decode())) == slugs
    assert "private" in answer["Cache-Control"]


def test_on_a_clients_own_host_no_other_clients_style_is_there(world):
    ClientHost.objects.create(host="help.voltarra.example", client=world.c1)
    browser, host = world.browser(), {"host": "help.voltarra.example"}

    assert browser.get("/styles/voltarra.css", headers=host).status_code == 200
    for path in ("/styles/alderby.css", "/styles/nobody.css", "/styles/clients.css"):
        assert browser.get(path, headers=host).status_code == 404
    answer = browser.get(MINE, headers=host)
    assert not OTHERS.search(answer.content)
