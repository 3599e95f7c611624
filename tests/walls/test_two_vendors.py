"""Two vendors at one client: both answer its customers, and neither reads what the other says among its own."""

import pytest
from django.conf import settings

from access import actions
from access.doors import Kind
from access.models import User
from access.rights import Role
from tests import factories
from tests.walls import canaries
from tests.walls.matrix import OFFICE, RIVAL, Row, answers
from tests.walls.places import Places
from tests.walls.routes import ROWS
from tickets.models import Message, Ticket

SECRET = "grundstoten"
NAMED = "Klockspelet"
# Who answered a customer is no secret among those who answer them.
ON_TICKETS = {
    "GET desk:queue",
    "GET desk:ticket",
    "GET api:ticket-list",
    "GET api:ticket-detail",
    "GET api:message-list",
}
OFFICES = [row for row in ROWS if row.method == "GET" and row.door is Kind.OFFICE]
READING = [row for row in ROWS if row.method == "GET" and row.door in (Kind.STAFF, Kind.API, Kind.CONSOLE)]


@pytest.fixture
def nanna(places: Places) -> User:
    """An agent of a second vendor at the first client, signed in, with a key for programs."""
    world = places.world
    vendor = actions.create_vendor(slug="nordhjalp", name="Nordhjälp")
    actions.sign_contract(client=world.c1, vendor=vendor)
    person = actions.create_user(email="nanna@nordhjalp.example", name="Nanna Holt", vendor=vendor)
    actions.hire(client=world.c1, user=person, role=Role.TEAM_LEAD)
    browser = world.browser(person)
    places.cookies["nanna"] = browser.cookies[settings.SESSION_COOKIE_NAME].value
    places.keys["nanna"] = actions.make_token(user=person, client=world.c1)
    return person


@pytest.fixture
def told(places: Places, superuser) -> Places:
    """The first vendor's own words: in its notes, in files on them, in what it passed over, in drafts."""
    client_id = places.world.c1.pk
    for statement in (
        f"UPDATE tickets_message SET body = '{SECRET} ' || body WHERE client_id = %s AND audience = 'vendor'",
        "UPDATE tickets_searchrow SET vector = vector || to_tsvector('simple', '" + SECRET + "')"
        " WHERE client_id = %s AND audience = 'vendor'",
        f"UPDATE tickets_draft SET body = '{SECRET}' WHERE client_id = %s",
        f"UPDATE tickets_skip SET reason = '{SECRET}' WHERE client_id = %s",
    ):
        superuser.execute(statement, [client_id])
    return places


def address(places: Places) -> str:
    """The page of the ticket with the notes."""
    return f"/desk/voltarra/{places.c1.things['number']}/"


def met(places: Places, person: str) -> set[str]:
    """The pages on which this person meets the secret."""
    found = set()
    for row in READING:
        response = answers(row, places, person)
        assert response.status_code < 500, f"{row} is broken for {person}"
        if SECRET in canaries.text_of(response):
            found.add(str(row))
    return found


def test_the_second_vendor_works_there(told: Places, nanna: User) -> None:
    page = told.browser("nanna", "staff").get(address(told))

    assert page.status_code == 200
    assert "Send as Voltarra" in page.content.decode()


def test_its_people_meet_no_word_of_the_first(told: Places, nanna: User) -> None:
    assert met(told, "nanna") == set()


def test_the_client_meets_none_either(told: Places) -> None:
    assert met(told, "o1") == set()


def test_the_words_are_there_for_their_own(told: Places) -> None:
    assert met(told, "v1") != set()


def test_a_search_for_the_word_finds_nothing_for_the_second(told: Places, nanna: User) -> None:
    search = f"/desk/?view=all&q={SECRET}"

    own = told.browser("v1", "staff").get(search).content.decode()
    other = told.browser("nanna", "staff").get(search).content.decode()

    assert address(told) in own
    assert address(told) not in other


def test_each_keeps_its_own_notes(told: Places, nanna: User) -> None:
    world = told.world
    with world.enter(world.c1):
        ticket = Ticket.objects.get(number=told.c1.things["number"])
    factories.note(world, nanna, ticket, "Only Nordhjälp", Message.Audience.VENDOR)
    factories.note(world, nanna, ticket, "For us three", Message.Audience.SHARED)

    pages = {name: told.browser(name, "staff").get(address(told)).content.decode() for name in ("v1", "nanna", "a1")}

    assert [name for name, page in pages.items() if "Only Nordhjälp" in page] == ["nanna"]
    assert [name for name, page in pages.items() if "For us three" in page] == ["v1", "nanna", "a1"]


def test_one_is_suspended_and_the_other_works_on(told: Places, nanna: User) -> None:
    world = told.world
    factories.suspend(world, world.o1, world.havnvik)
    asked = address(told)

    assert told.browser("v1", "staff").get(asked).status_code in (403, 404)
    assert told.browser("nanna", "staff").get(asked).status_code == 200

    factories.restore(world, world.o1)
    assert told.browser("v1", "staff").get(asked).status_code == 302, "the session is over; signing in again is not"
    assert world.browser(world.v1).get(asked).status_code == 200


def test_where_its_people_get_mail_is_its_own(told: Places, nanna: User, superuser) -> None:
    superuser.execute(
        "UPDATE post_outboxmail SET kind = 'escalation_vendor', to_name = 'Privately Vera'"
        " WHERE client_id = %s AND state = 'dead'",
        [told.world.c1.pk],
    )

    def shown(person: str) -> list[bool]:
        pages = [address(told), "/desk/undelivered/"]
        got = [told.browser(person, "staff").get(page).content.decode() for page in pages]
        return ["Privately" in page for page in got]

    assert shown("v1") == [True, True]
    assert shown("nanna") == [False, False]
    assert shown("a1") == [False, False]


def test_a_ticket_is_given_to_ones_own_people(told: Places, nanna: User) -> None:
    own, other = (told.browser(name, "staff").get(address(told)).content.decode() for name in ("v1", "nanna"))

    assert "Lea Dahl</button>" in own
    assert "Lea Dahl</button>" not in other


def test_of_the_firsts_people_it_meets_those_on_tickets_alone(told: Places, nanna: User, superuser) -> None:
    client_id = told.world.c1.pk
    for table, column in (("access_staffcard", "name"), ("access_accesslogcontent", "actor_name")):
        superuser.execute(
            f"ALTER TABLE {table} DISABLE TRIGGER USER;"
            f" UPDATE {table} SET {column} = {column} || ' {NAMED}' WHERE client_id = {client_id} AND vendor_id = "
            f"(SELECT id FROM access_vendor WHERE slug = 'havnvik'); ALTER TABLE {table} ENABLE TRIGGER USER"
        )

    def met_by(person: str, rows: list[Row]) -> set[str]:
        return {str(row) for row in rows if NAMED in canaries.text_of(answers(row, told, person))}

    assert met_by("nanna", READING) == ON_TICKETS
    assert met_by(OFFICE, OFFICES) != set()
    assert met_by(RIVAL, OFFICES) == set()
