"""Walking the queue's pages there and back."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.cast import Browser, World

ROW = re.compile(r'data-key-row href="/desk/voltarra/(\d+)/"')
WAY = re.compile(r'rel="(prev|next)" href="([^"]+)" data-key="(\w)"')


def _fill(world: World, count: int) -> None:
    """So many open tickets like the first."""
    factories.alike(world, factories.ticket(world, world.r1), count - 1)


def _read(browser: Browser, address: str) -> tuple[list[str], dict[str, str], int]:
    """The tickets of a page, its ways on and back, and how many statements it took."""
    with CaptureQueriesContext(connection) as asked:
        html = browser.get(address).content.decode()
    ways = {rel: url.replace("&amp;", "&") for rel, url, _key in WAY.findall(html)}
    return ROW.findall(html), ways, len(asked)


def test_the_way_back_shows_the_same_tickets_at_the_same_price(world: World) -> None:
    _fill(world, 120)
    browser, address, there = world.browser(world.v1), "/desk/?view=unassigned", []
    browser.get(address)

    while address:
        there.append(_read(browser, address))
        address = there[-1][1].get("next", "")
    back, address = [], there[-1][1]["prev"]
    while address:
        back.append(_read(browser, address))
        address = back[-1][1].get("prev", "")

    assert [len(rows) for rows, _ways, _asked in there] == [50, 50, 20]
    assert [rows for rows, _ways, _asked in back] == [rows for rows, _ways, _asked in there[-2::-1]]
    assert len({asked for _rows, _ways, asked in (*there, *back)}) == 1
    assert [sorted(ways) for _rows, ways, _asked in there] == [["next"], ["next", "prev"], ["prev"]]


def test_the_ways_keep_view_and_filter(world: World) -> None:
    _fill(world, 60)
    browser = world.browser(world.v1)

    _rows, ways, _asked = _read(browser, "/desk/?view=unassigned&sort=priority&client=voltarra")
    _rows, ways, _asked = _read(browser, ways["next"])

    for part in ("view=unassigned", "sort=priority", "client=voltarra"):
        assert part in ways["prev"]


def test_one_page_has_no_way_on(world: World) -> None:
    _fill(world, 3)

    assert _read(world.browser(world.v1), "/desk/")[1] == {}
