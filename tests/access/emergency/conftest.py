"""A frozen noon, and a request of somebody who does not work for the second client."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests import factories

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ticket(world):
    """A ticket of the second client, for which V1 does not work."""
    return factories.ticket(world, world.r2)


@pytest.fixture
def asked(world, ticket):
    return factories.asked_in(world, world.v1, ticket)
