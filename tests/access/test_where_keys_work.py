"""A key that can't work at this address is not what is offered first, and the page says why; without any script."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from access.models import User
from tests.access.entering import LOGIN, SECOND, SECURITY, add_device, add_key, first_step, signed_in, with_password
from tests.cast import Browser, World

# The help desk's own address, and whether browsers let its pages use keys.
ADDRESSES = [
    ("http://192.0.2.7:8000", False),
    ("http://desk.example", False),
    ("https://desk.example", True),
    ("http://localhost:8000", True),
]
WHY = "Keys work only where the help desk is opened by its name over HTTPS"


@pytest.fixture(params=ADDRESSES, ids=lambda address: address[0])
def move(request: pytest.FixtureRequest, settings: Any) -> Callable[[], bool]:
    """Moves the help desk to an address, and tells whether keys work there; they are added before."""

    def there() -> bool:
        settings.BASE_URL, works = request.param
        return bool(works)

    return there


@pytest.fixture
def person(world: World) -> User:
    return with_password(world.v1)


def ways(page: str, *words: str) -> list[str]:
    """These words in the order in which the page has them."""
    return sorted(words, key=page.index)


def test_what_works_is_offered_first_and_is_the_main_button(person: User, move: Callable[[], bool]) -> None:
    browser, works = signed_in(person), move()
    page = browser.get(SECURITY).content.decode()
    order = ways(page, "Add a passkey", "Add a security key", "Add a device with codes")
    (main,) = re.findall(r'<a class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?([^<]*)<', page, re.S)

    assert order[0] == main == ("Add a passkey" if works else "Add a device with codes")
    assert (WHY in page) is not works
    assert ("A device with codes works in every browser." in page) is works


def test_so_says_the_page_that_adds_one(person: User, move: Callable[[], bool]) -> None:
    browser, works = signed_in(person), move()
    page = browser.get(f"{SECURITY}key/").content.decode()

    assert (WHY in page) is not works


def test_the_second_step_begins_with_what_works(person: User, move: Callable[[], bool]) -> None:
    browser = signed_in(person)
    add_key(browser, kind="key")
    add_device(browser)
    halfway, works = first_step(person)[0], move()
    page = halfway.get(SECOND).content.decode()

    assert ways(page, 'value="key"', 'value="code"')[0] == ('value="key"' if works else 'value="code"')
    assert (WHY in page) is not works
    assert page.count("btn-primary") == 1


def test_so_does_the_question_whether_it_is_you(person: User, move: Callable[[], bool]) -> None:
    browser = signed_in(person)
    add_key(browser, kind="key")
    add_device(browser)
    works = move()
    page = browser.get("/accounts/reauthenticate/").content.decode()

    assert ways(page, 'value="key"', 'value="code"')[0] == ('value="key"' if works else 'value="code"')
    assert page.count("btn-primary") == 1


def test_the_first_page_offers_no_passkey_where_none_can_work(world: World, move: Callable[[], bool]) -> None:
    browser = Browser()
    browser.get(LOGIN)
    works = move()
    page = browser.get(LOGIN).content.decode()

    assert ("Sign in with a passkey" in page) is works
    assert ("Passkeys can’t be used at this address." in page) is not works
