"""That a vendor wrote a note of its own, the client reads nowhere; that somebody was at work, in its log."""

import pytest

from access.models import AccessLogContent
from tests import factories
from tickets.models import Event, Message

PAGE, HISTORY = "Wrote a note", "wrote a note"


@pytest.fixture
def ticket(world):
    return factories.ticket(world, world.r1)


def events(world, person):
    with world.enter(person, only=world.c1):
        return Event.objects.filter(kind="noted").count()


def page(world, person, ticket):
    answer = world.browser(person).get(f"/desk/voltarra/{ticket.number}/", {"with": "events"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_client_meets_no_trace_of_a_note_that_is_the_vendors_own(world, ticket):
    factories.note(world, world.v12, ticket, audience=Message.Audience.VENDOR)

    assert (events(world, world.v12), events(world, world.v1)) == (1, 1)
    for person in (world.o1, world.a1):
        assert events(world, person) == 0
        for words in (PAGE, HISTORY):
            assert words not in page(world, person, ticket)
    console = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()
    assert HISTORY not in console
    assert "worked on the ticket" in console


def test_the_log_itself_tells_no_number_of_such_a_note(world, ticket):
    note = factories.note(world, world.v12, ticket, audience=Message.Audience.VENDOR)

    with world.enter(world.c1):
        details = list(AccessLogContent.objects.filter(action="change").values_list("detail", flat=True))
    assert {"what": "worked"} in details
    assert all(detail.get("message") != note.pk for detail in details)


def test_a_note_for_both_is_told_to_both(world, ticket):
    factories.note(world, world.v12, ticket)

    for person in (world.v1, world.o1, world.a1):
        assert events(world, person) == 1


def test_another_vendor_reads_no_event_of_the_note(world, ticket, raw_app):
    factories.note(world, world.v12, ticket, audience=Message.Audience.VENDOR)

    def seen(side, vendor):
        settings = {
            "side": side,
            "client_ids": f"{{{world.c1.pk}}}",
            "vendor_id": vendor,
            "customer_id": "",
            "user_id": "",
        }
        for name, value in settings.items():
            raw_app.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", str(value)])
        return raw_app.execute("SELECT count(*) FROM tickets_event WHERE kind = 'noted'").fetchone()[0]

    ours = world.havnvik.pk
    assert [seen("vendor", ours), seen("vendor", ours + 1), seen("client", ""), seen("customer", "")] == [1, 0, 0, 0]
    assert seen("system", "") == 1
