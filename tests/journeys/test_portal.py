"""A customer without an account: asks, gets a link by mail, follows, adds, closes and opens again."""

from playwright.sync_api import expect

from tests.cast import World
from tests.journeys import pages
from tests.journeys.browser import PHONE, Street
from tests.journeys.site import letters

ASKED = {
    "subject": "The charger blinks red",
    "body": "Since the storm it blinks red and does not charge.",
    "name": "Nora Berg",
    "email": "nora@mail.example",
}


def test_visitor_asks_and_follows_the_ticket_by_mailed_links(street: Street, world: World) -> None:
    visit = street.visit(viewport=PHONE)
    number = pages.ask(visit, "voltarra", **ASKED)

    (first,) = letters(world, world.c1, ASKED["email"])
    page = pages.follow(visit, pages.link_in(first.text))
    expect(page.get_by_role("heading", level=1)).to_have_text(ASKED["subject"])

    pages.ask_for_link(visit, "voltarra", ASKED["email"])
    page = pages.follow(visit, pages.link_in(letters(world, world.c1, ASKED["email"])[-1].text))
    page.get_by_role("link", name=ASKED["subject"]).click()
    expect(page.get_by_text(f"#{number}").first).to_be_visible()
    pages.write(visit, "It hums as well.")
