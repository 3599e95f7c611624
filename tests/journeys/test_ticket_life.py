"""One ticket from the customer's question to the client's report, by everybody who has a part in it."""

import re

import pytest
from playwright.sync_api import expect

from access.models import Client
from access.tasks import in_client
from knowledgebase.actions import Foreign, import_article
from tests import factories
from tests.cast import World
from tests.journeys import pages
from tests.journeys.browser import PHONE, Street, Visit
from tests.journeys.examine import barriers, movements
from tests.journeys.site import letters

PASSWORD = "correct horse battery staple"
NORA = {"name": "Nora Berg", "email": "nora@mail.example"}
SUBJECT = "The charger blinks red"
QUESTION = "May we send Nora a new cable?"


def shelve(client: Client) -> None:
    """An article for everybody and a playbook for agents, both about what Nora asks."""
    playbook = "Never promise a day.\n\n> Could you send us a picture of the cable?"
    articles = (
        ("blink", "public", "When the charger blinks red", "Unplug it for ten seconds, then plug it in again."),
        ("cable", "agents", "Playbook: charger blinks red", playbook),
    )
    with in_client(client.pk, "tests.shelve") as actor:
        for key, audience, title, body in articles:
            import_article(actor, client_id=client.pk, foreign=Foreign(key, title, body, "Charging", audience))


def ask_in_the_portal(visit: Visit) -> int:
    page = visit.go("/voltarra/")
    expect(page.get_by_role("heading", level=1)).to_have_text("How can we help?")
    page.get_by_role("link", name="Write to us").first.click()
    page.get_by_label("What is it about?").press_sequentially("charger blinks red", delay=5)
    expect(page.locator("#may-help")).to_contain_text("When the charger blinks red")
    expect(page.locator("#may-help")).not_to_contain_text("Playbook")
    return pages.ask(visit, "voltarra", subject=SUBJECT, body="It does so since the storm.", **NORA)


def work_by_the_playbook(visit: Visit) -> None:
    page = visit.page
    expect(page.get_by_text("You speak as Voltarra")).to_be_visible()
    hint = page.locator(".hint").filter(has_text="Playbook: charger blinks red")
    hint.get_by_role("button", name=re.compile("^Insert")).click()
    # Into an answer goes what the playbook says word for word, and nothing of the rest.
    expect(page.get_by_label("Your text")).to_have_value(re.compile("Could you send us a picture of the cable"))
    expect(page.get_by_label("Your text")).not_to_have_value(re.compile("Never promise"))
    expect(page.get_by_text("Words that are for agents only")).to_be_hidden()
    pages.answer(visit, "Could you send us a picture of the cable?", client="Voltarra", then="leave it with us")
    expect(page.locator("#toasts")).to_contain_text("Sent.")
    expect(page.locator(".thread .msg.ours").last).to_be_focused()
    page.get_by_label("Your text").press("Escape")
    expect(page.get_by_label("Your text")).not_to_be_focused()


def answer_by_phone(visit: Visit, link: str) -> None:
    """What the client's contact does, standing in a corridor, without an account."""
    visit.expects = {410}  # once answered, the link shows that it is gone
    page = visit.go(link)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    assert movements(page) + barriers(page) == []
    page.get_by_label("Your answer, to support").fill("Yes, send one today.")
    page.get_by_role("button", name="Send answer to support").click()
    visit.go(link)
    expect(visit.page.get_by_text("This link is spent").first).to_be_visible()


def close_and_reopen(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Close this question").click()
    expect(page.get_by_role("heading", name="This question is closed")).to_be_visible()
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_role("button", name="Close this question")).to_be_visible()


@pytest.fixture
def agent_with_password(world: World) -> None:
    world.v1.set_password(PASSWORD)
    world.v1.save(update_fields=["password"])


@pytest.mark.slow
def test_question_is_asked_escalated_answered_and_counted(
    street: Street, world: World, agent_with_password: None
) -> None:
    shelve(world.c1)
    nora = street.visit()
    number = ask_in_the_portal(nora)

    agent = street.visit()
    pages.sign_in(agent, world.v1.email, PASSWORD)
    expect(agent.page.get_by_role("heading", name=SUBJECT)).to_be_visible()
    agent.page.get_by_role("button", name=re.compile("^Open next ticket")).click()
    work_by_the_playbook(agent)
    pages.escalate(agent, client="Voltarra", question=QUESTION)
    expect(pages.fact(agent.page, "Until")).to_contain_text("our clock stands still")

    asked = letters(world, world.c1, world.e1.email)[-1]
    answer_by_phone(street.visit(viewport=PHONE), pages.link_in(asked.text))
    agent.page.reload()
    expect(pages.fact(agent.page, "Waiting on")).to_contain_text("Us")
    expect(pages.fact(agent.page, "Until")).not_to_contain_text("stands still")
    expect(agent.page.locator(".thread")).to_contain_text("Yes, send one today.")
    pages.answer(agent, "A new cable is on its way.", client="Voltarra", then="solved")

    pages.follow(nora, pages.link_in(letters(world, world.c1, NORA["email"])[-1].text))
    expect(nora.page.locator(".thread")).to_contain_text("A new cable is on its way.")
    expect(nora.page.locator(".thread")).not_to_contain_text("Yes, send one today.")
    close_and_reopen(nora)

    counted(street.visit(world.o1), number)


def counted(visit: Visit, number: int) -> None:
    """The client's report counts the ticket, and its number leads to it."""
    page = visit.go("/client/voltarra/reports/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    figure = page.get_by_role("region", name="Escalated to Voltarra").get_by_role("link").first
    expect(figure).to_contain_text("1")
    figure.click()
    expect(page.get_by_text(f"#{number}").first).to_be_visible()


def test_client_sees_what_waits_for_it_takes_over_and_who_looked(street: Street, world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject=SUBJECT)
    agent = street.visit(world.v1)
    agent.go(f"/desk/voltarra/{ticket.number}/")
    pages.escalate(agent, client="Voltarra", question=QUESTION)

    client = street.visit(world.a1)
    client.expects = {410}
    page = client.go("/client/voltarra/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Waiting for you: 1")
    link = pages.link_in(letters(world, world.c1, world.a1.email)[-1].text)
    page = client.go(link)
    page.get_by_role("button", name="We take over").click()
    client.go(f"/desk/voltarra/{ticket.number}/")
    pages.answer(client, "This is Alma at Voltarra: I bring you one.", client="Voltarra")

    owner = street.visit(world.o1)
    page = owner.go("/client/voltarra/access-log/")
    expect(page.locator("main")).to_contain_text("Vera Ahlm")
    page = owner.go(f"/desk/voltarra/customers/{world.r1.pk}/")
    expect(page.locator(".seen-by")).to_contain_text("Alma Voltarra")
    expect(page.locator(".seen-by")).to_contain_text("Vera Ahlm")
