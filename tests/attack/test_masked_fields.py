"""What is hidden of a customer leaves nowhere: every route, every person, every door, and the log beside them.

Values of their own stand in every contact and sensitive field of every customer, and in the names
of a client that hides names.  One scanner looks for them in whatever is answered, logged and kept
in Redis; the twin, who has the ticket or asks to be shown, sees them.
"""

import re

import pytest

from access.doors import Kind
from tests.walls import canaries
from tests.walls.matrix import answers
from tests.walls.routes import ROWS

ASKED = {str(row): row for row in ROWS if row.door in (Kind.STAFF, Kind.CONSOLE, Kind.API, Kind.LETTER)}
READING = [name for name, row in ASKED.items() if row.method == "GET"]
# Showing is what these are for; `tests/tickets/desk/test_reveal.py` says to whom.
SHOWING = {"POST desk:reveal", "POST desk:reveal_record", "POST desk:call"}
CHANGING = [name for name in ASKED if name not in READING and name not in SHOWING]
# None of them has an open ticket of the customers; V12 has, and is the twin.
PEOPLE = {
    Kind.STAFF: ("v1", "v1ro", "v1own", "lead", "a1", "o1"),
    Kind.CONSOLE: ("o1", "a1", "e1", "lead"),
    Kind.API: ("v1", "lead", "o1"),
    Kind.LETTER: ("visitor",),
}
MAIL, PHONE, STREET, POSTCODE = "kanarimail", "+4670998877", "Kanarigatan 7", "99 887"
NEAR, HIDDEN, NAME = "KANARI-K-41", "KANARI-S-42", "Kanarina Hemligsson"
# Each as it could leave: with its blanks, as digits, in an address.
CONTACT = (MAIL, "70998877", "709988", "Kanarigatan", POSTCODE, "99887", NEAR)
SENSITIVE = (HIDDEN, "S-42")


@pytest.fixture
def planted(places, superuser, restore):
    """The values in every customer of both clients, whose names are hidden too."""

    def plant():
        superuser.execute(
            "UPDATE tickets_customer SET email = %s || id || '@verborgen.example', phone = %s || right(id::text, 2),"
            " postal_address = %s, postcode = %s, name = %s",
            [MAIL, PHONE, STREET, POSTCODE, NAME],
        )
        superuser.execute("UPDATE access_client SET name_class = 'sensitive'")
        superuser.execute("UPDATE tickets_customerfield SET value = %s", [HIDDEN])
        superuser.execute(
            "INSERT INTO tickets_recordfield (client_id, key, label, kind, sensitivity, required, least, most, choices,"
            " position) SELECT id, 'near', 'Near', 'text', 'contact', false, '', '', '[]', 9 FROM access_client"
        )
        superuser.execute(
            "UPDATE tickets_clientrecord SET data = jsonb_build_object('card', %s::text, 'delivered-to', %s::text)",
            [HIDDEN, STREET],
        )
        superuser.execute(
            "INSERT INTO tickets_customerfield (client_id, customer_id, field_id, value)"
            " SELECT c.client_id, c.id, f.id, %s FROM tickets_customer c"
            " JOIN tickets_recordfield f ON f.client_id = c.client_id AND f.key = 'near'",
            [NEAR],
        )

    plant()
    places.plant = plant
    return places


def leaks(text):
    """The hidden values in a text; five digits within a hash of the log are none."""
    plain = re.sub(r"[0-9a-f]{32,}", "", text)
    return [value for value in (*CONTACT, *SENSITIVE, NAME, "verborgen") if value in plain]


def asked(row, places, person):
    response = answers(row, places, person)
    assert response.status_code < 500, f"{row} is broken for {person}"
    return response


def escaped(row, places, person):
    return leaks(canaries.text_of(asked(row, places, person)))


@pytest.mark.parametrize("name", READING)
def test_no_page_shows_a_hidden_value(planted, caplog, name):
    row = ASKED[name]

    assert {p: escaped(row, planted, p) for p in PEOPLE[row.door]} == {p: [] for p in PEOPLE[row.door]}
    assert leaks(caplog.text) == []
    assert leaks(canaries.text_of_redis()) == []


@pytest.mark.parametrize("name", CHANGING)
def test_no_answer_to_a_change_shows_a_hidden_value(planted, restore, caplog, name):
    row = ASKED[name]
    found = {}
    for person in PEOPLE[row.door]:
        response = asked(row, planted, person)
        found[person] = leaks(canaries.text_of(response))
        # What was refused has changed nothing that the next one meets.
        if response.status_code < 400:
            restore()
            planted.plant()

    assert {person: values for person, values in found.items() if values} == {}
    assert leaks(caplog.text) == []
    assert leaks(canaries.text_of_redis()) == []


@pytest.mark.parametrize("name", ["GET desk:ticket", "GET desk:customer", "GET api:customer-detail"])
def test_who_has_the_ticket_sees_contact_fields_and_nothing_sensitive(planted, name):
    text = canaries.text_of(answers(ASKED[name], planted, "v12"))

    assert all(value in text for value in (MAIL, PHONE, STREET, POSTCODE, NEAR))
    assert not any(value in text for value in (*SENSITIVE, NAME))


def test_who_asks_to_be_shown_is_shown(planted):
    row = ASKED["POST desk:reveal"]

    assert MAIL in canaries.text_of(answers(row, planted, "v1"))


def test_the_log_says_what_was_shown_and_never_the_value(planted, superuser):
    for name in SHOWING:
        answers(ASKED[name], planted, "v1")
    for row in ("POST desk:verify", "GET desk:customers"):
        answers(ASKED[row], planted, "v12")

    rows = superuser.execute("SELECT action, (to_jsonb(c) - 'at')::text FROM access_accesslogcontent c").fetchall()
    assert {"reveal", "verify", "search"} <= {action for action, _text in rows}
    assert leaks(str(rows)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"ordering": "customer__phone"}, {"ordering": "email_key"}, {"phone__startswith": "+4670"},
        {"customer__email__startswith": "k"}, {"email_key": "k"}, {"phone_end": "8877"}, {"own_fields": "KANARI"},
        {"filter[customer__phone]": "+46"}, {"last_four": "8877"}, {"name": "Kanarina"}, {"postcode": "99887"},
        {"last_four": "887", "name": "Kanarina"}, {"last_four": "%%%%", "name": "Kanarina"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/v1/customers/", "/api/v1/tickets/"])
def test_nothing_hidden_is_sorted_filtered_or_counted(planted, path, query):
    answer = planted.browser("v1", "api").get(path, query)

    assert answer.status_code == 400
    assert leaks(answer.content.decode()) == []


@pytest.mark.parametrize("part", ["kanarimail", "@verborgen.example", "70998877", "KANARI", "Kanarig", "Kanarina"])
@pytest.mark.parametrize("path", ["/desk/customers/", "/desk/"])
def test_a_part_of_a_hidden_value_finds_nobody(planted, path, part):
    page = planted.browser("v1", "staff").get(path, {"q": part, "view": "all"}).content.decode()

    assert "/customers/" not in page.split("<main")[1].split("hx-get=")[0] or "data-key-row" not in page


def test_the_whole_value_finds_its_customer_masked(planted):
    customer = planted.c1.things["customer"]

    page = planted.browser("v1", "staff").get("/desk/customers/", {"q": f"{MAIL}{customer}@verborgen.example"})
    shown = page.content.decode().split("<main")[1]

    assert f"/customers/{customer}/" in shown
    assert "k•••@•••.example" in shown
    assert leaks(shown.replace(f"{MAIL}{customer}@verborgen.example", "")) == []
