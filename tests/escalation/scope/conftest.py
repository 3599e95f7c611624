"""A frozen Monday, terms with a rate card, and a ticket under them."""

import pytest
import time_machine

from access.models import Contract
from escalation.models import Contact, ScopeRequest
from tests import factories
from tests.cast import World
from tests.escalation.scope import things
from tickets.models import Impact, Ticket, Urgency


@pytest.fixture
def clock():
    with time_machine.travel(things.MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def contract(world: World, clock) -> Contract:
    return things.agree(world)


@pytest.fixture
def contacts(world: World) -> list[Contact]:
    return things.contacts(world)


@pytest.fixture
def ticket(world: World, contract: Contract) -> Ticket:
    return factories.ticket(world, world.r1)


@pytest.fixture
def urgent(world: World, contract: Contract) -> Ticket:
    found = factories.ticket(world, world.r1, impact=Impact.BLOCKED, urgency=Urgency.NOW)
    assert found.priority == 1
    return found


@pytest.fixture
def asked(world: World, contract: Contract, contacts: list[Contact], ticket: Ticket) -> ScopeRequest:
    things.allow(world, contract, approvers=[contact.key for contact in contacts])
    return things.ask(world, ticket)
