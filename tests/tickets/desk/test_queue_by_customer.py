"""The queue's search box finds the tickets of a customer whom the words name."""

import pytest

from tests import factories


@pytest.fixture
def jan(world):
    """A customer of the first client with two tickets that say nothing of him."""
    who = factories.customer(world, world.c1, name="Jan Erik Koski", email="jan@post.example", phone="+46701112233")
    factories.ticket(world, who, subject="The kettle hums")
    factories.ticket(world, who, subject="The lamp is dark")
    return who


def listed(world, person, words):
    """The subjects of these two tickets that the list shows."""
    page = world.browser(person).get("/desk/", {"q": words, "view": "all"}).content.decode()
    return {subject for subject in ("The kettle hums", "The lamp is dark") if subject in page}


BOTH = {"The kettle hums", "The lamp is dark"}


@pytest.mark.parametrize(
    "words", ["koski", "Jan Koski", "koski jan", "erik JAN", "Jan@Post.example", "+46 701 112 233", "+46701112233"]
)
def test_the_tickets_of_a_customer_are_found_by_name_address_and_phone(world, jan, words):
    assert listed(world, world.v1, words) == BOTH


@pytest.mark.parametrize("words", ["jan svensson", "%", "_os_i", "ko%ki", "post.example", "koski\\"])
def test_other_words_do_not_find_them(world, jan, words):
    assert listed(world, world.v1, words) == set()


def test_found_words_come_along_with_named_customers(world, jan):
    other = factories.customer(world, world.c1, name="Ada Lind")
    factories.ticket(world, other, subject="Message for Jan Koski")

    page = world.browser(world.v1).get("/desk/", {"q": "jan koski", "view": "all"}).content.decode()

    assert all(subject in page for subject in (*BOTH, "Message for Jan Koski"))


def test_a_single_word_that_tickets_have_is_a_word(world, jan):
    other = factories.customer(world, world.c1, name="Ada Lind")
    factories.ticket(world, other, subject="Message for Koski")

    assert listed(world, world.v1, "koski") == set()


def test_another_clients_people_find_nothing(world, jan):
    assert listed(world, world.o2, "koski") == set()


def test_who_may_not_look_for_customers_finds_nobody_by_name(world, jan):
    assert listed(world, world.v1ro, "koski") == set()
