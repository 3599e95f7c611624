"""Without a certificate a person keeps their tickets and takes no new ones; an urgent one is worked all the same."""

from datetime import timedelta

import pytest

from access.actions import clearing
from access.models import AccessLogContent, CertificationHeld, WorkNow
from helpdesk.lib import clock
from tests import factories
from tickets.actions import conversation, handling, next_ticket
from tickets.actions.work_now import work_now
from tickets.errors import NotReady
from tickets.models import Ticket


@pytest.fixture
def asked(world):
    """A certificate that nobody has yet; gives it to the people named."""
    with world.enter(world.o1) as actor:
        row = clearing.require_certification(actor, client_id=world.c1.pk, name="Heat pumps")

    def certify(*people):
        with world.enter(world.o1) as actor:
            for person in people:
                clearing.record_certificate(actor, client_id=world.c1.pk, user_id=person.pk, certification_id=row.pk)

    return certify


def urgent(world, ticket):
    with world.enter(world.c1) as actor:
        handling.override_priority(
            actor, client_id=world.c1.pk, ticket_id=ticket.pk, priority=1, reason="No heat, and it is winter"
        )
    return ticket


def address(ticket, verb=""):
    return f"/desk/voltarra/{ticket.number}/{verb}"


def take(world, person, ticket):
    with world.enter(person, world.c1) as actor:
        return next_ticket.claim(actor, client_id=world.c1.pk, ticket_id=ticket.pk)


def assignee(world, ticket):
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk).assignee


def test_a_new_ticket_is_not_taken(world, asked):
    ticket = factories.ticket(world, world.r1)

    with pytest.raises(NotReady, match="Heat pumps"):
        take(world, world.v1, ticket)
    with pytest.raises(NotReady):
        factories.reply(world, world.v1, ticket)
    assert assignee(world, ticket) is None


def test_with_the_certificate_it_is(world, asked):
    asked(world.v1)

    assert take(world, world.v1, factories.ticket(world, world.r1)).assignee.name == "Vera Ahlm"


def test_a_ticket_held_stays_workable(world, asked):
    asked(world.v1)
    ticket = take(world, world.v1, factories.ticket(world, world.r1))
    with world.enter(world.c1):
        CertificationHeld.objects.update(expires_at=clock.now() - timedelta(days=1))

    assert factories.reply(world, world.v1, ticket).body
    with pytest.raises(NotReady):
        take(world, world.v1, factories.ticket(world, world.r1))


def test_the_next_ticket_comes_from_a_client_that_misses_nothing(world, asked):
    factories.ticket(world, world.r1)
    elsewhere = factories.ticket(world, world.r2)

    with world.enter(world.v12) as actor:
        taken = next_ticket.take_next(actor)
    assert taken.pk == elsewhere.pk


def test_nobody_gives_it_to_somebody_without(world, asked):
    asked(world.lead)
    ticket = factories.ticket(world, world.r1)
    card_id = world.actor(world.v1).card_id(world.c1.pk)

    with world.enter(world.lead, world.c1) as actor, pytest.raises(NotReady, match="Choose somebody else"):
        handling.assign(actor, client_id=world.c1.pk, ticket_id=ticket.pk, card_id=card_id)


def test_the_clients_own_people_are_asked_for_none(world, asked):
    ticket = factories.ticket(world, world.r1)

    assert factories.reply(world, world.a1, ticket).body


