"""What stands above and beside the list: the next ticket where it belongs, and the view that one is in."""

import re

import pytest

from tests import factories
from tests.cast import World

HERE = re.compile(r'<a href="[^"]*" aria-current="page">([^<]+?) <span class="n"')


@pytest.mark.parametrize(
    ("query", "is_shown"),
    [("", True), ("?client=voltarra", True), ("?client=alderby", False), ("?priority=4", False), ("?tag=x", False)],
)
def test_the_next_ticket_stands_only_above_a_list_that_it_belongs_to(world: World, query: str, is_shown: bool) -> None:
    factories.ticket(world, world.r1)

    page = world.browser(world.v12).get(f"/desk/{query}").content.decode()

    assert ('id="next-h"' in page) is is_shown


@pytest.mark.parametrize(
    ("query", "view"),
    [("", "Due next"), ("?status=open", "Due next"), ("?status=solved", "All"), ("?status=closed&view=mine", "Mine")],
)
def test_what_is_done_is_not_due_next(world: World, query: str, view: str) -> None:
    page = world.browser(world.v1).get(f"/desk/{query}").content.decode()

    assert HERE.findall(page) == [view]
