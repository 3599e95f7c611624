"""Where scripts are forbidden, everything can still be asked, answered and escalated."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.cast import World
from tests.journeys import pages
from tests.journeys.browser import PHONE, Street, Visit
from tests.journeys.site import letters

EMAIL = "nora@mail.example"
QUESTION = "May we send a new one?"


@pytest.fixture
def plain(street: Street) -> Any:
    """Opens windows that run no script."""

    def open_window(person: Any = None, **options: Any) -> Visit:
        return street.visit(person, java_script_enabled=False, **options)

    return open_window


def test_customer_asks_follows_and_adds(plain: Any, world: World) -> None:
    visit = plain(viewport=PHONE)
    pages.ask(visit, "voltarra", subject="It blinks", body="Red, twice.", name="Nora", email=EMAIL)

    pages.follow(visit, pages.link_in(letters(world, world.c1, EMAIL)[-1].text))
    pages.write(visit, "Now it hums.")

    expect(visit.page.locator(".thread .msg")).to_have_count(2)


def test_agent_takes_answers_notes_and_skips(plain: Any, world: World) -> None:
    factories.ticket(world, world.r1, subject="It blinks")
    visit = plain(world.v1)
    page = visit.go("/desk/")

    page.get_by_role("link", name="Skip, with a reason").click()
    expect(page.get_by_role("button", name="Skip it")).to_be_visible()
    visit.go("/desk/")
    page.get_by_role("button", name=re.compile("^Open next ticket")).click()
    pages.answer(visit, "Please press it twice.", client="Voltarra")
    page.get_by_label(re.compile("^Note with Voltarra")).check()
    page.get_by_label("Your text").fill("Seen twice this week.")
    page.get_by_role("button", name=re.compile("^Save note")).click()

    expect(page.locator(".thread .note")).to_contain_text("Seen twice this week.")


def test_client_answers_from_the_letter(plain: Any, world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject="It blinks")
    agent = plain(world.v1)
    agent.go(f"/desk/voltarra/{ticket.number}/")
    pages.escalate(agent, client="Voltarra", question=QUESTION)

    contact = plain(viewport=PHONE)
    contact.expects = {410}  # an answered link is gone
    page = contact.go(pages.link_in(letters(world, world.c1, world.e1.email)[-1].text))
    page.get_by_label("Your answer, to support").fill("Yes.")
    page.get_by_role("button", name="Send answer to support").click()

    agent.page.reload()
    expect(agent.page.locator(".thread")).to_contain_text("Yes.")
    expect(pages.fact(agent.page, "Waiting on")).to_contain_text("Us")
