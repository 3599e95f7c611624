"""Before an NDA counts at once, the client is told how many urgent tickets are open."""

from access import clearance
from tests import factories
from tickets.actions import handling


def test_open_urgent_tickets_are_counted_and_no_others(world):
    urgent = factories.ticket(world, world.r1)
    factories.ticket(world, world.r1)
    factories.ticket(world, world.r2)
    with world.enter(world.c1) as actor:
        handling.override_priority(
            actor, client_id=world.c1.pk, ticket_id=urgent.pk, priority=1, reason="No heat, and it is winter"
        )

    with world.enter(world.o1):
        assert clearance.would_stop(world.c1.pk).urgent == 1
