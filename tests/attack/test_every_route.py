"""Every route with every kind of junk in every place: a clear answer, never a broken or an endless one."""

import os

import pytest

from access.doors import Kind
from tests.attack import hostile, shots
from tests.walls.matrix import Row
from tests.walls.routes import ROWS

# Who comes in by which door, so that the junk meets the view and not its guard.
PERSON = {Kind.CONSOLE: "o1", Kind.PORTAL: "r1", Kind.OFFICE: "office", Kind.STAFF: "lead"}
OF_THE_CLIENT = ("api:escalation-", "api:article-", "api:customer-detail", "api:customer-list")
BY_DOOR = {f"{row.door} {row.method}": [] for row in ROWS}
for _row in ROWS:
    BY_DOOR[f"{_row.door} {_row.method}"].append(_row)


# How many of the variants each place is given; all together are thousands, for a night.
VARIANTS = int(os.environ.get("ATTACK_VARIANTS", "2"))


def person_of(row: Row) -> str:
    if row.door is Kind.API and row.method != "GET" and row.view.startswith(OF_THE_CLIENT):
        return "o1"
    return PERSON.get(row.door, "v12")


def faults(places, restore, door, volley) -> tuple[int, list[str]]:
    """How many shots were fired, and which were answered badly."""
    fired, taken, wrong = 0, 0, []
    # The pages of the staff are the dearest and have the most fields.
    most = max(1, VARIANTS - (volley is not shots.in_fields or door.startswith(("staff", "console"))))
    for row in BY_DOOR[door]:
        browser = places.browser(person_of(row), row.door.value)
        for shot in volley(row, places.c1, most):
            response, seconds = shot.fire(browser)
            fired += 1
            fine = (503,) if row.view in ("health_ready", "health_engine") else ()
            if bad := hostile.fault(response, seconds, fine=fine):
                wrong.append(f"{row} {shot.label}: {bad}")
            taken += row.method != "GET" and response.status_code < 400
            if taken == 4:
                # What was closed or answered takes nothing more.
                restore()
                taken = 0
    return fired, wrong


# What is asked away has no field.
@pytest.mark.parametrize("door", [name for name in sorted(BY_DOOR) if not name.endswith(("GET", "DELETE"))])
def test_junk_in_a_field(places, restore, door):
    fired, wrong = faults(places, restore, door, shots.in_fields)

    assert wrong == []
    assert fired


@pytest.mark.parametrize("door", [name for name in sorted(BY_DOOR) if name.endswith("GET")])
def test_junk_behind_the_question_mark(places, restore, door):
    fired, wrong = faults(places, restore, door, shots.in_query)

    assert wrong == []
    assert fired


@pytest.mark.parametrize("door", [name for name in sorted(BY_DOOR) if not name.endswith("GET")])
def test_a_body_of_another_kind(places, restore, door):
    assert faults(places, restore, door, shots.in_kinds)[1] == []


def test_headers_that_lie(places, restore):
    assert [bad for door in BY_DOOR for bad in faults(places, restore, door, shots.in_headers)[1]] == []


def test_junk_for_a_part_of_the_address(places, restore):
    assert [bad for door in BY_DOOR for bad in faults(places, restore, door, shots.in_path)[1]] == []


@pytest.mark.parametrize("label", [label for label, headers in shots.HEADERS.items() if "content-type" in headers])
def test_a_page_is_read_as_utf8_whatever_charset_is_named(places, label):
    browser = places.browser("v1", "site")
    headers = {**shots.HEADERS[label], "accept-language": "en"}

    answer = browser.get("/desk/?q=%C3%A5", headers=headers)

    assert answer.status_code == 200
    assert 'value="å"' in answer.content.decode()


@pytest.mark.parametrize("name", ["²", "1" * 5000, "٣", "-1", "1e3"])
def test_what_looks_like_a_number_is_no_row_and_no_category(places, restore, name):
    """The form of the matrix names its own rows; the good one beside it is saved."""
    page = "/client/voltarra/matrix/edit/"
    good = {"order": "1", "1-priority": "1 to 4", "1-path": "Priority 1", "revision": "0"}
    browser = places.browser("o1", "console")

    for do in ("save", "add", "up:1"):
        assert browser.post(page, {**good, "1-category": name, "do": do}).status_code in (200, 400)
        assert (
            browser.post(page, {**good, "order": ["1", name], "do": do if do != "save" else "add"}).status_code == 200
        )
    assert browser.post(page, {**good, "do": "save"}).status_code == 302
