"""While a vendor may not work its tickets are with the client, and go back afterwards."""

from datetime import timedelta

import pytest
import time_machine

from helpdesk.lib import clock
from tests import factories
from tickets import tasks
from tickets.actions import next_ticket
from tickets.models import Holder, SetAside, Ticket


def settle(world):
    return tasks.settle_courts(world.c1.pk)


def holder(world, ticket):
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk).holder


@pytest.fixture
def suspended(world):
    """A ticket that was with the vendor when it was suspended."""
    ticket = factories.ticket(world, world.r1)
    factories.suspend(world, world.o1, world.havnvik)
    settle(world)
    return ticket


def test_what_the_vendor_holds_comes_to_the_client(world, suspended):
    assert holder(world, suspended) == Holder.CLIENT


def test_what_comes_in_meanwhile_comes_to_the_client(world, suspended):
    ticket = factories.ticket(world, world.r1)

    settle(world)

    assert holder(world, ticket) == Holder.CLIENT


def test_restored_it_goes_back(world, suspended):
    factories.restore(world, world.o1)
    settle(world)

    assert holder(world, suspended) == Holder.VENDOR
    with world.enter(world.c1):
        assert not SetAside.objects.exists()


def test_what_the_client_has_taken_on_stays_with_it(world, suspended):
    with world.enter(world.a1) as actor:
        next_ticket.claim(actor, client_id=world.c1.pk, ticket_id=suspended.pk)

    factories.restore(world, world.o1)
    settle(world)

    assert holder(world, suspended) == Holder.CLIENT


def test_an_answer_to_the_customer_is_no_longer_waiting(world, suspended):
    factories.reply(world, world.a1, suspended)
    factories.restore(world, world.o1)
    settle(world)

    assert holder(world, suspended) == Holder.CUSTOMER


def test_twice_is_once(world, suspended):
    assert settle(world) == 0


def test_one_person_of_a_vendor_leaves_its_tickets_where_they_are(world):
    ticket = factories.ticket(world, world.r1)
    factories.suspend(world, world.o1, world.havnvik, user_id=world.v1.pk)

    assert settle(world) == 0
    assert holder(world, ticket) == Holder.VENDOR


def test_another_client_is_not_touched(world, suspended):
    ticket = factories.ticket(world, world.r2)

    tasks.settle_courts(world.c2.pk)

    with world.enter(world.c2):
        assert Ticket.objects.get(pk=ticket.pk).holder == Holder.VENDOR


def test_with_the_contract_its_tickets_come_to_the_client(world):
    ticket = factories.ticket(world, world.r1)
    factories.end_contract(world, world.o1)
    later = factories.ticket(world, world.r1)

    assert settle(world) == 2

    assert holder(world, ticket) == holder(world, later) == Holder.CLIENT
    assert settle(world) == 0


def test_a_contract_whose_time_is_over_is_over_without_anybodys_doing(world, superuser):
    ticket = factories.ticket(world, world.r1)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        superuser.execute(
            "UPDATE access_contract SET valid_until = %s WHERE client_id = %s",
            [clock.now() - timedelta(hours=1), world.c1.pk],
        )

        assert settle(world) == 1

    assert holder(world, ticket) == Holder.CLIENT


def test_the_next_contract_takes_them_back(world, superuser):
    ticket = factories.ticket(world, world.r1)
    factories.end_contract(world, world.o1)
    settle(world)
    superuser.execute(
        "UPDATE access_contract SET state = 'in_force', valid_until = NULL WHERE client_id = %s", [world.c1.pk]
    )

    assert settle(world) == 1

    assert holder(world, ticket) == Holder.VENDOR
