"""Takes the README's pictures of the demo, when it is asked to: `HELPDESK_PICTURES=1`."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from access.models import User
from helpdesk.demo.load import load
from tests import cast
from tests.journeys.browser import Street, Visit
from tests.journeys.site import Site
from tests.servers import ROOT

PICTURES = ROOT / "docs" / "pictures"
WINDOW = {"width": 1440, "height": 900}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not os.environ.get("HELPDESK_PICTURES"), reason="pictures are taken with HELPDESK_PICTURES=1"),
]


@pytest.fixture
def demo(db: None, _site: Site, browser: Browser) -> Iterator[Street]:
    """The live site over the demo, at this moment."""
    load()
    street = Street(_site, browser)
    yield street
    assert street.close() == []


def window(street: Street, email: str) -> Visit:
    person = cast.Browser()
    person.force_login(User.objects.get(email=email))
    session = person.cookies[settings.SESSION_COOKIE_NAME].value
    return street.visit_with(session, viewport=WINDOW, reduced_motion="reduce", color_scheme="light")


def keep(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.png")


def test_pictures_of_the_demo_are_taken(demo: Street) -> None:
    PICTURES.mkdir(exist_ok=True)
    agent = window(demo, "linnea@havnvik.example")

    keep(agent.go("/desk/"), "queue")
    agent.page.get_by_role("heading", level=1).get_by_role("link").click()
    expect(agent.page.locator(".hint").first).to_be_visible()
    keep(agent.page, "ticket")
    keep(window(demo, "petra@voltarra.example").go("/client/voltarra/"), "client")

    assert all(path.stat().st_size < 200_000 for path in PICTURES.glob("*.png"))
