"""A hidden field is shown on request, a caller verified, a number called, with a browser and without its scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.cast import World
from tests.journeys.browser import Street
from tickets.models import Customer, Ticket

PHONE, PAYER = "+46701112233", "SE-7788-4417"


@pytest.fixture
def ticket(world: World) -> Ticket:
    """An open ticket, nobody's yet, of a customer of whom more is known than may be seen."""
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(phone=PHONE)
    factories.fact(world, world.r1, "Payer", PAYER, "sensitive")
    return factories.ticket(world, world.r1)


def button(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("button", name=re.compile(f"^{name}"))


def test_whoever_has_the_ticket_sees_a_field_by_one_click_and_no_more_after_reloading(
    street: Street, world: World, ticket: Ticket
) -> None:
    factories.held(world, world.v1, ticket)
    page = street.visit(world.v1).go(f"/desk/voltarra/{ticket.number}/")
    record = page.locator("dl.rec").first
    expect(record).to_contain_text(PHONE)
    expect(record).not_to_contain_text(PAYER)

    button(page, "Show Payer").click()
    expect(record).to_contain_text(PAYER)
    page.reload()

    expect(record).to_contain_text("Payer")
    expect(record).not_to_contain_text(PAYER)


def test_without_a_ticket_a_reason_is_chosen_once(street: Street, world: World, ticket: Ticket) -> None:
    page = street.visit(world.v1).go(f"/desk/voltarra/customers/{world.r1.pk}/")
    record = page.locator("dl.rec").first
    expect(record).to_contain_text("+46 •• ••• •• 33")

    button(page, "Show Payer").click()
    button(page, "Correcting the record").click()
    expect(record).to_contain_text(PAYER)
    button(page, "Show Phone").click()

    expect(record).to_contain_text(PHONE)


def test_a_caller_is_verified_beside_the_ticket(street: Street, world: World, ticket: Ticket) -> None:
    page = street.visit(world.v1).go(f"/desk/voltarra/{ticket.number}/")

    page.get_by_text("Verify the caller").click()
    page.get_by_label("What did you ask for?").select_option("payer")
    page.get_by_label("What does the caller say?").fill("se 7788 4417")
    button(page, "Check").click()
    expect(page.locator("form.verify")).to_contain_text("Match")
    page.get_by_label("What does the caller say?").fill("12")
    button(page, "Check").click()

    expect(page.locator("form.verify")).to_contain_text("No match")
    expect(page.locator("body")).not_to_contain_text(PAYER)


def test_without_scripts_it_is_a_page(street: Street, world: World, ticket: Ticket) -> None:
    visit = street.visit(world.v1, java_script_enabled=False)
    page = visit.go(f"/desk/voltarra/customers/{world.r1.pk}/")

    button(page, "Show Payer").click()
    button(page, "Correcting the record").click()
    expect(page.get_by_role("main")).to_contain_text(PAYER)
    page.get_by_role("link", name=re.compile("Rita")).click()

    expect(page.get_by_role("main")).not_to_contain_text(PAYER)


def test_a_call_leaves_the_page_as_it_is(street: Street, world: World, ticket: Ticket) -> None:
    factories.held(world, world.v1, ticket)
    visit = street.visit(world.v1)
    page = visit.go(f"/desk/voltarra/customers/{world.r1.pk}/")
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.headers.get("location", "")))

    with page.expect_response(re.compile("/call/$")):
        button(page, "Call").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Rita Svensson")
    assert f"tel:{PHONE}" in asked
