"""A client with a real past: its conversations and playbooks come in by command, then its queue is worked."""

import gzip
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from access import actions
from access.models import Client, User
from access.rights import Role
from tests.cast import World
from tests.journeys import pages
from tests.journeys.browser import PHONE, Street
from tests.journeys.site import letters
from tests.servers import ROOT
from tickets.models import Ticket

DATA = ROOT.parent / "shared" / "data"
CONVERSATIONS, GUIDELINES = DATA / "conversations.jsonl.gz", DATA / "guidelines.jsonl"
TAKEN = 300
SLUG, NAME, ADMIN = "northside", "Northside", "ada@northside.example"
# Said by one customer among the first.
WORDS = "dang noisy west"
QUESTION = "May we offer the room at the old price?"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CONVERSATIONS.exists() and GUIDELINES.exists()),
        reason="the real conversations are not beside this checkout (../shared/data)",
    ),
]


def told(capsys: pytest.CaptureFixture[str], command: str, *arguments: str, **options: Any) -> str:
    """What a command says."""
    call_command(command, *arguments, **options)
    return capsys.readouterr().out


@pytest.fixture
def northside(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Client:
    """The client, made and filled as an operator does it; every import runs twice."""
    told(capsys, "create_client", SLUG, name=NAME, vendor="havnvik", admin_email=ADMIN, admin_name="Ada North")
    client = Client.objects.get(slug=SLUG)
    actions.hire(client=client, user=world.v1, role=Role.AGENT)
    few = tmp_path / "conversations.jsonl.gz"
    with gzip.open(CONVERSATIONS, "rb") as whole, gzip.open(few, "wb") as part:
        part.writelines(islice(whole, TAKEN))

    for command, path, what in (
        ("import_articles", GUIDELINES, "articles"),
        ("import_conversations", few, "conversations"),
    ):
        options = {"client": SLUG, "rejects": tmp_path / f"{what}.rejects"}
        first, again = (told(capsys, command, str(path), **options) for _ in range(2))
        assert re.match(rf"[1-9]\d* {what} imported, .*\b0 were there already, 0 lines rejected", first)
        assert re.match(rf"0 {what} imported, (0 changed, )?[1-9]\d* were there already, 0 lines rejected", again)
    return client


def find(page: Page, words: str) -> None:
    """Find a ticket by its text, whatever state it is in, and open it."""
    search = page.get_by_role("searchbox", name="Search tickets and customers", exact=True)
    search.fill(words)
    search.press("Enter")
    page.locator("[data-key-row]").first.click()
    expect(page.get_by_text(f"You speak as {NAME}")).to_be_visible()


def insert_best_playbook(page: Page) -> None:
    hint = page.locator(".hint").filter(has_text="Playbook").first
    hint.get_by_role("button", name=re.compile("^Insert")).click()
    # These playbooks quote nothing, so nothing of them goes to a customer unasked.
    expect(page.get_by_text("This playbook is for agents only.")).to_be_visible()
    expect(page.get_by_label("Your text")).to_have_value("")
    page.get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_label("Your text")).not_to_have_value("")
    expect(page.get_by_text("Words that are for agents only")).to_be_visible()


def test_imported_queue_is_worked_by_agent_client_and_customer(street: Street, world: World, northside: Client) -> None:
    agent = street.visit(world.v1)
    find(agent.go("/desk/"), WORDS)
    number = int(re.findall(r"/(\d+)/", agent.page.url)[-1])
    with world.enter(northside):
        customer = Ticket.objects.select_related("customer").get(client=northside, number=number).customer
    # Solved long ago, so it has been closed since.
    agent.page.get_by_role("button", name="Open again").click()
    insert_best_playbook(agent.page)
    agent.page.get_by_role("combobox", name="then").select_option("leave it with us")
    agent.page.get_by_role("button", name=re.compile("^Send as")).click()
    pages.escalate(agent, client=NAME, question=QUESTION)

    contact = street.visit(viewport=PHONE)
    contact.expects = {410}  # an answered link is gone
    page = contact.go(pages.link_in(letters(world, northside, ADMIN)[-1].text))
    page.get_by_label("Your answer, to support").fill("Yes, the old price.")
    page.get_by_role("button", name="Send answer to support").click()
    agent.page.reload()
    pages.answer(agent, "You get the old price.", client=NAME, then="solved")

    visit = street.visit(viewport=PHONE)
    pages.follow(visit, pages.link_in(letters(world, northside, customer.email)[-1].text))
    expect(visit.page.locator(".thread")).to_contain_text("You get the old price.")

    admin = street.visit(User.objects.get(email=ADMIN))
    page = admin.go(f"/client/{SLUG}/reports/?period=today")
    escalated = page.get_by_role("region", name=f"Escalated to {NAME}").get_by_role("link").first
    expect(escalated).to_contain_text("1")
