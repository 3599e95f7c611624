"""A person with a key: adds it, comes in by it, and shows it once more, in a real browser with a key in software."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.access.entering import PASSWORD, with_password
from tests.cast import World
from tests.journeys import pages
from tests.journeys import site as live
from tests.journeys.browser import PHONE, Street, Visit


@pytest.fixture(scope="module")
def _site(django_db_setup: None) -> Iterator[live.Site]:
    """The site under a name: browsers let no page use keys that stands under a number."""
    made = live.Site()
    made.base, made.files = made.files, made.base
    made.folder = made.folder.with_name(made.folder.name + "-named")
    made.log = made.folder / "web.log"
    made.start()
    yield made
    made.stop()


def with_key(visit: Visit) -> None:
    """Plug a key into this window that asks for a PIN and answers at once."""
    devtools = visit.context.new_cdp_session(visit.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(page: Page) -> None:
    page.locator("details.me summary").first.click()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_a_passkey_is_added_and_then_it_is_all_that_it_takes(street: Street, world: World) -> None:
    person = with_password(world.v1)
    visit = street.visit()
    with_key(visit)
    page = pages.sign_in(visit, person.email, PASSWORD)

    visit.go("/accounts/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What you call this key").fill("Yellow key")
    page.get_by_role("button", name="Add it now").click()
    page.get_by_role("button", name="Show ten new codes").click()
    codes = page.locator("#codes").input_value().split()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("span.strong", has_text="Yellow key")).to_be_visible()
    assert len(codes) == 10

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/desk/"))


def test_a_key_is_the_second_step_and_a_proof_on_a_phone_too(street: Street, world: World) -> None:
    person = with_password(world.lead)
    visit = street.visit(viewport=PHONE)
    with_key(visit)
    page = pages.sign_in(visit, person.email, PASSWORD)
    visit.go("/accounts/security/key/?kind=key")
    page.get_by_role("button", name="Add it now").click()
    page.get_by_role("link", name="Later").click()
    page.goto("about:blank")  # a page that still counts its notices would be told to sign in
    visit.context.clear_cookies()

    visit.go("/accounts/login/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url(re.compile("/desk/"))

    visit.go("/accounts/reauthenticate/?next=/accounts/security/")
    page.get_by_role("button", name="Use my key").click()
    expect(page).to_have_url(re.compile("/accounts/security/"))


def test_without_a_key_in_it_the_page_says_how_to_go_on(street: Street, world: World) -> None:
    visit = street.visit()
    page = visit.go("/accounts/login/")
    devtools = visit.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")

    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('away')); }")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The key did not answer.")).to_be_visible()
