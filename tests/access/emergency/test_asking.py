"""Emergency access: who may ask, what a grant opens and for how long, and what nobody is told."""

from datetime import timedelta

import pytest

from access import actions, emergency
from access.actions import clearing, contracts
from access.actions import emergency as acts
from access.errors import Conflict, GateClosed, Invalid, TooMany
from access.models import AccessLogContent, Assignment, Contract, EmergencyAccess, NdaAcceptance, NetworkRule
from access.rights import Right, Role
from access.standing import forget_all
from tests import factories
from tests.access.emergency.conftest import NOON
from tests.access.emergency.things import State, lines, page, read
from tests.faults.together import together
from tickets.models import Message, Ticket


class TestAsking:
    def test_the_request_names_its_ticket_and_its_reason_in_the_log(self, world, clock, ticket):
        request = factories.asked_in(world, world.v1, ticket)

        assert (request.state, request.ticket_id, request.priority) == (State.ASKED, ticket.pk, ticket.priority)
        (line,) = lines(world, "emergency_asked")
        assert (line.user_id, line.vendor_id, line.ticket_number) == (world.v1.pk, world.havnvik.pk, ticket.number)
        assert line.detail["emergency"] == request.pk
        assert line.reason == request.reason

    def test_nothing_is_open_by_asking(self, world, clock, ticket, asked):
        assert world.browser(world.v1).get(page(ticket)).status_code == 404
        assert world.actor(world.v1).client_ids == (world.c1.pk,)

    def test_the_answer_is_the_same_whether_there_is_such_a_ticket_or_not(self, world, clock, ticket):
        there, nowhere = world.browser(world.v1), world.browser(world.x)
        form = {"client": "alderby", "reason": "It burns", "minutes": "30"}

        first = there.post("/desk/emergency/", {**form, "number": ticket.number})
        second = nowhere.post("/desk/emergency/", {**form, "number": 987_654})

        assert (first.status_code, second.status_code) == (302, 302)
        told = [browser.get("/desk/my-access/").content.decode() for browser in (there, nowhere)]
        assert all("Alderby has not answered yet" in text for text in told)
        assert "The door stays shut" not in told[0]

    def test_clients_without_a_contract_in_force_are_not_offered(self, world, clock, superuser):
        with world.enter(world.v1) as actor:
            offered = {face.slug for face in emergency.askable(actor)}
        superuser.execute("UPDATE access_contract SET state = 'ended' WHERE client_id = %s", [world.c2.pk])
        forget_all()

        assert offered == {"alderby", "tallholm"}
        with world.enter(world.v1) as actor:
            assert {face.slug for face in emergency.askable(actor)} == {"tallholm"}

    def test_one_that_is_not_offered_is_refused(self, world, clock, ticket, superuser):
        superuser.execute("UPDATE access_contract SET state = 'ended' WHERE client_id = %s", [world.c2.pk])

        with pytest.raises(Invalid, match="Choose one"):
            factories.asked_in(world, world.v1, ticket)

    def test_the_operator_may_ask_any_client(self, world, clock):
        with world.enter(world.operator) as actor:
            assert {face.slug for face in emergency.askable(actor)} == {"voltarra", "alderby", "tallholm"}

    def test_the_office_may_ask_and_sees_nothing_by_that(self, world, clock, ticket):
        factories.asked_in(world, world.office, ticket)

        assert world.browser(world.office).get(page(ticket)).status_code == 404

    @pytest.mark.parametrize("person", ["o1", "a1", "e1"])
    def test_a_clients_own_people_ask_nobody(self, world, clock, person):
        assert world.browser(getattr(world, person)).get("/desk/emergency/").status_code == 403

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"reason": "  "}, "reason"),
            ({"minutes": 45}, "minutes"),
            ({"minutes": 480}, "minutes"),
            ({"number": 0}, "number"),
        ],
    )
    def test_what_is_missing_is_said_at_its_field(self, world, clock, ticket, more, field):
        with pytest.raises(Invalid) as refused:
            factories.asked_in(world, world.v1, ticket, **more)

        assert refused.value.field == field

    def test_not_for_longer_than_the_client_allows(self, world, clock, ticket):
        with world.enter(world.o2) as actor:
            clearing.set_rules(
                actor, client_id=world.c2.pk, needs_second_factor=False, certification_grace_days=0,
                must_read_grace_days=0, unanswered_emergency=False, emergency_minutes=30,
            )  # fmt: skip

        with pytest.raises(Invalid, match="At most 30"):
            factories.asked_in(world, world.v1, ticket, minutes=60)
        assert factories.asked_in(world, world.v1, ticket, minutes=30).minutes == 30

    def test_one_request_at_a_time_until_it_is_taken_back(self, world, clock, ticket, asked):
        with pytest.raises(Conflict, match="asked Alderby already"):
            factories.asked_in(world, world.v1, ticket)
        with world.enter(world.v1) as actor:
            acts.end_own(actor, emergency_id=asked.pk)

        assert factories.asked_in(world, world.v1, ticket).pk != asked.pk
        assert read(world, asked).state == State.WITHDRAWN

    def test_two_at_once_are_one(self, world, clock, ticket):
        results = together(*[lambda: factories.asked_in(world, world.v1, ticket)] * 2)

        assert sorted(type(result).__name__ for result in results) == ["Conflict", "EmergencyAccess"]

    def test_too_many_in_an_hour(self, world, clock, ticket):
        for _number in range(12):
            request = factories.asked_in(world, world.v1, ticket)
            with world.enter(world.v1) as actor:
                acts.end_own(actor, emergency_id=request.pk)

        with pytest.raises(TooMany):
            factories.asked_in(world, world.v1, ticket)

    def test_a_suspended_vendor_asks_in_vain(self, world, clock, ticket):
        factories.suspend(world, world.o2, world.havnvik)

        with pytest.raises(GateClosed, match="suspended"):
            factories.asked_in(world, world.v1, ticket)

    def test_whoever_left_a_team_that_is_suspended_asks_in_vain(self, world, clock):
        mine = factories.ticket(world, world.r1)
        with world.enter(world.c1):
            Assignment.objects.filter(user__in=[world.x, world.lead]).update(team="Nights")
        factories.suspend(world, world.o1, world.havnvik, team="Nights")

        with pytest.raises(GateClosed, match="suspended"):
            factories.asked_in(world, world.x, mine)

    def test_from_a_network_that_the_client_does_not_allow_nobody_asks(self, world, clock, ticket):
        with world.enter(world.c2):
            NetworkRule.objects.create(client=world.c2, network="192.0.2.0/24")
        form = {"client": "alderby", "number": ticket.number, "reason": "It burns", "minutes": "30"}

        assert world.browser(world.v1).post("/desk/emergency/", form).status_code == 403
        assert world.browser(world.v1, REMOTE_ADDR="192.0.2.7").post("/desk/emergency/", form).status_code == 302


