"""Which days a report covers, and what is said of days that can't be."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.errors import Invalid
from reporting.periods import Period, Preset, named, parse

NOW = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
STOCKHOLM = "Europe/Stockholm"


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        # In Stockholm it is half past midnight on 1 April already.
        (Preset.TODAY, date(2026, 4, 1), date(2026, 4, 1)),
        (Preset.WEEK, date(2026, 3, 26), date(2026, 4, 1)),
        (Preset.MONTH, date(2026, 3, 3), date(2026, 4, 1)),
        (Preset.LAST_MONTH, date(2026, 3, 1), date(2026, 3, 31)),
    ],
)
def test_presets_are_days_of_the_clients_zone(preset, first, last):
    period = parse({"period": preset.value}, STOCKHOLM, NOW)

    assert (period.first, period.last) == (first, last)


def test_a_month_with_a_clock_change_is_an_hour_short():
    period = named(Preset.LAST_MONTH, STOCKHOLM, NOW)

    assert period.until - period.since == timedelta(days=31) - timedelta(hours=1)


def test_own_days_include_both_ends():
    period = parse({"from": "2026-03-01", "to": "2026-03-02"}, "UTC", NOW)

    assert (period.since, period.until) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-02-30", "to": "2026-03-01"},
        {"from": "yesterday", "to": "2026-03-01"},
        {"from": "2026-03-01"},
        {"to": "2026-03-01"},
        {"period": "own"},
        {"period": "forever"},
        {"from": "2026-03-05", "to": "2026-03-01"},
        {"from": "1970-01-01", "to": "1970-01-02"},
        {"from": "2024-01-01", "to": "2026-03-01"},
        {"from": "2027-01-01", "to": "2027-01-02"},
        {"from": "20260301", "to": "20260302"},
        {"from": "2026-W10-1", "to": "2026-W10-2"},
        {"from": "0000-00-00", "to": "9999-99-99"},
        {"from": "x" * 5000, "to": "2026-03-01"},
    ],
)
def test_days_that_can_not_be_are_told(asked):
    with pytest.raises(Invalid) as refused:
        parse(asked, STOCKHOLM, NOW)

    assert refused.value.field in ("from", "to", "period")


@given(
    st.sampled_from(sorted(available_timezones() - {"localtime"})),
    st.dates(date(2000, 1, 1), date(2037, 1, 1)),
    st.integers(0, 365),
)
def test_days_follow_each_other_without_a_gap_in_every_zone(zone, first, more):
    period = Period(first, first + timedelta(days=more), zone)

    assert len(period.days) == more + 1
    assert len(period.edges) == more + 2
    assert all(a < b or (b - a) == timedelta(0) for a, b in zip(period.edges, period.edges[1:], strict=False))
    assert period.edges == sorted(period.edges)
