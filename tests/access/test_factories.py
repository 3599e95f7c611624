"""The factories: what others' tests stand on."""

from tests import factories
from tickets.models import Message, Ticket


def test_tickets_answers_and_notes_are_made_and_numbered_per_client(world):
    first = factories.ticket(world, world.r1)
    other = factories.ticket(world, world.r2)
    second = factories.ticket(world, factories.customer(world, world.c1))
    factories.reply(world, world.v1, first)
    factories.note(world, world.a1, first)

    assert (first.number, other.number, second.number) == (1, 1, 2)
    with world.enter(world.v1):
        assert Ticket.objects.count() == 2
        assert Message.objects.filter(ticket_id=first.pk).count() == 3
