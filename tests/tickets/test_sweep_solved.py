"""Solved tickets close by themselves after a week, and not before."""

from datetime import timedelta

import time_machine

from tests.cast import World
from tickets.actions import handling, intake
from tickets.models import Status, Ticket
from tickets.tasks import close_solved


def solved(world: World) -> Ticket:
    with world.enter(world.r1) as actor:
        ticket = intake.open_ticket(
            actor, client_id=world.c1.pk, customer=world.r1, subject="Lamp flickers", body="It flickers."
        )
    with world.enter(world.v1) as actor:
        return handling.solve(actor, client_id=world.c1.pk, ticket_id=ticket.pk)


def status(world: World, ticket: Ticket) -> str:
    with world.enter(world.c1):
        return Ticket.objects.get(pk=ticket.pk).status


def test_a_ticket_closes_a_week_after_it_was_solved(world):
    ticket = solved(world)

    with time_machine.travel(ticket.solved_at + timedelta(days=6, hours=23), tick=False):
        assert close_solved(world.c1.pk) == 0
        assert status(world, ticket) == Status.SOLVED
    with time_machine.travel(ticket.solved_at + timedelta(days=7), tick=False):
        assert close_solved(world.c1.pk) == 1
        assert close_solved(world.c1.pk) == 0
    assert status(world, ticket) == Status.CLOSED


def test_another_clients_tickets_stay(world):
    ticket = solved(world)

    with time_machine.travel(ticket.solved_at + timedelta(days=30), tick=False):
        assert close_solved(world.c2.pk) == 0
    assert status(world, ticket) == Status.SOLVED
