"""A frozen Monday, and a proposal of the vendor's lead that waits for the client."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from escalation.models import MatrixProposal
from tests.cast import World
from tests.escalation.proposals import things


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def sent(world: World) -> MatrixProposal:
    return things.send(world, things.write(world))


@pytest.fixture
def link(world: World, sent: MatrixProposal) -> str:
    return things.link_in(things.mails(world, "ask")[0][1])
