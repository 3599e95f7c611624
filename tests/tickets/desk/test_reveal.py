"""Showing a hidden field, calling without showing, verifying a caller: on what ground, how often, what is logged."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from access.models import AccessLogContent
from helpdesk.lib import clock
from tests import factories
from tests.cast import World
from tickets.models import Customer, RevealReason

PAYER = "SE-7788-4417"
PHONE = "+46701234567"
REASON = {"reason": "Correcting the record"}


@pytest.fixture
def ticket(world):
    """An open ticket of a customer with a phone and a sensitive fact, nobody's yet."""
    with world.enter(world.c1):
        Customer.objects.filter(pk=world.r1.pk).update(phone=PHONE)
    factories.fact(world, world.r1, "Payer", PAYER, "sensitive")
    factories.fact(world, world.r1, "Born", "1985-03-12", "sensitive", "date")
    return factories.ticket(world, world.r1)


def address(world: World, name: str, **more: object) -> str:
    return reverse(f"desk:{name}", kwargs={"client": "voltarra", "customer": world.r1.pk, **more})


def show(world, person, field="payer", data=None, **more):
    return world.browser(person).post(address(world, "reveal", field=field), data or {}, **more)


def logged(world: World, action: str) -> list[AccessLogContent]:
    with world.enter(world.c1):
        return list(AccessLogContent.objects.filter(action=action).order_by("entry_id"))


class TestReveal:
    def test_the_ticket_that_one_has_is_the_reason(self, world, ticket):
        factories.held(world, world.v1, ticket)

        answer = show(world, world.v1, headers={"HX-Request": "true"})

        assert PAYER in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        (entry,) = logged(world, "reveal")
        assert (entry.ticket_number, entry.reason, entry.detail) == (ticket.number, "", {"field": "payer"})
        assert entry.records == [["customer", world.r1.pk]]

    def test_without_a_ticket_a_reason_is_asked_for_and_nothing_shown(self, world, ticket):
        answer = show(world, world.v1)

        assert PAYER not in answer.content.decode()
        assert "Correcting the record" in answer.content.decode()
        assert logged(world, "reveal") == []

    def test_a_reason_is_remembered_for_fifteen_minutes_and_this_customer(self, world, ticket):
        other = factories.customer(world, world.c1)
        with time_machine.travel(clock.now(), tick=False) as now:
            first = show(world, world.v1, data=REASON)
            now.shift(timedelta(minutes=14))
            second = show(world, world.v1)
            elsewhere = world.browser(world.v1).post(
                reverse("desk:reveal", kwargs={"client": "voltarra", "customer": other.pk, "field": "email"})
            )
            now.shift(timedelta(minutes=2))
            third = show(world, world.v1)

        assert [PAYER in each.content.decode() for each in (first, second, third)] == [True, True, False]
        assert other.email not in elsewhere.content.decode()
        assert [e.reason for e in logged(world, "reveal")] == ["Correcting the record"] * 2

    def test_the_reason_of_one_is_not_anothers(self, world, ticket):
        show(world, world.v1, data=REASON)

        assert PAYER not in show(world, world.v12).content.decode()
        with world.enter(world.v12):
            assert not RevealReason.objects.exists()

    def test_a_reason_that_is_not_the_clients_is_none(self, world, ticket):
        assert PAYER not in show(world, world.v1, data={"reason": "because"}).content.decode()

    def test_who_may_not_show_fields_needs_the_ticket(self, world, ticket):
        refused = show(world, world.v1ro, data=REASON)
        hidden = show(world, world.v1own)
        factories.held(world, world.v1own, ticket)
        shown = show(world, world.v1own)

        assert (refused.status_code, hidden.status_code, shown.status_code) == (403, 404, 200)
        assert PAYER in shown.content.decode()

    def test_a_solved_ticket_is_no_reason_any_more(self, world, ticket):
        factories.held(world, world.v1own, ticket)
        with world.enter(world.v1) as actor:
            from tickets.actions import handling

            handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)

        assert PAYER not in show(world, world.v1own).content.decode()

    def test_reading_the_address_shows_nothing(self, world, ticket):
        factories.held(world, world.v1, ticket)

        answer = world.browser(world.v1).get(address(world, "reveal", field="payer"))

        assert answer.status_code == 200
        assert PAYER not in answer.content.decode()
        assert logged(world, "reveal") == []

    def test_an_unknown_field_is_not_found(self, world, ticket):
        factories.held(world, world.v1, ticket)

        assert show(world, world.v1, field="password").status_code == 404

    def test_the_log_leads_with_what_was_shown_without_a_ticket(self, world, ticket):
        show(world, world.v1, data=REASON)

        page = world.browser(world.o1).get("/client/voltarra/access-log/").content.decode()

        assert "without a ticket: showed a masked field" in page
        assert PAYER not in page

    def test_it_hides_again_on_the_next_page(self, world, ticket):
        factories.held(world, world.v1, ticket)
        show(world, world.v1)

        pages = [f"/desk/voltarra/{ticket.number}/", address(world, "customer")]

        assert all(PAYER not in world.browser(world.v1).get(page).content.decode() for page in pages)


