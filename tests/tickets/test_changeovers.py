"""Going over from one vendor to another: both work until the day, and nobody is left without a desk."""

import re
from datetime import timedelta

import pytest
import time_machine

from access import actions
from access.errors import Conflict, Invalid, RightMissing
from access.models import Changeover, Contract
from access.rights import Role
from helpdesk.lib import clock
from post.models import OutboxMail
from tests import factories
from tickets.actions import changeovers, handling
from tickets.models import Event, Ticket, TicketCategory


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def days(count):
    return clock.now() + timedelta(days=count)


@pytest.fixture
def rival(world):
    """A second vendor with a contract in force, and an agent of its own."""
    vendor = actions.create_vendor(slug="rival", name="Rival Desk")
    contract = actions.sign_contract(client=world.c1, vendor=vendor)
    agent = actions.create_user(email="rut@rival.example", name="Rut Rival", vendor=vendor)
    actions.hire(client=world.c1, user=agent, role=Role.AGENT)
    return contract, agent


@pytest.fixture
def ours(world):
    with world.enter(world.c1):
        return Contract.objects.get(vendor=world.havnvik)


@pytest.fixture
def plan(world, ours, rival):
    def do(*categories, at=10, person=None):
        with world.enter(person or world.o1) as actor:
            return changeovers.plan(
                actor,
                client_id=world.c1.pk,
                from_id=ours.pk,
                to_id=rival[0].pk,
                category_ids=[each.pk for each in categories],
                on_at=days(at),
            )

    return do


def settle(world):
    with world.enter(world.c1) as system:
        return changeovers.settle(system, client_id=world.c1.pk)


def contract_of(world, ticket):
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk).contract_id


def test_until_the_day_all_stays_with_who_works_now(world, ours, rival, plan):
    plan()
    ticket = factories.ticket(world, world.r1)

    assert settle(world) == 0
    assert contract_of(world, ticket) == ours.pk


def test_on_the_day_the_open_tickets_go_over_without_their_agent(world, ours, rival, plan):
    ticket, closed = factories.ticket(world, world.r1), factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)
    with world.enter(world.r1) as actor:
        handling.close(actor, client_id=world.c1.pk, ticket_id=closed.pk)
    plan()

    with time_machine.travel(days(11)):
        assert settle(world) == 1
        assert settle(world) == 0
        with world.enter(world.c1):
            moved = Ticket.objects.get(pk=ticket.pk)
            assert (moved.contract_id, moved.vendor_id, moved.assignee_id) == (rival[0].pk, rival[0].vendor_id, None)
            assert Event.objects.get(kind="handed_over").data == {"before": "Havnvik Support", "after": "Rival Desk"}
    assert contract_of(world, closed) == ours.pk


def test_new_tickets_come_to_whoever_took_over_whoever_opens_them(world, ours, rival, plan):
    plan()
    with time_machine.travel(days(11)):
        settle(world)
        by_customer = factories.ticket(world, world.r1)

        assert contract_of(world, by_customer) == rival[0].pk


def test_whoever_has_handed_over_everything_is_under_notice(world, ours, rival, plan):
    plan()
    with time_machine.travel(days(11)):
        settle(world)
        with world.enter(world.c1):
            after = Contract.objects.get(pk=ours.pk)
        assert (after.state, after.notice_by) == ("notice", "Olle Voltarra")
        assert after.valid_until > clock.now()


def test_some_categories_alone(world, ours, rival, plan):
    with world.enter(world.c1):
        kinds = list(TicketCategory.objects.filter(client_id=world.c1.pk).order_by("pk")[:2])
    one, other = (factories.ticket(world, world.r1, category_id=kind.pk) for kind in kinds)
    plan(kinds[0])

    with time_machine.travel(days(11)):
        settle(world)
        fresh = [factories.ticket(world, world.r1, category_id=kind.pk) for kind in kinds]

        assert [contract_of(world, each) for each in (one, other, *fresh)] == [
            rival[0].pk, ours.pk, rival[0].pk, ours.pk,
        ]  # fmt: skip
        with world.enter(world.c1):
            assert Contract.objects.get(pk=ours.pk).state == "in_force"


