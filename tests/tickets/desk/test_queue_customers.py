"""Words that may name a customer show the customers above the tickets that they are found in."""

import pytest

from access.models import AccessLogContent
from tests import factories
from tests.cast import Browser, World
from tickets.queries.customers import may_name


def found(browser: Browser, address: str) -> str:
    """What the queue's page puts above its list once it is there."""
    return browser.get(address, headers={"HX-Request": "true"}).content.decode()


def asks(browser: Browser, query: str) -> bool:
    return 'class="card found-customers"' in browser.get(f"/desk/?{query}").content.decode()


@pytest.mark.parametrize("words", ["rita", "rita@mail.example"])
def test_a_name_or_address_shows_the_customer_with_the_way_to_their_page(world: World, words: str) -> None:
    browser = world.browser(world.v1)
    page = browser.get("/desk/", {"q": words, "view": "all"}).content.decode()
    address = page.split('aria-live="polite" hx-get="')[1].split('"')[0].replace("&amp;", "&")

    line = found(browser, address)

    assert f'href="/desk/voltarra/customers/{world.r1.pk}/"' in line
    assert "Rita Svensson" in line
    assert "<html" not in line
    # Without a script the same address is a page.
    assert "<html" in browser.get(address).content.decode()


def test_what_was_shown_stands_in_the_log(world: World) -> None:
    found(world.browser(world.v1), "/desk/customers/?q=rita")

    with world.enter(world.c1):
        assert AccessLogContent.objects.filter(action="search").count() == 1


def test_only_who_may_search_customers_there_is_shown_any(world: World) -> None:
    assert asks(world.browser(world.v1), "q=rita")
    assert asks(world.browser(world.v1), "q=rita&client=voltarra")
    assert not asks(world.browser(world.v1ro), "q=rita")
    assert not asks(world.browser(world.v1own), "q=rita")


def test_customers_of_other_clients_are_not_shown(world: World) -> None:
    line = found(world.browser(world.v1), "/desk/customers/?q=rolf")

    assert "Rolf" not in line
    assert "nobody is called so" in line


def test_later_pages_do_not_ask_again(world: World) -> None:
    for _each in range(51):
        factories.ticket(world, world.r1, subject="Rita has a door")
    browser = world.browser(world.v1)
    page = browser.get("/desk/?q=rita&view=all").content.decode()
    later = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")

    assert "found-customers" in page
    assert "found-customers" not in browser.get(later).content.decode()


@pytest.mark.parametrize(
    ("words", "is_name"),
    [
        ("Rita", True),
        ("Rita Maria Anna Berg", True),
        ("a@b", True),
        ("+46 70 123 45 67", True),
        ("", False),
        ("ab", False),
        ("#1234", False),
        ("error 500", False),
        ("the door does not open", False),
    ],
)
def test_a_sentence_or_a_tickets_number_names_nobody(words: str, is_name: bool) -> None:
    assert may_name(words) is is_name
