"""One connection serves everybody in turn: nothing of one request is left for the next."""

import random

import pytest
from django.db import connection

from access import scope
from tests.access.test_scope import settings_now

PATHS = (
    "/try/voltarra/here",
    "/try/alderby/here",
    "/try/voltarra/write/crash",
    "/try/voltarra/write/conflict",
    "/try/alderby/write/422",
    "/try/voltarra/swallow",
    "/try/anywhere",
    "/try/nosy",
    "/try/nowhere/here",
    "/try/voltarra/late",
)
ROUNDS = 200


@pytest.fixture
def trial(settings):
    settings.ROOT_URLCONF = "tests.access.trial_urls"


def test_alternating_requests_with_errors_between_never_meet(places, trial):
    dice = random.Random(41)
    own = {"v1": {places.c1.client.pk}, "o2": {places.c2.client.pk}, "v12": {places.c1.client.pk, places.c2.client.pk}}
    seen = {name: set() for name in own}
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid

    for _ in range(ROUNDS):
        person, path = dice.choice(list(own)), dice.choice(PATHS)
        response = places.browser(person, "staff").get(path)
        if response.status_code == 200 and response["Content-Type"] == "application/json":
            seen[person] |= set(response.json()["clients"])
        assert scope.current() is None
        assert settings_now() == ("",) * 5

    assert seen == own
    assert connection.connection.info.backend_pid == backend
