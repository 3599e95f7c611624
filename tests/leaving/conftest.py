"""The keeper as it runs: Django's connection as the role `keeper` for as long as a job takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from helpdesk.leaving import keeper
from helpdesk.lib import clock, env
from tests import servers


@contextmanager
def as_keeper() -> Iterator[None]:
    """Connect as the keeper, as its own process does."""
    before = dict(connection.settings_dict)
    connection.close()
    parsed = env.database_url(servers.keeper_dsn())
    connection.settings_dict.update({key: parsed[key] for key in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def do_all() -> int:
    """Do everything that is due now, as the keeper's process would; returns how many jobs that were."""
    done = 0
    with as_keeper():
        while keeper.do_next(clock.now()):
            done += 1
    return done


@pytest.fixture
def keep(log_key: Path) -> Any:
    """The keeper's process, to be called."""
    return do_all
