"""Two hundred past tickets, drawn by lot, on the client's page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from access import actor as actors
from access.rights import Right
from tests import factories
from tests.cast import World

URL = reverse("console:matrix_lot", kwargs={"client": "voltarra"})


@pytest.fixture
def past(world: World) -> Iterator[list[int]]:
    """Three of yesterday's, and one of today's."""
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as now:
        numbers = [factories.ticket(world, world.r1).number for _n in range(3)]
        now.shift(timedelta(days=1))
        factories.ticket(world, world.r1)
        yield numbers


def test_yesterdays_tickets_are_drawn_with_the_way_to_their_timeline(world: World, past: list[int]) -> None:
    page = world.browser(world.o1).get(URL)

    assert page.status_code == 200
    assert sorted(ticket.number for ticket, _one in page.context["drawn"]) == sorted(past)
    assert [(share.count, share.percent) for share in page.context["shares"]] == [(3, 100)]
    text = page.content.decode()
    assert f"?number={past[0]}&amp;at=2026-11-23T10:00#tried" in text


def test_a_reload_shows_the_same_draw_and_nonsense_is_the_first_one(world: World, past: list[int]) -> None:
    browser = world.browser(world.o1)

    first = browser.get(URL, {"seed": "7", "until": "2026-11-24"}).context["drawn"]
    assert browser.get(URL, {"seed": "7", "until": "2026-11-24"}).context["drawn"] == first
    for bad in ({"seed": "x"}, {"until": "never"}, {"until": "9999-12-31"}, {"version": "999999"}):
        assert browser.get(URL, bad).status_code == 200


def test_whoever_may_not_read_tickets_sees_the_picture_alone(world: World, past: list[int], monkeypatch) -> None:
    monkeypatch.setattr(actors, "holds", lambda standing, right: right is Right.MATRIX_READ)

    page = world.browser(world.o1).get(URL)

    assert page.context["shares"][0].count == 3
    assert f"#{past[0]}" not in page.content.decode()


def test_without_any_it_says_so(world: World) -> None:
    assert "There are no past tickets yet" in world.browser(world.o1).get(URL).content.decode()


def test_of_more_than_two_hundred_two_hundred_are_drawn_and_another_draw_is_another(world: World) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as now:
        ticket = factories.ticket(world, world.r1)
        factories.alike(world, ticket, 240)
        now.shift(timedelta(days=1))
        browser = world.browser(world.o1)
        pages = [browser.get(URL, {"seed": seed, "until": "2026-11-24"}) for seed in ("1", "2")]

    first, second = ({ticket.number for ticket, _one in page.context["drawn"]} for page in pages)
    assert len(first) == len(second) == 200
    assert first != second
    assert first | second <= set(range(ticket.number, ticket.number + 241))
    assert [sum(share.count for share in page.context["shares"]) for page in pages] == [200, 200]
