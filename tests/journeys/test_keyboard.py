"""A working day on the desk without a mouse."""

import re

from playwright.sync_api import Page, expect

from knowledgebase.models import Revision
from tests import factories
from tests.cast import World
from tests.journeys import pages
from tests.journeys.browser import Street
from tickets.actions import conversation
from tickets.models import Message


def test_desk_is_worked_by_keyboard_alone(street: Street, world: World) -> None:
    for subject in ("The door stays shut", "The lamp is dark"):
        factories.ticket(world, world.r1, subject=subject)
    visit = street.visit(world.v1)
    page = visit.go("/desk/")
    press = page.keyboard.press

    for key in ("j", "j", "k"):
        press(key)
    chosen = page.locator("[data-key-row]").first
    expect(chosen).to_be_focused()
    subject = chosen.locator("bdi").inner_text()
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    _listens(page)

    press("r")
    expect(page.get_by_label("Your text")).to_be_focused()
    page.keyboard.type("Please try n, e and j. ")
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    press("Control+Enter")
    expect(page.locator(".thread .msg.ours")).to_contain_text("Please try n, e and j.")
    expect(pages.fact(page, "Waiting on")).to_contain_text("customer")

    press("n")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(subject)
    _listens(page)
    press("e")
    expect(page.get_by_label("The one question")).to_be_visible()


def _listens(page: Page) -> None:
    """Wait until the page that was just come to hears keys: its script runs once all of it has arrived."""
    page.wait_for_load_state("load")


def test_a_note_by_keyboard_is_written_where_it_belongs(street: Street, world: World) -> None:
    factories.ticket(world, world.r1)
    page = street.visit(world.v1).go("/desk/")
    press, body = page.keyboard.press, page.get_by_label("Your text")
    press("j")
    press("Enter")
    expect(body).to_be_visible()
    _listens(page)

    press("i")
    expect(body).to_be_focused()
    page.keyboard.type("Nobody in the key box, seen twice. ")
    press("Escape")
    press("r")
    page.keyboard.type("PS")

    expect(page.get_by_role("radio", name="To Rita")).to_be_checked()
    expect(body).to_have_value(re.compile(r"^Nobody in the key box, seen twice\. PS"))


def test_a_draft_is_gone_on_with_and_not_written_over(street: Street, world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    article = factories.article(world, world.c1, title="Doors", body="Use the other key.", audience="agents")
    with world.enter(world.c1):
        revision = Revision.objects.get(article=article)
    with world.enter(world.v1) as actor:
        conversation.keep_draft(
            actor,
            client_id=world.c1.pk,
            ticket_id=ticket.pk,
            body="Please wait.",
            audience=Message.Audience.PUBLIC,
            revisions=str(revision.pk),
        )
    page = street.visit(world.v1).go(f"/desk/voltarra/{ticket.number}/")

    page.keyboard.press("r")
    page.keyboard.type(" We come.")
    page.keyboard.press("Control+Enter")

    said = page.locator(".thread .msg.ours")
    expect(said).to_contain_text("Please wait. We come.")
    expect(said).to_contain_text("From “Doors”, revision 1")


def test_question_mark_lists_what_works_here_and_escape_closes_it(street: Street, world: World) -> None:
    factories.ticket(world, world.r1)
    page = street.visit(world.v1).go("/desk/")

    page.keyboard.press("?")

    dialog = page.get_by_role("dialog", name=re.compile("shortcuts", re.IGNORECASE))
    for label in ("next ticket", "skip", "search"):
        expect(dialog.get_by_text(label, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_single_keys_can_be_switched_off(street: Street, world: World) -> None:
    factories.ticket(world, world.r1)
    page = street.visit(world.v1).go("/desk/")

    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")

    expect(page).to_have_url(re.compile("/desk/$"))
    expect(page.get_by_role("button", name=re.compile("^Open next ticket"))).to_be_visible()


def test_h_and_l_turn_the_pages_of_the_queue(street: Street, world: World) -> None:
    factories.alike(world, factories.ticket(world, world.r1), 60)
    page = street.visit(world.v1).go("/desk/?view=all")
    top = page.locator("[data-key-row]").first.get_attribute("href")

    page.keyboard.press("l")
    expect(page.locator("[data-key-row]")).to_have_count(11)
    page.keyboard.press("h")

    expect(page.locator("[data-key-row]")).to_have_count(50)
    expect(page.locator("[data-key-row]").first).to_have_attribute("href", str(top))