def _sign(world, *, text="Keep it to yourself."):
    """The second client asks for an NDA from now on."""
    with world.enter(world.o2) as actor:
        return clearing.publish_nda(actor, client_id=world.c2.pk, text=text, at_once=True)


class TestTheNda:
    FORM = {"client": "alderby", "reason": "It burns", "minutes": "30"}

    def test_stands_in_the_form_and_is_accepted_with_it(self, world, clock, ticket):
        nda, browser = _sign(world), world.browser(world.v1)
        form = {**self.FORM, "number": ticket.number, "read": nda.digest, "typed_name": world.v1.name}

        assert "Keep it to yourself." in browser.get("/desk/emergency/?client=alderby").content.decode()
        assert browser.post("/desk/emergency/", form).status_code == 302
        with world.enter(world.c2):
            factories.let_in(world, world.o2, EmergencyAccess.objects.get())
            assert NdaAcceptance.objects.get().typed_name == world.v1.name
        assert browser.get(page(ticket)).status_code == 200
        (line,) = lines(world, "nda_accepted")
        assert (line.user_id, line.vendor_id) == (world.v1.pk, world.havnvik.pk)

    @pytest.mark.parametrize("more", [{}, {"typed_name": "Somebody Else"}, {"read": "0" * 64}])
    def test_nothing_is_asked_before_it_is_accepted(self, world, clock, ticket, more):
        nda, browser = _sign(world), world.browser(world.v1)
        given = {"read": nda.digest, "typed_name": world.v1.name, **more} if more else {}

        answer = browser.post("/desk/emergency/", {**self.FORM, "number": ticket.number, **given})

        assert answer.status_code == 400
        assert "Keep it to yourself." in answer.content.decode()
        with world.enter(world.c2):
            assert not EmergencyAccess.objects.exists()
            assert not NdaAcceptance.objects.exists()

    def test_one_that_is_accepted_or_yet_to_take_effect_is_not_asked_for(self, world, clock, ticket):
        nda = _sign(world)
        mine = factories.asked_in(world, world.v1, ticket, read=nda.digest, typed_name=world.v1.name)
        with world.enter(world.o2) as actor:
            clearing.publish_nda(actor, client_id=world.c2.pk, text="From next week on.")
        with world.enter(world.v1) as actor:
            acts.end_own(actor, emergency_id=mine.pk)

        text = world.browser(world.v1).get("/desk/emergency/?client=alderby").content.decode()

        assert 'name="typed_name"' not in text
        assert factories.asked_in(world, world.v1, ticket).pk != mine.pk

    def test_is_not_shown_to_whoever_would_be_kept_out_all_the_same(self, world, clock, ticket):
        _sign(world)
        before = world.browser(world.v1).get("/desk/emergency/?client=alderby").content.decode()
        factories.suspend(world, world.o2, world.havnvik)

        after = world.browser(world.v1).get("/desk/emergency/?client=alderby").content.decode()

        assert "Keep it to yourself." in before
        assert "Keep it to yourself." not in after

    def test_one_that_takes_effect_meanwhile_is_said_on_the_card_with_the_way(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked)
        browser = world.browser(world.v1)
        before = browser.get("/desk/my-access/").content.decode()
        _sign(world)

        after = browser.get("/desk/my-access/").content.decode()

        assert "First read and accept the NDA of Alderby" not in before
        assert "First read and accept the NDA of Alderby" in after
        assert page(ticket) not in after.split("</section>")[0]


