"""Every page of the routes, seen on a phone and on a desk, by day and by night."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from access.doors import Door, Kind, door_of
from access.errors import MethodMissing
from tests.cast import World
from tests.journeys.browser import DESK, PHONE, Street, Visit
from tests.journeys.examine import barriers, movements, settle
from tests.walls.matrix import address, patterns
from tests.walls.places import Places
from tests.walls.routes import ROWS

pytestmark = pytest.mark.slow

# Who looks at the pages behind each kind of door; the API has no pages of its own.
LOOKERS = {
    Kind.PUBLIC: "visitor",
    Kind.PORTAL: "r1",
    Kind.LETTER: "visitor",
    Kind.STAFF: "lead",
    Kind.CONSOLE: "o1",
    Kind.OFFICE: "office",
    Kind.DEMO: "visitor",
}
# Not seen from their address alone, each with the reason.
ELSEWHERE = {
    "api:docs": "a page of the schema library's own making",
    "health_engine": "no worker runs beside a test, so it says 503, and is for programs",
    "health_ready": "no worker runs beside a test, so it says 503, and is for programs",
    "account_reset_password_from_key": "its link goes out by mail",
    "account_passkey": "a challenge, for the script of the sign-in page",
    "company_start": "neither client signs in by itself",
    "company_callback": "neither client signs in by itself",
}
# Shown where something is refused, so they stand at no address of their own.
REFUSED = {"not found": ("lead", "/desk/voltarra/987654/", 404), "right missing": ("e1", "/desk/", 403)}


# What the routes that need a question are asked, as in the route matrix.
ASKED = {row.view: row.query for row in ROWS if row.method == "GET"}
OTHER_STATES = {
    Kind.STAFF: (
        "/desk/?view=all",
        "/desk/?q=nothing+has+these+words",
        "/desk/?q=rita&view=all",
        "/desk/customers/?q=rita",
        "/desk/?sort=priority",
    ),
    Kind.PORTAL: (
        "/voltarra/articles/?q=door",
        "/voltarra/articles/?q=zebra",
        "/voltarra/sign-in/?sent=1",
        "/voltarra/questions/?show=done",
    ),
    Kind.CONSOLE: ("/client/voltarra/inbox/?state=answered", "/client/voltarra/reports/?period=last_month"),
}


def door_for_reading(view: Any) -> Door | None:
    """The door of a route's GET, where it has one."""
    try:
        return door_of(view, "GET")
    except MethodMissing:
        return None


def addresses_behind(kind: Kind, places: Places) -> Iterator[str]:
    """The addresses that the routes behind one kind of door answer, and some of the same page in another state."""
    for view, pattern in patterns().items():
        door = door_for_reading(pattern.callback)
        if door is not None and door.kind is kind and view not in ELSEWHERE:
            query = ASKED[view](places.c1) if callable(ASKED.get(view)) else ASKED.get(view)
            yield address(view, places.c1) + (f"?{urlencode(query)}" if query else "")
    yield from OTHER_STATES.get(kind, ())


def pages_behind(kind: Kind, visit: Visit, places: Places) -> Iterator[str]:
    """Those of the addresses that show a whole page: no fragment, download or redirect."""
    for path in addresses_behind(kind, places):
        answer = visit.context.request.get(visit.site.base + path, max_redirects=0)
        assert answer.status in (200, 204, 302, 405), f"{path} answers {answer.status}"
        is_html = answer.status == 200 and answer.headers["content-type"].startswith("text/html")
        if is_html and "<!doctype html>" in answer.text():
            yield path


def look(visit: Visit, path: str) -> list[str]:
    """Load a page in the light, then turn to the dark; returns what is wrong with it."""
    # Without motion: a colour that fades has no contrast of its own.
    visit.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page = visit.go(path)
    settle(page)
    by_day = movements(page) + barriers(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    settle(page)
    by_night = [f"in the dark: {line}" for line in barriers(page, colours_alone=True)]
    return [f"{path}: {line}" for line in by_day + by_night]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", LOOKERS, ids=[kind.value for kind in LOOKERS])
def test_every_page_is_open_to_everybody(street: Street, places: Places, kind: Kind, viewport: dict[str, int]) -> None:
    looker = LOOKERS[kind]
    visit = street.visit_with(places.cookies.get(looker, ""), viewport=viewport)

    paths = list(pages_behind(kind, visit, places))

    assert paths
    assert "\n".join(line for path in paths for line in look(visit, path)) == ""


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_every_refusal_is_open_to_everybody(street: Street, world: World, viewport: dict[str, int]) -> None:
    wrong = []
    for looker, path, status in REFUSED.values():
        visit = street.visit(getattr(world, looker), viewport=viewport)
        visit.expects = {status}
        wrong += look(visit, path)

    assert "\n".join(wrong) == ""
