"""A program that hangs, answers slowly or fails makes nobody else wait: with a real worker and real servers."""

import os
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from access.models import Client
from helpdesk.services import commands
from post import tasks
from post.calls import Call, post_calls
from post.models import Endpoint, OutboxCall
from tests.cast import World
from tests.faults.hooks import ALL, HookServer
from tests.faults.house import wait_for
from tests.post.calling import endpoint

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
BURST = 30


@pytest.fixture
def server(settings: Any) -> Iterator[HookServer]:
    settings.OUTSIDE_ALLOW = [ip_network("127.0.0.0/8")]
    with HookServer() as server:
        yield server


@pytest.fixture
def caller(world: World) -> Iterator[None]:
    """The worker for calls as it runs in production, on this test's database and Redis."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TEST_")}
    environment |= {"HELPDESK_OUTSIDE_ALLOW": "127.0.0.0/8", "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(commands.caller(environment), cwd=ROOT, env=environment)
    yield
    process.kill()
    process.wait()


def tell(world: World, place: Endpoint, prefix: str, count: int) -> list[int]:
    """Many calls at once; the ids of their rows."""
    client = Client.objects.get(pk=place.client_id)
    with world.enter(client) as actor:
        calls = [Call(unique=f"{prefix}/{n}", kind="x", endpoint=place) for n in range(count)]
        return [call.pk for call in post_calls(actor, client.pk, calls)]


def left(world: World, ids: list[int]) -> int:
    with world.enter(world.c2):
        return OutboxCall.objects.filter(pk__in=ids).exclude(state=OutboxCall.State.ACCEPTED).count()


def seconds_for_a_burst(world: World, place: Endpoint, prefix: str) -> float:
    """From writing a burst of calls until all of them are accepted."""
    began = time.monotonic()
    ids = tell(world, place, prefix, BURST)
    wait_for(lambda: left(world, ids) == 0, what="the other client's calls", seconds=60)
    return time.monotonic() - began


@pytest.mark.usefixtures("caller")
def test_programs_that_hang_or_fail_leave_another_clients_calls_as_fast_as_before(
    world: World, server: HookServer
) -> None:
    server.always |= {"/hangs": "silent", "/slow": "slow", "/broken": "broken", "/long": "long"}
    bad = [endpoint(world, server.url(f"/{how}"), key=how) for how in ("hangs", "slow", "broken", "long", "moved")]
    good = endpoint(world, server.url("/good"), client=world.c2, key="good")
    seconds_for_a_burst(world, good, "warm")
    alone = min(seconds_for_a_burst(world, good, f"alone-{n}") for n in range(2))

    for place in bad:
        tell(world, place, place.key, 100)
    wait_for(lambda: server.on("/hangs") and server.on("/slow"), what="the bad ones")
    beside = min(seconds_for_a_burst(world, good, f"beside-{n}") for n in range(2))

    assert beside < 2 * alone + 0.5, (alone, beside)
    # Nobody is asked by more than two at once, and who fails once a wait: not once a call.
    assert max(most for path, most in server.most_at_once.items() if path != ALL) <= 2
    assert len(server.on("/hangs")) <= 2
    assert len(server.on("/broken")) < 10
    assert len(server.on("/slow")) >= 2


def test_slow_programs_hold_no_more_than_their_share_of_the_threads(world: World, server: HookServer) -> None:
    """Four of one client's at once, on however many threads."""
    server.always |= {f"/slow-{n}": "slow" for n in range(5)}
    server.pause = 0.5
    places = [endpoint(world, server.url(f"/slow-{n}"), key=f"slow-{n}") for n in range(5)]
    for place in places:
        tell(world, place, place.key, 4)

    def work(place: Endpoint) -> None:
        try:
            tasks.deliver_call(place.client_id, place.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(15) as pool:
        list(pool.map(work, places * 3))

    assert server.most_at_once.pop(ALL) == 4
    assert max(server.most_at_once.values()) <= 2