class TestAGrant:
    def test_opens_the_one_ticket_and_its_customer_and_no_other(self, world, clock, ticket, asked):
        other = factories.ticket(world, factories.customer(world, world.c2))
        factories.let_in(world, world.o2, asked)

        browser = world.browser(world.v1)

        assert browser.get(page(ticket)).status_code == 200
        assert browser.get(f"/desk/alderby/customers/{ticket.customer_id}/").status_code == 200
        assert browser.get(page(other)).status_code == 404
        assert browser.get(f"/desk/alderby/customers/{other.customer_id}/").status_code == 404
        assert page(other) not in browser.get("/desk/?view=all").content.decode()

    def test_lets_an_agent_answer_and_leaves_the_ticket_nobodys(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked)

        factories.reply(world, world.v1, ticket, "We have shut it for you.")

        with world.enter(world.c2):
            assert Ticket.objects.get(pk=ticket.pk).assignee is None

    def test_lets_an_operator_read_and_no_more(self, world, clock, ticket):
        factories.let_in(world, world.o2, factories.asked_in(world, world.operator, ticket))

        browser = world.browser(world.operator)

        assert browser.get(page(ticket)).status_code == 200
        assert browser.post(f"{page(ticket)}reply/", {"body": "Hello"}).status_code == 403
        assert world.actor(world.operator).standing(world.c2.pk).rights == Role.OPERATOR.rights

    def test_shows_an_operator_no_note_that_is_one_vendors_own(self, world, clock, ticket):
        factories.note(world, world.v12, ticket, "Only for us at Havnvik.", audience=Message.Audience.VENDOR)
        factories.note(world, world.v12, ticket, "For both of us.", audience=Message.Audience.SHARED)
        factories.let_in(world, world.o2, factories.asked_in(world, world.operator, ticket))

        text = world.browser(world.operator).get(page(ticket)).content.decode()

        assert "For both of us." in text
        assert "Only for us at Havnvik." not in text

    def test_is_over_at_its_minute_on_the_next_request(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked, minutes=30)
        session = world.browser(world.v1)

        clock.shift(timedelta(minutes=30) - timedelta(microseconds=1))
        before = session.get(page(ticket)).status_code
        clock.shift(timedelta(microseconds=1))

        assert (before, session.get(page(ticket)).status_code) == (200, 404)

    def test_is_over_for_a_program_too_and_gives_no_new_keys(self, world, clock):
        mine = factories.ticket(world, world.r1)
        key = world.program(world.v1, world.c1)
        actions.end_assignment(client=world.c1, user=world.v1)
        address = f"/api/v1/tickets/{mine.number}/"
        before = key.get(address).status_code
        factories.let_in(world, world.o1, factories.asked_in(world, world.v1, mine), minutes=15)

        during, new = key.get(address).status_code, world.browser(world.v1).get("/desk/my-access/voltarra/token/")
        clock.shift(timedelta(minutes=15))

        assert (before, during, new.status_code) == (403, 200, 403)
        assert key.get(address).status_code == 403

    def test_gives_its_own_rights_whatever_was_granted_before(self, world, clock):
        mine, another = (factories.ticket(world, world.r1) for _number in range(2))
        factories.let_in(world, world.o1, factories.asked_in(world, world.x, mine))

        standing = world.actor(world.x).standing(world.c1.pk)

        assert standing.rights == Role.EMERGENCY.rights
        assert world.browser(world.x).get(page(another, "voltarra")).status_code == 404

    def test_is_written_into_every_line_of_the_log_that_is_made_under_it(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked)
        world.browser(world.v1).get(page(ticket))

        with world.enter(world.c2):
            line = AccessLogContent.objects.filter(user_id=world.v1.pk, action="view").get()
            assert line.detail["emergency"] == asked.pk
            assert emergency.entries_under(asked) == 1
        log = world.browser(world.o2).get(f"/client/alderby/access-log/?emergency={asked.pk}")
        assert "emergency access" in log.content.decode()

    def test_is_shown_in_the_grid_with_its_end(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked)

        text = world.browser(world.o2).get("/client/alderby/people/").content.decode()

        assert "emergency until 14:00" in text

    def test_suspending_the_vendor_ends_it_at_once(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked)
        browser = world.browser(world.v1)
        before = browser.get(page(ticket)).status_code

        factories.suspend(world, world.o2, world.havnvik, user_id=world.v1.pk)

        assert (before, browser.get(page(ticket)).status_code) == (200, 403)
        assert browser.get("/desk/").status_code == 200, "the work for the other client goes on"

    def test_the_end_of_the_contract_ends_it(self, world, clock, ticket, asked):
        factories.let_in(world, world.o2, asked)
        with world.enter(world.c2):
            contract = Contract.objects.get(vendor=world.havnvik)
        with world.enter(world.o2) as actor:
            contracts.end(actor, client_id=world.c2.pk, contract_id=contract.pk)

        assert world.browser(world.v1).get(page(ticket)).status_code == 403

    def test_asks_for_the_nda_before_anything_is_seen(self, world, clock, ticket, asked):
        _sign(world)
        factories.let_in(world, world.o2, asked)
        browser = world.browser(world.v1)

        assert browser.get(page(ticket)).status_code == 403
        browser.post("/desk/my-access/nda/alderby/", {"number": 1, "typed_name": world.v1.name})
        assert browser.get(page(ticket)).status_code == 200

    def test_asks_an_operator_for_the_nda_too(self, world, clock, ticket):
        nda, name = _sign(world), world.operator.name
        with pytest.raises(Invalid, match="Read the NDA"):
            factories.asked_in(world, world.operator, ticket)
        request = factories.asked_in(world, world.operator, ticket, read=nda.digest, typed_name=name)
        factories.let_in(world, world.o2, request)

        assert world.browser(world.operator).get(page(ticket)).status_code == 200
        with world.enter(world.c2):
            assert NdaAcceptance.objects.get().vendor_id is None

    def test_holds_an_operator_to_the_clients_networks(self, world, clock, ticket):
        factories.let_in(world, world.o2, factories.asked_in(world, world.operator, ticket))
        with world.enter(world.c2):
            NetworkRule.objects.create(client=world.c2, network="192.0.2.0/24")

        assert world.browser(world.operator).get(page(ticket)).status_code == 403
        assert world.browser(world.operator, REMOTE_ADDR="192.0.2.7").get(page(ticket)).status_code == 200

    def test_ends_when_its_operator_is_none_any_more(self, world, clock, ticket):
        factories.let_in(world, world.o2, factories.asked_in(world, world.operator, ticket))
        actions.make_operator(user=world.operator, starts_at=NOON - timedelta(days=1), ends_at=NOON)

        assert world.browser(world.operator).get(page(ticket)).status_code == 404


class TestOperators:
    def test_see_nothing_without_a_grant(self, world, clock, ticket):
        browser = world.browser(world.operator)

        assert world.actor(world.operator).standings == {}
        assert browser.get(page(ticket)).status_code == 404
        assert browser.get("/").headers["Location"] == "/desk/my-access/"
        assert "The door stays shut" not in browser.get("/desk/my-access/").content.decode()

    def test_are_of_no_vendor_and_no_client(self, world, clock):
        for person in (world.v1, world.o1):
            with pytest.raises(Invalid):
                actions.make_operator(user=person)
        with pytest.raises(Invalid):
            actions.add_member(client=world.c1, user=world.operator, role=Role.CLIENT_ADMIN)

    def test_hold_no_right_that_changes_anything(self):
        assert Role.OPERATOR.rights == {Right.TICKET_READ, Right.CUSTOMER_READ, Right.ARTICLE_READ}
