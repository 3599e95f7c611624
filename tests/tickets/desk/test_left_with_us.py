"""An answer that leaves the ticket with us does so, wherever it was."""

from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tests.tickets.desk.acting import fresh
from tickets.actions.conversation import Then
from tickets.models import Holder


def test_a_ticket_that_waits_on_the_customer_is_ours_again_where_it_is_left_with_us(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    factories.reply(world, world.v1, ticket)
    assert fresh(world, ticket).holder == Holder.CUSTOMER

    factories.reply(world, world.v1, ticket, "We look into it ourselves.", then=Then.STAY)

    after = fresh(world, ticket)
    assert after.holder == Holder.VENDOR
    assert after.due_at is not None


def test_a_question_stays_with_the_client_whatever_is_answered(world: World) -> None:
    ticket = factories.ticket(world, world.r1)
    escalate(world, ticket)

    factories.reply(world, world.v1, ticket, then=Then.STAY)

    assert fresh(world, ticket).holder == Holder.CLIENT