class TestUrgent:
    def test_it_is_worked_now_and_the_client_sees_it(self, world, asked):
        ticket = urgent(world, factories.ticket(world, world.r1))
        browser = world.browser(world.v1)
        assert "Work now, clear after" in browser.get(address(ticket)).content.decode()

        assert browser.post(address(ticket, "work-now/")).status_code == 302

        assert assignee(world, ticket).name == "Vera Ahlm"
        people = world.browser(world.o1).get("/client/voltarra/people/").content.decode()
        assert "Urgent tickets worked before clearance" in people
        with world.enter(world.c1):
            line = AccessLogContent.objects.filter(detail__what="worked_now").get()
        assert (line.ticket_number, line.detail["missing"]) == (ticket.number, ["Heat pumps"])

    def test_help_goes_on_where_a_colleague_holds_it(self, world, asked):
        asked(world.v12)
        ticket = urgent(world, factories.ticket(world, world.r1))
        take(world, world.v12, ticket)

        with world.enter(world.v1, world.c1) as actor:
            work_now(actor, client_id=world.c1.pk, ticket_id=ticket.pk)
            conversation.reply(actor, client_id=world.c1.pk, ticket_id=ticket.pk, body="Open the valve first.")

        assert assignee(world, ticket).name == "Viggo Brandt"

    @pytest.mark.parametrize(
        ("verb", "sent"),
        [
            ("priority/", {"priority": "1", "reason": "It can't wait"}),
            ("priority/", {"priority": "2", "reason": "It can't wait"}),
            ("sort/", {"impact": "1", "urgency": "1"}),
        ],
    )
    def test_whoever_would_take_it_does_not_make_it_urgent(self, world, asked, verb, sent):
        asked(world.v12)
        ticket = factories.ticket(world, world.r1)

        refused = world.browser(world.v1).post(address(ticket, verb), sent)

        assert refused.status_code == 409
        assert "Heat pumps is missing: a colleague who has it" in refused.content.decode()
        assert world.browser(world.v1).post(address(ticket, "work-now/")).status_code == 409
        assert world.browser(world.v12).post(address(ticket, verb), sent).status_code == 302
        assert world.browser(world.v1).post(address(ticket, "work-now/")).status_code == 302

    def test_less_than_urgent_is_anybodys_to_say(self, world, asked):
        ticket = urgent(world, factories.ticket(world, world.r1))
        browser = world.browser(world.v1)

        for priority in ("4", "3"):
            sent = {"priority": priority, "reason": "It can wait"}
            assert browser.post(address(ticket, "priority/"), sent).status_code == 302

    def test_what_they_made_urgent_while_it_was_theirs_is_not_taken_again(self, world, asked):
        asked(world.v1)
        ticket = take(world, world.v1, factories.ticket(world, world.r1))
        with world.enter(world.c1):
            CertificationHeld.objects.update(expires_at=clock.now() - timedelta(days=1))
        browser = world.browser(world.v1)
        sent = {"priority": "1", "reason": "No heat"}
        assert browser.post(address(ticket, "priority/"), sent).status_code == 302
        with world.enter(world.v1, world.c1) as actor:
            about = {"client_id": world.c1.pk, "ticket_id": ticket.pk, "expected_card_id": actor.card_id(world.c1.pk)}
            handling.assign(actor, card_id=None, **about)

        assert "Work now, clear after" not in browser.get(address(ticket)).content.decode()
        assert browser.post(address(ticket, "work-now/")).status_code == 409

    def test_what_they_made_urgent_while_they_were_cleared_is(self, world, asked):
        asked(world.v1)
        ticket = factories.ticket(world, world.r1)
        browser = world.browser(world.v1)
        browser.post(address(ticket, "priority/"), {"priority": "1", "reason": "No heat"})
        with world.enter(world.c1):
            CertificationHeld.objects.update(expires_at=clock.now())

        assert browser.post(address(ticket, "work-now/")).status_code == 302

    def test_twice_is_once(self, world, asked):
        ticket = urgent(world, factories.ticket(world, world.r1))
        for _time in range(2):
            world.browser(world.v1).post(address(ticket, "work-now/"))

        with world.enter(world.c1):
            assert WorkNow.objects.count() == 1

    def test_what_is_not_urgent_waits(self, world, asked):
        ticket = factories.ticket(world, world.r1)
        browser = world.browser(world.v1)

        page = browser.get(address(ticket)).content.decode()
        assert "Heat pumps is missing" in page
        assert "Work now" not in page
        assert browser.post(address(ticket, "work-now/")).status_code == 409
        assert assignee(world, ticket) is None


def test_a_refused_answer_keeps_its_text(world, asked):
    ticket = factories.ticket(world, world.r1)
    browser = world.browser(world.v1)

    answer = browser.post(
        address(ticket, "reply/"), {"audience": "public", "body": "Turn the valve.", "then": "wait", "once": "k1"}
    )

    assert answer.status_code == 409
    assert "Turn the valve." in answer.content.decode()
