"""The matrix goes into a spreadsheet and back: copied by a button, pasted by the keyboard."""

from playwright.sync_api import expect

from tests.cast import World
from tests.journeys.browser import Street


def test_the_rows_in_force_are_copied_and_pasted_back(street: Street, world: World) -> None:
    visit = street.visit(world.o1)
    page = visit.go("/client/voltarra/matrix/paste/")

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied. Paste it into a spreadsheet.")).to_be_visible()
    page.get_by_label("Rows and contacts").press("Control+v")
    page.get_by_role("button", name="Look at the result").click()

    expect(page.get_by_text("These are the rows in force: nothing would change.")).to_be_visible()
