"""A ticket, and the question that its client was asked about it."""

import pytest

from escalation.models import Escalation
from tests import factories
from tests.cast import World
from tests.escalation.test_life import escalate
from tickets.models import Ticket


@pytest.fixture
def ticket(world: World) -> Ticket:
    return factories.ticket(world, world.r1)


@pytest.fixture
def asked(world: World, ticket: Ticket) -> Escalation:
    return escalate(world, ticket)
