"""What is written between colleagues leaves by no door that leads to the customer, nor a vendor's to the client."""

import re

import pytest

from access.doors import Kind
from post.models import OutboxMail
from post.sending import message_of
from tests import factories
from tests.attack import hostile
from tests.walls import canaries
from tests.walls.routes import ROWS
from tickets.mail.receive import receive
from tickets.models import Draft, Message, Ticket

VENDORS, SHARED = "Kornknarren", "Rödhaken"
# Inside of a ticket: what staff write about it besides notes.
OUTSIDE = (Kind.PORTAL, Kind.PUBLIC, Kind.LETTER)
INSIDE = ("Domherren", "Talgoxen", "Nötväckan")


@pytest.fixture
def ticket(places):
    """A customer's ticket with notes before, between and behind the answers, and all that staff write about it."""
    world = places.world
    with world.enter(world.c1):
        ticket = Ticket.objects.get(number=places.c1.things["number"])
    for turn in range(3):
        factories.note(
            world, world.v12, ticket, body=f"{VENDORS} {turn}: ask nobody.", audience=Message.Audience.VENDOR
        )
        factories.note(world, world.o1, ticket, body=f"{SHARED} {turn}: may be refunded.")
        factories.reply(world, world.v12, ticket, body=f"Answer {turn}.")
    with world.enter(world.v12, only=world.c1):
        Ticket.objects.filter(pk=ticket.pk).update(need=INSIDE[0], priority_reason=INSIDE[1])
        Draft.objects.create(
            client=world.c1, user=world.v12, ticket=ticket, body=INSIDE[2], updated_at=ticket.created_at
        )
    return ticket


def told(places, person, words):
    """The pages that show one of the words to this person, and how many were read."""
    met, read = [], 0
    doors = OUTSIDE if person in ("r1", "r1b", "visitor") else (Kind.STAFF, Kind.CONSOLE, Kind.API)
    for row in ROWS:
        if row.method != "GET" or row.door not in doors:
            continue
        response, _seconds = hostile.good(row, places.c1).fire(places.browser(person, row.door.value))
        read += response.status_code == 200
        text = canaries.text_of(response)
        met += [f"{row} tells {word}" for word in words if word in text and f"q={word}" not in text]
    return met, read


@pytest.mark.parametrize("person", ["r1", "visitor", "r1b"])
def test_no_page_tells_a_customer_what_colleagues_wrote(places, ticket, person):
    met, read = told(places, person, (VENDORS, SHARED, *INSIDE))

    assert met == []
    assert read > 5


@pytest.mark.parametrize("person", ["o1", "a1"])
def test_no_page_tells_the_client_what_the_vendor_keeps_to_itself(places, ticket, person):
    met, read = told(places, person, (VENDORS, INSIDE[2]))

    assert met == []
    assert read > 5


def test_who_may_read_them_does(places, ticket):
    pages = told(places, "v12", (VENDORS, SHARED))[0]
    assert {"GET desk:ticket tells Kornknarren", "GET api:message-list tells Kornknarren"} <= set(pages)
    pages = told(places, "a1", (SHARED,))[0]
    assert {"GET desk:ticket tells Rödhaken"} <= set(pages)


def test_no_letter_and_no_letters_quote_holds_a_note(places, ticket):
    world = places.world
    with world.enter(world.c1):
        letters = list(OutboxMail.objects.filter(to_address=world.r1.email))
    assert len(letters) >= 4
    for letter in letters:
        whole = message_of(letter).message().as_string() + letter.text + letter.html
        for word in (VENDORS, SHARED, *INSIDE):
            assert word not in whole
    assert any("Answer 2." in letter.text for letter in letters)


SPELLINGS = ("{}", "{}*", '"{}"', "{} {}", "#{}", "{}%", "{}:")


@pytest.mark.parametrize(
    ("person", "word", "found"),
    [("r1", SHARED, False), ("r1", VENDORS, False), ("o1", VENDORS, False), ("a1", VENDORS, False),
     ("v12", VENDORS, True), ("a1", SHARED, True)],
)  # fmt: skip
def test_a_search_for_a_notes_word_finds_its_ticket_for_its_readers_alone(places, ticket, person, word, found):
    searches = (
        ("/voltarra/suggest/?q=", "/voltarra/articles/?q=") if person == "r1" else ("/desk/?q=", "/desk/?view=all&q=")
    )
    browser, hits = places.browser(person, "site"), set()
    for path in searches:
        for spelling in SPELLINGS:
            answer = browser.get(f"{path}{hostile.encoded({'q': spelling.replace('{}', word)}).decode()[2:]}")
            assert answer.status_code == 200
            hits.add(f"/{ticket.number}/" in answer.content.decode())
    if person not in ("r1",):
        key = places.browser(person, "api") if person in places.keys else None
        answer = key.get("/api/v1/tickets/", {"q": word}) if key else None
        hits |= {bool(answer.json()["results"])} if answer else set()

    assert (True in hits) is found


def test_a_note_is_not_mailed_back_by_a_customers_answer(places, ticket):
    """The thread as the customer sees it after writing by mail, on the page and in the next letter."""
    world = places.world
    with world.enter(world.c1):
        address = OutboxMail.objects.filter(ticket_id=ticket.pk).exclude(reply_to="").first().reply_to
    raw = f"From: {world.r1.email}\r\nTo: {address}\r\nSubject: Re\r\nMessage-ID: <n1@x.example>\r\n\r\nThank you."
    assert receive(world.c1.mailbox, raw.encode()).outcome == "reply"
    factories.reply(world, world.v12, ticket, body="You are welcome.")

    page = places.browser("r1", "site").get(f"/voltarra/questions/{ticket.number}/").content.decode()
    assert "You are welcome." in page
    assert not re.search("|".join((VENDORS, SHARED, *INSIDE)), page)
    with world.enter(world.c1):
        assert not OutboxMail.objects.filter(text__iregex="|".join((VENDORS, SHARED, *INSIDE))).exists()
