from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from helpdesk.lib import clock


def test_now_is_aware_and_utc():
    assert clock.now().utcoffset() == timedelta(0)


def test_now_can_be_frozen():
    moment = datetime(2026, 11, 3, 14, 20, tzinfo=UTC)

    with time_machine.travel(moment, tick=False):
        assert clock.now() == moment


def test_as_local_keeps_the_moment():
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)

    local = clock.as_local(moment, "Europe/Oslo")

    assert local == moment
    assert (local.day, local.hour, local.minute) == (2, 0, 30)


def test_as_local_refuses_a_naive_time():
    with pytest.raises(ValueError, match="no time zone"):
        clock.as_local(datetime(2026, 7, 1), "Europe/Oslo")
