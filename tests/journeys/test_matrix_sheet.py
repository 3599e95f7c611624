"""The matrix on paper and in a spreadsheet: printed on one page, copied by a button, pasted by the keyboard."""

import re

from playwright.sync_api import expect

from escalation import actions
from escalation.drafting import in_force
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from escalation.models import Contact
from tests.cast import World
from tests.journeys.browser import Street
from tickets.models import TicketCategory


def test_the_rows_of_the_draft_are_copied_and_pasted_back(street: Street, world: World) -> None:
    visit = street.visit(world.o1)
    page = visit.go("/client/voltarra/matrix/paste/")

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied. Paste it into a spreadsheet.")).to_be_visible()
    page.get_by_label("Rows and contacts").press("Control+v")
    page.get_by_role("button", name="Look at the result").click()

    expect(page.get_by_text("These are the rows of the draft: nothing would change.")).to_be_visible()


def test_twelve_rows_are_printed_on_one_page_with_the_clients_name_and_its_contacts(
    street: Street, world: World
) -> None:
    with world.enter(world.o1) as actor:
        names = [f"Ada Lindqvist {number}" for number in range(10)]
        contacts = [
            Contact.objects.create(client=world.c1, name=name, email=f"ada{n}@voltarra.example", phone=f"+46 70 {n}")
            for n, name in enumerate(names)
        ]
        lead = Who(Target.ROLE, "team_lead")
        paths = [
            Path(
                f"Path {row}",
                tuple(
                    Step(When(minutes=after), (Who(Target.CONTACT, contacts[(row + after) % 10].key),), instead=(lead,))
                    for after in (0, 15, 30, 60)
                ),
            )
            for row in range(12)
        ]
        kinds = [
            TicketCategory.objects.create(client=world.c1, name=f"Charging at home {n}", slug=f"home-{n}").slug
            for n in range(3)
        ]
        rows = [Row(path.name, (kinds[n // 4],), n % 4 + 1, n % 4 + 1) for n, path in enumerate(paths)]
        version, _present = in_force(world.c1.pk)
        document = Document(tuple(rows), tuple(paths))
        actions.publish_matrix(actor, client_id=world.c1.pk, document=document, expected_version=version)
    page = street.visit(world.o1).go("/client/voltarra/matrix/")
    expect(page.get_by_text("ada3@voltarra.example")).to_be_hidden()

    page.emulate_media(media="print")

    expect(page.get_by_text(re.compile("As of \\d+ "))).to_be_visible()
    expect(page.locator(".only-print").get_by_text("Voltarra", exact=True)).to_be_visible()
    for number in range(10):
        expect(page.get_by_text(f"ada{number}@voltarra.example")).to_be_visible()
        expect(page.get_by_text(f"+46 70 {number}")).to_be_visible()
    # A page of a PDF is an object of its own; the tree that holds them is /Pages.
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    chip = page.locator(".path .chip").first
    assert chip.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    assert chip.evaluate("e => getComputedStyle(e).printColorAdjust") == "exact"
