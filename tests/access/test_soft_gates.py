"""The soft gates are pure: duties, a roster and the time in; what is missing and since when out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from access import soft_gates
from access.soft_gates import Duty, Soft
from helpdesk.lib.business_time import WeekCalendar, is_open, next_shut

START = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday
DAYS = WeekCalendar(zone="UTC", week=(((8 * 60, 16 * 60),),) * 5 + ((), ()))
NIGHTS = WeekCalendar(zone="Europe/Stockholm", week=(((22 * 60, 30 * 60),),) * 7)
moments = st.integers(0, 60 * 24 * 30).map(lambda minutes: START + timedelta(minutes=minutes))
duties = st.lists(
    st.builds(
        Duty,
        kind=st.sampled_from(Soft),
        name=st.sampled_from(["Safety", "Refunds"]),
        due_at=st.none() | moments,
        grace=st.integers(0, 5).map(lambda days: timedelta(days=days)),
        extended_until=st.none() | moments,
    ),
    max_size=4,
)
rosters = st.sampled_from([None, DAYS, NIGHTS])


def test_a_certificate_that_expires_in_a_shift_closes_at_its_end():
    duty = Duty(Soft.CERTIFICATION, "Safety", START + timedelta(hours=3))

    (missing,) = soft_gates.missing([duty], DAYS, START + timedelta(hours=4))

    assert missing.closes_at == START + timedelta(hours=8)
    assert not missing.is_closed(START + timedelta(hours=7, minutes=59))
    assert missing.is_closed(START + timedelta(hours=8))


def test_outside_a_shift_it_closes_at_once():
    night = START + timedelta(hours=14)
    (missing,) = soft_gates.missing([Duty(Soft.CERTIFICATION, "Safety", night)], DAYS, night)

    assert missing.closes_at == night


def test_the_clients_grace_comes_before_the_shift():
    duty = Duty(Soft.MUST_READ, "Refunds", START, grace=timedelta(days=2))

    assert soft_gates.closing(duty, DAYS) == START + timedelta(days=2, hours=8)


def test_an_extension_only_adds():
    late = Duty(Soft.CERTIFICATION, "Safety", START, extended_until=START + timedelta(hours=72))
    early = Duty(Soft.CERTIFICATION, "Safety", START, extended_until=START - timedelta(hours=1))

    assert soft_gates.closing(late, DAYS) == START + timedelta(hours=72)
    assert soft_gates.closing(early, DAYS) == START + timedelta(hours=8)


@given(duties, rosters, moments, st.integers(0, 60 * 24 * 10))
def test_nothing_changes_before_the_next_change(asked, shifts, now, minutes):
    change = soft_gates.next_change(asked, shifts, now)
    later = now + timedelta(minutes=minutes)

    if change is None or later < change:
        before, after = soft_gates.missing(asked, shifts, now), soft_gates.missing(asked, shifts, later)
        assert before == after
        assert soft_gates.closed(before, now) == soft_gates.closed(after, later)


@given(duties, rosters, moments)
def test_nothing_closes_before_it_is_due(asked, shifts, now):
    for each in soft_gates.missing(asked, shifts, now):
        assert each.due_at <= now
        assert each.closes_at >= each.due_at


@given(st.sampled_from([DAYS, NIGHTS]), moments)
def test_a_shift_ends_where_the_calendar_shuts(shifts, at):
    end = next_shut(shifts, at)

    assert end >= at
    assert not is_open(shifts, end)
    assert (end == at) == (not is_open(shifts, at))
    if end > at:
        assert is_open(shifts, end - timedelta(microseconds=1))
