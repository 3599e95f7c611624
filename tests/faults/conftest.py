"""A Redis of these tests' own behind a wire: what they break must not be what other tests use."""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.test import override_settings

from helpdesk.celery import app
from helpdesk.services.redis import start_redis
from tests.faults.wire import Wire


@dataclass(frozen=True)
class Broker:
    """A Redis, the wire to it, and a way past the wire for looking."""

    wire: Wire
    url: str
    direct: redis.Redis

    def fill(self) -> None:
        """Leave no room: whatever would add something is refused."""
        self.direct.config_set("maxmemory", "1")

    def make_room(self) -> None:
        """Take things again."""
        self.direct.config_set("maxmemory", "256mb")


@pytest.fixture(scope="module")
def _own_redis() -> Iterator[Broker]:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-faults-"))
    server = start_redis(folder / "redis", password="only-for-tests", log=folder / "redis.log")
    target = urlsplit(server.url)
    assert target.port is not None
    with Wire("127.0.0.1", target.port) as wire, redis.Redis.from_url(server.url) as direct:
        by_wire = urlunsplit(target._replace(netloc=f":only-for-tests@127.0.0.1:{wire.port}"))
        yield Broker(wire, by_wire, direct)
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker(_own_redis: Broker, db: None) -> Iterator[Broker]:
    """The cache and the task queue of this process, in a Redis that the test may break."""
    caches = copy.deepcopy(settings.CACHES)
    caches["default"]["LOCATION"] = _own_redis.url
    with override_settings(CACHES=caches):
        earlier, app.conf.broker_url = app.conf.broker_url, _own_redis.url
        app._after_fork()
        yield _own_redis
        _own_redis.make_room()
        _own_redis.wire.mend()
        app.conf.broker_url = earlier
        app._after_fork()
        LocMemCache("while-redis-is-away", {}).clear()
    _own_redis.direct.flushall()
