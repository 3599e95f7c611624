"""Limits on what costs somebody else something."""

from datetime import timedelta

import pytest
import time_machine
from django_redis import get_redis_connection
from redis.exceptions import ConnectionError as RedisAway

from access import throttle
from access.errors import TooMany
from helpdesk.lib import away as away_lib
from helpdesk.lib import clock

THREE = throttle.Limit("trial", 3, timedelta(minutes=10))
AT = clock.now().replace(minute=1, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def _fresh():
    with time_machine.travel(AT, tick=False):
        yield
    away_lib.redis.forget()
    client = get_redis_connection("default")
    for key in client.scan_iter("*throttle/trial/*"):
        client.delete(key)


@pytest.fixture
def away(monkeypatch):
    """Redis answers nobody."""

    def refuse(*args, **kwargs):
        raise RedisAway

    monkeypatch.setattr("access.throttle.get_redis_connection", refuse)


def test_over_the_limit_is_refused_with_the_time_to_wait():
    for _ in range(3):
        throttle.take(THREE, "somebody")

    with pytest.raises(TooMany) as refusal:
        throttle.take(THREE, "somebody")

    assert refusal.value.retry_after == 9 * 60
    assert "9 minutes" in str(refusal.value)


def test_somebody_else_is_not_counted_with_them():
    for _ in range(3):
        throttle.take(THREE, "somebody")

    throttle.take(THREE, "somebody else")


def test_the_next_window_begins_at_nothing():
    for _ in range(3):
        throttle.take(THREE, "somebody")

    with time_machine.travel(AT + timedelta(minutes=10)):
        throttle.take(THREE, "somebody")


def test_many_at_once_are_counted_each():
    with pytest.raises(TooMany):
        throttle.take(THREE, "somebody", count=4)


def test_no_address_stands_in_redis():
    throttle.take(THREE, "rita@mail.example")

    assert not any(b"rita" in key for key in get_redis_connection("default").scan_iter("*trial*"))


def test_without_redis_the_process_counts_for_itself(away):
    for _ in range(3):
        throttle.take(THREE, "somebody")
    with pytest.raises(TooMany):
        throttle.take(THREE, "somebody")
    throttle.take(THREE, "another")


def test_without_redis_rows_are_counted_where_there_are_some(away):
    throttle.take(THREE, "somebody", counted=lambda since: 2)
    with pytest.raises(TooMany):
        throttle.take(THREE, "somebody", counted=lambda since: 3)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("1/nora@mail.example", "1/nils@mail.example", False),
    ],
)
def test_a_line_has_one_network_however_many_addresses(one, other, same):
    assert (throttle.network_of(one) == throttle.network_of(other)) is same