class TestNotReady:
    @pytest.fixture(autouse=True)
    def unready(self, world, rival):
        with world.enter(world.c1):
            Contract.objects.filter(pk=rival[0].pk).update(state="onboarding")

    def test_nothing_moves_and_the_client_is_told_before_and_on_the_day(self, world, ours, plan):
        ticket = factories.ticket(world, world.r1)
        row = plan()
        for at in (4, 4, 9.5, 11, 11):
            with time_machine.travel(days(at)):
                assert settle(world) == 0
        with world.enter(world.c1):
            told = list(OutboxMail.objects.filter(kind="arrangement").order_by("pk").values_list("text", flat=True))
            row = Changeover.objects.get(pk=row.pk)

        assert len(told) == 3
        assert "Rival Desk lacks: not in force: onboarding." in told[0]
        assert "The day has come and nothing has moved" in told[2]
        assert (row.begun_at, contract_of(world, ticket)) == (None, ours.pk)
        assert row.held_since is not None

    def test_it_goes_over_as_soon_as_they_are_ready(self, world, rival, plan):
        ticket = factories.ticket(world, world.r1)
        plan()
        with time_machine.travel(days(11)):
            settle(world)
            with world.enter(world.c1):
                Contract.objects.filter(pk=rival[0].pk).update(state="in_force")
            assert settle(world) == 1

            assert contract_of(world, ticket) == rival[0].pk


class TestPlanning:
    def test_only_whoever_signs_contracts(self, plan, world):
        for person in (world.a1, world.lead):
            with pytest.raises(RightMissing):
                plan(person=person)

    def test_a_day_that_is_over_is_refused_and_a_second_plan_too(self, plan):
        with pytest.raises(Invalid, match="in the future"):
            plan(at=-1)
        plan()
        with pytest.raises(Conflict, match="planned already"):
            plan()

    def test_it_can_be_called_off_until_it_has_begun(self, world, ours, plan):
        row = plan()
        about = {"client_id": world.c1.pk, "changeover_id": row.pk}
        with world.enter(world.o1) as actor:
            changeovers.call_off(actor, **about)
        with time_machine.travel(days(11)):
            assert settle(world) == 0
            later = plan(at=1)
        with time_machine.travel(days(20)):
            settle(world)
            with pytest.raises(Conflict, match="It has begun"), world.enter(world.o1) as actor:
                changeovers.call_off(actor, client_id=world.c1.pk, changeover_id=later.pk)


class TestPages:
    def test_the_client_plans_and_reads_how_far_it_is(self, world, ours, rival):
        browser = world.browser(world.o1)
        factories.ticket(world, world.r1)
        given = {"from_contract": ours.pk, "to_contract": rival[0].pk, "on_day": days(10).date().isoformat()}
        assert browser.post("/client/voltarra/contracts/changeovers/", given).status_code == 302

        said = text(browser.get("/client/voltarra/contracts/changeovers/"))
        assert "From Havnvik Support to Rival Desk on" in said
        assert "1 ticket is still to be handed over." in said

    def test_the_form_begins_with_two_that_can_hand_over(self, world, ours, rival):
        page = world.browser(world.o1).get("/client/voltarra/contracts/changeovers/").content.decode()

        assert re.findall(r'<option value="(\d+)" selected>', page) == [str(ours.pk), str(rival[0].pk)]

    def test_both_offices_read_the_plan_and_no_third(self, world, ours, rival, plan):
        plan()
        for vendor, contract, sees in (("havnvik", ours, True), ("rival", rival[0], True)):
            boss = actions.create_user(email=f"boss@{vendor}.example", name="Bo Boss", vendor=contract.vendor)
            actions.run_office(user=boss)
            page = world.browser(boss).get(f"/office/clients/voltarra/contracts/{contract.pk}/")
            assert ("Rival Desk is ready to take over." in text(page)) is sees
        third = actions.create_vendor(slug="third", name="Third Desk")
        theirs = actions.sign_contract(client=world.c1, vendor=third)
        boss = actions.create_user(email="boss@third.example", name="Bo Boss", vendor=third)
        actions.run_office(user=boss)
        assert "Rival Desk" not in text(world.browser(boss).get(f"/office/clients/voltarra/contracts/{theirs.pk}/"))
