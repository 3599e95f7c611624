"""The mailbox that mails are sent to."""

import pytest


@pytest.fixture
def box(world):
    return world.c1.mailbox
