"""For every test here: the product's routes, and those that try the doors."""

import pytest

from access.models import ClientProfile


@pytest.fixture
def trial(settings):
    """The routes of `trial_urls`."""
    settings.ROOT_URLCONF = "tests.access.trial_urls"


@pytest.fixture
def voice(world):
    """What stands in the first client's profile now."""

    def read():
        with world.enter(world.c1):
            return ClientProfile.objects.get().voice

    return read
