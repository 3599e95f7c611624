"""The queue's filters under a name: kept for one person, opened and removed by nobody else."""

from functools import partial

import pytest

from access.errors import Invalid, NotFound
from tests import factories
from tests.cast import Browser, World
from tests.tickets.desk.acting import together
from tests.walls.test_query_counts import measure
from tickets.actions import saved_views
from tickets.models import SavedView

QUERY = "client=voltarra&priority=1&q=door"


def keep(browser: Browser, name: str = "Doors", query: str = f"?{QUERY}") -> str:
    """Send the form, and read the page that it leads to."""
    answer = browser.post("/desk/views/", {"name": name, "query": query}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def mine(world: World, person) -> dict[str, str]:
    with world.enter(person):
        return dict(SavedView.objects.values_list("name", "query"))


def test_filters_are_kept_under_a_name_and_opened_again(world: World) -> None:
    ticket = factories.ticket(world, world.r1, subject="The door stays shut", impact=1, urgency=1)
    browser = world.browser(world.v1)

    page = keep(browser)

    assert "Kept for you as “Doors”." in page
    assert f'href="/desk/?{QUERY.replace("&", "&amp;")}" aria-current="page"><bdi>Doors</bdi>' in page
    assert f"#{ticket.number}" in browser.get(f"/desk/?{QUERY}").content.decode()
    assert "<bdi>Doors</bdi>" in browser.get("/desk/").content.decode()


def test_a_view_is_one_persons_and_the_database_says_so(world: World) -> None:
    keep(world.browser(world.v1))
    view = next(iter(mine_ids(world)))

    for other in (world.v12, world.lead, world.o1):
        browser = world.browser(other)
        assert "Doors" not in browser.get("/desk/").content.decode()
        assert browser.post(f"/desk/views/{view}/remove/").status_code == 404
        assert mine(world, other) == {}
        with world.enter(other) as actor, pytest.raises(NotFound):
            saved_views.remove_view(actor, view_id=view)
    assert mine(world, world.v1) == {"Doors": QUERY}


def mine_ids(world: World) -> list[int]:
    with world.enter(world.v1):
        return list(SavedView.objects.values_list("pk", flat=True))


def test_it_is_removed_where_it_is_open(world: World) -> None:
    browser = world.browser(world.v1)
    page = keep(browser)
    address = page.split('<form class="line keep" method="post" action="')[1].split('"')[0]

    shown = browser.post(address, follow=True).content.decode()

    assert "Removed: “Doors”." in shown
    assert mine(world, world.v1) == {}
    assert browser.post(address).status_code == 404


def test_the_same_name_again_means_the_new_filters(world: World) -> None:
    browser = world.browser(world.v1)
    keep(browser)

    keep(browser, query="?q=window")

    assert mine(world, world.v1) == {"Doors": "q=window"}


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        (" ", "?q=door", "Give the view a name."),
        ("x" * 61, "?q=door", "60 fit. Please shorten it."),
        ("Doors", "", "there is nothing to keep"),
        ("Doors", "?client=tallholm", "there is nothing to keep"),
    ],
)
def test_what_cannot_be_kept_is_told(world: World, name: str, query: str, told: str) -> None:
    assert told in keep(world.browser(world.v1), name, query)
    assert mine(world, world.v1) == {}


def test_only_what_the_queue_knows_is_kept(world: World) -> None:
    keep(world.browser(world.v1), query="?q=door&next=https://evil.example&status=nonsense&after=forged#<script>")

    assert mine(world, world.v1) == {"Doors": "q=door"}


def test_a_person_keeps_twenty_and_may_still_change_them(world: World) -> None:
    with world.enter(world.v1) as actor:
        for number in range(saved_views.MOST_VIEWS):
            saved_views.keep_view(actor, name=f"View {number}", query="q=door")
        with pytest.raises(Invalid):
            saved_views.keep_view(actor, name="One more", query="q=door")

        saved_views.keep_view(actor, name="View 3", query="q=window")

    assert len(mine(world, world.v1)) == 20
    assert mine(world, world.v1)["View 3"] == "q=window"


def test_views_kept_at_once_stay_within_the_limit(world: World) -> None:
    with world.enter(world.v1) as actor:
        for number in range(saved_views.MOST_VIEWS - 1):
            saved_views.keep_view(actor, name=f"View {number}", query="q=door")

    def keep_one(name: str) -> bool:
        with world.enter(world.v1) as actor:
            try:
                saved_views.keep_view(actor, name=name, query="q=door")
            except Invalid:
                return False
        return True

    kept = together([partial(keep_one, f"At once {number}") for number in range(4)])

    assert sorted(kept) == [False, False, False, True]
    assert len(mine(world, world.v1)) == saved_views.MOST_VIEWS


def test_kept_views_cost_the_queue_no_statement(world: World) -> None:
    browser = world.browser(world.v1)
    without = measure(browser, "/desk/?q=door")

    keep(browser)

    assert measure(browser, "/desk/?q=door") == without
