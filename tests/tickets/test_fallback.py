"""While a vendor is suspended its tickets are with the client, and go back afterwards."""

import pytest

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
