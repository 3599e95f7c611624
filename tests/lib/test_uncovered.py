"""Which promised hours nobody's roster covers, against minutes counted one by one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.business_time import WeekCalendar, is_open, uncovered

START = datetime(2026, 3, 27, tzinfo=UTC)  # the clocks change on the 29th
END = START + timedelta(days=4)
HALF = 30
intervals = st.tuples(st.integers(0, 47), st.integers(1, 20)).map(
    lambda pair: ((pair[0] * HALF, (pair[0] + pair[1]) * HALF),)
)
weeks = st.lists(st.one_of(st.just(()), intervals), min_size=7, max_size=7).map(tuple)
calendars = st.builds(WeekCalendar, zone=st.sampled_from(["UTC", "Europe/Stockholm"]), week=weeks)


@given(calendars, st.lists(calendars, max_size=3))
def test_it_is_what_a_count_by_quarters_finds(promised, rosters):
    gaps = uncovered(promised, rosters, START, END)

    at = START
    while at < END:
        bare = is_open(promised, at) and not any(is_open(roster, at) for roster in rosters)
        assert any(start <= at < end for start, end in gaps) == bare, at
        at += timedelta(minutes=15)


@given(calendars, st.lists(calendars, max_size=3))
def test_the_stretches_are_in_order_and_apart(promised, rosters):
    gaps = uncovered(promised, rosters, START, END)

    assert all(start < end for start, end in gaps)
    assert all(one[1] <= other[0] for one, other in pairwise(gaps))


def test_without_rosters_every_promised_hour_is_bare():
    promised = WeekCalendar(zone="UTC", week=(((8 * 60, 10 * 60),),) * 7)

    assert len(uncovered(promised, [], START, END)) == 4
