"""The cast itself: who may see what before anything happens."""

import pytest

from access.errors import GateClosed, NotFound
from access.models import Client, StaffCard
from access.rights import Right
from tickets.models import Customer


@pytest.mark.parametrize("time", [1, 2])
def test_the_same_rows_are_there_for_every_test(world, time):
    assert list(Client.objects.order_by("pk").values_list("slug", flat=True)) == ["voltarra", "alderby", "tallholm"]

    fourth = Client.objects.create(slug="fourth", name="Fourth", monogram="FO", colour="#000000", mailbox="a@b.example")

    assert fourth.pk == 4


def test_each_person_stands_at_their_own_clients(world):
    assert world.actor(world.v1).client_ids == (world.c1.pk,)
    assert world.actor(world.v12).client_ids == (world.c1.pk, world.c2.pk)
    assert world.actor(world.o2).client_ids == (world.c2.pk,)


def test_an_ended_assignment_is_a_closed_gate_and_no_scope(world):
    actor = world.actor(world.x)

    assert actor.client_ids == ()
    with pytest.raises(GateClosed):
        actor.require(Right.TICKET_READ, world.c1.pk)
    with pytest.raises(NotFound):
        actor.require(Right.TICKET_READ, world.c2.pk)


def test_people_see_customers_of_their_clients_only(world):
    seen = {}
    for person in (world.v1, world.v12, world.o2, world.x, world.r1):
        with world.enter(person):
            seen[person.name] = set(Customer.objects.values_list("pk", flat=True))

    r1, r2 = world.r1.pk, world.r2.pk
    assert list(seen.values()) == [{r1}, {r1, r2}, {r2}, set(), {r1}]


def test_colleagues_are_seen_by_their_cards(world):
    with world.enter(world.r2):
        assert set(StaffCard.objects.values_list("name", flat=True)) == {"Viggo Brandt", "Lea Dahl", "Olga Alderby"}
