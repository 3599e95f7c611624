"""Every page of the routes, seen on a phone and on a desk, by day and by night."""

from collections.abc import Iterator

import pytest

from access.doors import Kind, door_of
from tests.cast import World
from tests.journeys.browser import DESK, PHONE, Street, Visit
from tests.journeys.examine import barriers, movements
from tests.walls import places as furniture
from tests.walls.matrix import address, patterns
from tests.walls.places import Places

# Who looks at the pages behind each kind of door; the API has no pages of its own.
LOOKERS = {
    Kind.PUBLIC: "visitor",
    Kind.PORTAL: "r1",
    Kind.LETTER: "visitor",
    Kind.STAFF: "lead",
    Kind.CONSOLE: "o1",
    Kind.DEMO: "visitor",
}
# Not seen from their address alone, each with the reason.
ELSEWHERE = {
    "api:docs": "a page of the schema library's own making",
    "health_ready": "no worker runs beside a test, so it says 503, and is for programs",
    "account_reset_password_from_key": "its link goes out by mail",
    "portal:opened": "shown to the browser that has just asked; the portal's journey sees it",
}
# Shown where something is refused, so they stand at no address of their own.
REFUSED = {"not found": ("lead", "/desk/voltarra/987654/", 404), "right missing": ("e1", "/desk/", 403)}


def pages_behind(kind: Kind, visit: Visit, places: Places) -> Iterator[str]:
    """The addresses of the whole pages (no fragments, downloads or redirects) behind one kind of door."""
    for view, pattern in patterns().items():
        door = door_of(pattern.callback, "GET")
        if door is None or door.kind is not kind or view in ELSEWHERE:
            continue
        path = address(view, places.c1)
        answer = visit.context.request.get(visit.site.base + path, max_redirects=0)
        assert answer.status in (200, 204, 302, 405), f"{view} answers {answer.status}"
        if (
            answer.status == 200
            and "text/html" in answer.headers["content-type"]
            and "<!doctype html>" in answer.text()
        ):
            yield path


def look(visit: Visit, path: str) -> list[str]:
    """Load a page in the light, then turn to the dark; returns what is wrong with it."""
    visit.page.emulate_media(color_scheme="light")
    page = visit.go(path)
    page.wait_for_load_state("networkidle")
    by_day = movements(page) + barriers(page)
    page.emulate_media(color_scheme="dark")
    by_night = [f"in the dark: {line}" for line in barriers(page)]
    return [f"{path}: {line}" for line in by_day + by_night]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", LOOKERS, ids=[kind.value for kind in LOOKERS])
def test_every_page_is_open_to_everybody(street: Street, world: World, kind: Kind, viewport: dict[str, int]) -> None:
    places = furniture.build(world)
    looker = LOOKERS[kind]
    visit = street.visit(getattr(world, looker, None), viewport=viewport, reduced_motion="reduce")

    paths = list(pages_behind(kind, visit, places))

    assert paths
    assert [line for path in paths for line in look(visit, path)] == []


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_refusal_is_open_to_everybody(street: Street, world: World, viewport: dict[str, int]) -> None:
    wrong = []
    for looker, path, status in REFUSED.values():
        visit = street.visit(getattr(world, looker), viewport=viewport)
        visit.expects = {status}
        wrong += look(visit, path)

    assert wrong == []
