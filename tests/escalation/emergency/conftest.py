"""A frozen night, two contacts without an account, and a request for an urgent ticket of theirs."""

import pytest
import time_machine

from access.models import EmergencyAccess
from escalation.models import Contact
from tests import factories
from tests.cast import World
from tests.escalation.emergency.things import MONDAY, sweep
from tickets.models import Impact, Ticket, Urgency


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def contacts(world: World) -> list[Contact]:
    """Two contacts of the second client with addresses of their own, and no account."""
    with world.enter(world.c2):
        return [
            Contact.objects.create(client=world.c2, name=name, email=f"{name.lower()}@alderby.example")
            for name in ("Ida", "Nils")
        ]


@pytest.fixture
def ticket(world: World, clock, contacts) -> Ticket:
    """An urgent ticket of the second client, for which V1 does not work."""
    found = factories.ticket(world, world.r2, impact=Impact.BLOCKED, urgency=Urgency.NOW)
    assert found.priority == 1
    return found


@pytest.fixture
def asked(world: World, ticket: Ticket) -> EmergencyAccess:
    request = factories.asked_in(world, world.v1, ticket)
    sweep()
    return request
