"""Whether somebody works on a row."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.lib import leases

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, False),
        (NOW, False),
        (NOW + timedelta(seconds=1), True),
        (NOW + LEASE, True),
        # Given a moment ago by somebody whose clock is a little ahead.
        (NOW + LEASE + timedelta(milliseconds=3), True),
        (NOW + LEASE + leases.SKEW, True),
        # Given by a clock that was wrong.
        (NOW + LEASE + leases.SKEW + timedelta(seconds=1), False),
        (NOW + timedelta(days=400), False),
    ],
)
def test_a_lease_holds_until_it_ends_and_not_from_a_wrong_clock(until, expected):
    assert leases.is_held(until, NOW, LEASE) is expected
