"""The rows of the matrix are put into another order: dragged with the pointer, and moved by the keyboard."""

from playwright.sync_api import Locator, Page, expect

from escalation import actions, drafting
from escalation.drafting import in_force
from escalation.matrix.document import Document, Path, Row, Step, Target, When, Who
from tests.cast import World
from tests.journeys.browser import Street, Visit

EDIT = "/client/voltarra/matrix/edit/"
NAMES = ("First", "Second", "Third", "Fourth")


def publish(world: World) -> None:
    """Four rows, each with a path of its own."""
    told = (Step(When(), (Who(Target.ROLE, "team_lead"),)),)
    document = Document(tuple(Row(name) for name in NAMES), tuple(Path(name, told) for name in NAMES))
    with world.enter(world.o1) as actor:
        version, _present = in_force(world.c1.pk)
        actions.publish_matrix(actor, client_id=world.c1.pk, document=document, expected_version=version)


def drafted(world: World) -> list[str]:
    with world.enter(world.c1):
        return [row.path for row in drafting.draft_of(world.c1.pk).document.rows]


def opened(street: Street, world: World) -> Visit:
    publish(world)
    visit = street.visit(world.o1)
    visit.go(EDIT).wait_for_load_state("load")
    return visit


def grip(page: Page, name: str) -> Locator:
    return rows(page).filter(has=page.locator(f'input[name$="-path"][value="{name}"]')).locator("[data-sort-handle]")


def rows(page: Page) -> Locator:
    return page.locator("[data-sort-row]")


def shown(page: Page) -> list[tuple[str, str]]:
    """From the top each row's number and its path."""
    numbers = page.locator("[data-sort-number]").all_inner_texts()
    paths = page.locator('[data-sort-row] input[name$="-path"]').all()
    return list(zip(numbers, [each.input_value() for each in paths], strict=True))


def numbered(*names: str) -> list[tuple[str, str]]:
    return [(str(number), name) for number, name in enumerate(names, start=1)]


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("[data-sort]")).to_have_count(0)


def test_a_row_is_dragged_to_another_place_and_saved_there(street: Street, world: World) -> None:
    page = opened(street, world).page
    assert shown(page) == numbered(*NAMES)
    (x, y), (_x, last) = middle(grip(page, "First")), middle(grip(page, "Third"))

    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, last + 8, steps=12)
    expect(page.locator("[data-sort-row].dragged")).to_have_count(1)
    page.mouse.up()

    expect(page.locator("[data-sort-row].dragged")).to_have_count(0)
    assert shown(page) == numbered("Second", "Third", "First", "Fourth")
    # Let go of, it stays where it is.
    page.mouse.move(x, y, steps=5)
    assert shown(page) == numbered("Second", "Third", "First", "Fourth")
    assert drafted(world) == list(NAMES)

    save(page)
    assert drafted(world) == ["Second", "Third", "First", "Fourth"]
    page.goto(page.url.partition("/matrix/")[0] + "/matrix/edit/")
    assert shown(page) == numbered("Second", "Third", "First", "Fourth")


def test_a_row_is_moved_by_the_arrows_on_its_handle_and_saved_there(street: Street, world: World) -> None:
    page = opened(street, world).page

    grip(page, "Fourth").focus()
    page.keyboard.press("ArrowUp")
    expect(grip(page, "Fourth")).to_be_focused()
    page.keyboard.press("ArrowUp")
    assert shown(page) == numbered("First", "Fourth", "Second", "Third")
    for _time in range(6):
        page.keyboard.press("ArrowUp")
    assert shown(page) == numbered("Fourth", "First", "Second", "Third")
    page.keyboard.press("ArrowDown")
    expect(grip(page, "Fourth")).to_be_focused()

    page.get_by_role("button", name="Move row 1 down").press("Enter")
    save(page)
    assert drafted(world) == ["Fourth", "First", "Second", "Third"]