class TestCall:
    def test_the_number_goes_to_the_phone_and_into_no_page(self, world, ticket):
        factories.held(world, world.v1, ticket)

        answer = world.browser(world.v1).post(address(world, "call"))

        assert (answer.status_code, answer["Location"], answer.content) == (302, f"tel:{PHONE}", b"")
        assert [e.detail for e in logged(world, "reveal")] == [{"field": "phone", "by": "call"}]

    def test_without_a_ticket_it_takes_a_reason(self, world, ticket):
        browser = world.browser(world.v1)

        asked, called = browser.post(address(world, "call")), browser.post(address(world, "call"), REASON)

        assert asked.status_code == 200
        assert PHONE not in asked.content.decode()
        assert called["Location"] == f"tel:{PHONE}"

    @pytest.mark.parametrize("phone", ["", "none", "ask her"])
    def test_what_cannot_be_dialled_is_said(self, world, ticket, phone):
        factories.held(world, world.v1, ticket)
        with world.enter(world.c1):
            Customer.objects.filter(pk=world.r1.pk).update(phone=phone)

        assert "no number on record" in world.browser(world.v1).post(address(world, "call")).content.decode()


class TestVerify:
    def check(self, world, said, field="payer", person=None):
        return world.browser(person or world.v1).post(address(world, "verify"), {"field": field, "said": said})

    @pytest.mark.parametrize(
        ("field", "said", "matches"),
        [
            ("payer", "se 7788 4417", True),
            ("payer", "SE77884417", True),
            ("payer", "SE-7788-4418", False),
            ("payer", "7788", False),
            ("phone", "070-123 45 67", True),
            ("phone", "070-123 45 68", False),
            ("born", "1985-03-12", True),
            ("born", "12.3.1985", True),
            ("born", "3/12/1985", False),
            ("email", "RITA@mail.example ", True),
            ("postcode", "22222", False),
        ],
    )
    def test_match_or_no_match_and_nothing_else(self, world, ticket, field, said, matches):
        answer = self.check(world, said, field).content.decode()

        assert ("No match" in answer) == (not matches)
        assert not any(value in answer for value in (PAYER, PHONE, "1985-03-12", "rita@mail.example"))
        (entry,) = logged(world, "verify")
        assert entry.detail == {"field": field, "result": "match" if matches else "no match"}

    def test_a_miss_says_the_same_for_a_wrong_and_an_empty_field(self, world, ticket):
        wrong, empty = self.check(world, "nonsense"), self.check(world, "nonsense", "postal_address")

        def sentence(answer):
            return answer.content.decode().split('<p class="mb-2" role="status">')[1].split('<span class="quiet">')[0]

        assert sentence(wrong) == sentence(empty)

    def test_five_tries_in_fifteen_minutes(self, world, ticket):
        with time_machine.travel(clock.now(), tick=False) as now:
            tries = [self.check(world, f"guess {n}").status_code for n in range(6)]
            colleague = self.check(world, "guess", person=world.v12).status_code
            now.shift(timedelta(minutes=16))
            later = self.check(world, PAYER).status_code

        assert tries == [200] * 5 + [429]
        assert (colleague, later) == (200, 200)

    def test_twenty_tries_a_day_by_everybody(self, world, ticket):
        with time_machine.travel(clock.now(), tick=False) as now:
            codes = []
            for n in range(21):
                codes.append(self.check(world, f"guess {n}").status_code)
                now.shift(timedelta(minutes=4))

        assert codes == [200] * 20 + [429]

    @pytest.mark.parametrize("field", ["name", "tier", "nothing", ""])
    def test_what_everybody_knows_proves_nothing(self, world, ticket, field):
        assert self.check(world, "Rita Svensson", field).status_code == 400
        assert logged(world, "verify") == []
