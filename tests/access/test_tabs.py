"""Pages that stand side by side: a row, or a menu on a phone where they are many."""

import re


def test_a_row_of_many_pages_is_a_menu_on_a_phone_that_says_where_one_is(world):
    page = world.browser(world.o1).get("/client/voltarra/people/").content.decode()
    many = re.search(r'<nav class="no-print" aria-label="People">.*?</nav>', page, re.S)[0]

    assert re.search(r"<summary[^>]*>People and clearance<", many)
    row, menu = many.split("<details")
    assert re.findall(r'<a href="[^"]*"', row) == re.findall(r'<a href="[^"]*"', menu)
    assert many.count('aria-current="page"') == 2


def test_a_few_stay_a_row(world):
    page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()
    few = re.search(r'<nav class="tabs no-print" aria-label="Access log">.*?</nav>', page, re.S)[0]

    assert "<details" not in few
    assert few.count('aria-current="page"') == 1
