"""Fixtures of the journeys: the live site of this worker, a browser, and windows for people."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser
from psycopg import sql

from tests.cast import Snapshot, World
from tests.journeys import site as live
from tests.journeys.browser import Street, chromium
from tests.walls import furniture
from tests.walls import places as furnished
from tests.walls.places import Places

HERE = Path(__file__).parent
_nonces = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def _site(django_db_setup: None) -> Iterator[live.Site]:
    made = live.Site()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: its event loop must be gone before other tests of this worker run."""
    with chromium() as made:
        yield made


@pytest.fixture
def site(_site: live.Site, world: World, superuser: psycopg.Connection[Any], settings: Any) -> live.Site:
    """The live site over this test's world; letters written in this process name its addresses."""
    settings.BASE_URL, settings.FILES_ORIGIN = _site.base, _site.files
    live.forget_earlier_tests(superuser, next(_nonces))
    return _site


@pytest.fixture(scope="session")
def _furnished() -> dict[str, Any]:
    """What the first test that asked for the places has furnished."""
    return {}


@pytest.fixture
def places(
    site: live.Site,
    world: World,
    superuser: psycopg.Connection[Any],
    _sweep: sql.Composable,
    _tables: list[str],
    _furnished: dict[str, Any],
) -> Places:
    """One thing of every kind at two clients of the live site, the same rows for every test."""
    if not _furnished:
        _furnished["places"] = furnished.build(world)
        _furnished["snapshot"] = Snapshot(superuser, _tables)
    else:
        with superuser.transaction():
            superuser.execute(_sweep)
        _furnished["snapshot"].put_back()
        furniture.put_exports(superuser)
        live.forget_earlier_tests(superuser, next(_nonces))
    made: Places = _furnished["places"]
    return made


@pytest.fixture
def street(site: live.Site, browser: Browser, world: World, superuser: psycopg.Connection[Any]) -> Iterator[Street]:
    """Windows for the people of a journey; a complaint of any of them fails the test."""
    made = Street(site, browser, world)
    yield made
    complaints = made.close()
    live.wait_until_quiet(superuser)
    assert complaints == [], f"{complaints}\nThe server says:\n{site.last_words()}"
