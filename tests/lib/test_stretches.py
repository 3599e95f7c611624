"""Stretches of time against minutes counted one by one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.business_time import WeekCalendar, is_open
from helpdesk.lib.stretches import Stretch, common, joined, open_in, without

START = datetime(2026, 3, 27, tzinfo=UTC)  # the clocks change on the 29th
END = START + timedelta(days=4)
HALF = 30
intervals = st.tuples(st.integers(0, 47), st.integers(1, 20)).map(
    lambda pair: ((pair[0] * HALF, (pair[0] + pair[1]) * HALF),)
)
weeks = st.lists(st.one_of(st.just(()), intervals), min_size=7, max_size=7).map(tuple)
calendars = st.builds(WeekCalendar, zone=st.sampled_from(["UTC", "Europe/Stockholm"]), week=weeks)
pairs = st.tuples(st.integers(0, 40), st.integers(-3, 12)).map(
    lambda pair: (START + timedelta(minutes=pair[0]), START + timedelta(minutes=sum(pair)))
)
some = st.lists(pairs, max_size=6)


def holds(stretches: list[Stretch], at: datetime) -> bool:
    return any(start <= at < end for start, end in stretches)


def in_order_and_apart(stretches: list[Stretch]) -> bool:
    return all(a < b for a, b in stretches) and all(one[1] < other[0] for one, other in pairwise(stretches))


@given(some, some)
def test_each_minute_lies_where_it_should(first: list[Stretch], second: list[Stretch]) -> None:
    ones, others = joined(first), joined(second)

    for found in (ones, common(ones, others), without(ones, others)):
        assert in_order_and_apart(found)
    for minute in range(60):
        at = START + timedelta(minutes=minute)
        assert holds(ones, at) is holds(first, at)
        assert holds(common(ones, others), at) is (holds(ones, at) and holds(others, at))
        assert holds(without(ones, others), at) is (holds(ones, at) and not holds(others, at))


@given(calendars)
def test_open_hours_are_what_a_count_by_quarters_finds(hours: WeekCalendar) -> None:
    found = open_in(hours, START, END)

    at = START
    while at < END:
        assert holds(found, at) is is_open(hours, at), at
        at += timedelta(minutes=15)
