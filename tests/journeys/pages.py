"""What people do on a page, in their words; each helper ends where the page shows that it happened."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.browser import Visit


def link_in(text: str) -> str:
    """The one address in a letter."""
    (found,) = re.findall(r"https?://\S+", text)
    return str(found)


def ask(visit: Visit, slug: str, *, subject: str, body: str, name: str, email: str) -> int:
    """Open a ticket as a visitor of the portal; returns the number that the page gives."""
    page = visit.go(f"/{slug}/new/")
    page.get_by_label("What is it about?").fill(subject)
    page.get_by_role("radio").first.check()
    page.get_by_label("Tell us more").fill(body)
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your e-mail").fill(email)
    page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    return int(page.locator(".big").inner_text().removeprefix("#"))


def ask_for_link(visit: Visit, slug: str, email: str) -> None:
    """Have the portal mail the link to everything this customer has asked."""
    page = visit.go(f"/{slug}/sign-in/")
    page.get_by_label("Your e-mail").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Look into your mailbox")


def follow(visit: Visit, link: str) -> Page:
    """Open the link of a letter to a customer and press its button."""
    page = visit.go(link)
    page.get_by_role("button", name=re.compile("^Open my question")).click()
    expect(page.get_by_role("button", name=re.compile("^Open my question"))).to_have_count(0)
    return page


def write(visit: Visit, body: str) -> None:
    """Add something to the ticket that the portal shows."""
    visit.page.get_by_label("Add something").fill(body)
    visit.page.get_by_role("button", name=re.compile("^Send to")).click()
    expect(visit.page.locator(".thread")).to_contain_text(body)


def sign_in(visit: Visit, email: str, password: str) -> Page:
    """Sign in by the staff's own page."""
    page = visit.go("/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    return page


def answer(visit: Visit, body: str, *, client: str, then: str = "wait for the customer") -> None:
    """Answer the customer from the ticket's page in the client's name."""
    page = visit.page
    page.get_by_label("Your text").fill(body)
    page.get_by_role("combobox", name="then").select_option(then)
    page.get_by_role("button", name=re.compile(f"^Send as {client}")).click()
    expect(page.locator(".thread .msg.ours").last).to_contain_text(body)


def escalate(visit: Visit, *, client: str, question: str) -> None:
    """Ask the client one question from the ticket's page, and come back to it."""
    page = visit.page
    page.get_by_role("link", name=f"Escalate to {client}").click()
    page.get_by_label("The one question").fill(question)
    page.get_by_role("button", name=f"Ask {client}").click()
    expect(fact(page, "Waiting on")).to_contain_text(client)


def fact(page: Page, name: str) -> Locator:
    """One of the facts at the head of a ticket: what is needed, waiting on whom, until when."""
    return page.locator(".facts > div").filter(has=page.get_by_text(name, exact=True))
