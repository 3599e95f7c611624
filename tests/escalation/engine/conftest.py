"""The engine is driven by hand: a clock that stands still until it is moved."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.escalation.engine.things import MONDAY


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller
