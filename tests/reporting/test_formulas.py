"""The formulas against slow and obviously right ones."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.formulas import Kept, levels, median, percentile, share, spread

seconds = st.lists(st.integers(0, 10**7), max_size=60)


@given(seconds)
def test_half_the_values_lie_on_either_side_of_the_median(values):
    middle = median(values)

    if not values:
        assert middle is None
        return
    assert sum(value <= middle for value in values) * 2 >= len(values)
    assert sum(value >= middle for value in values) * 2 >= len(values)
    ordered = sorted(values)
    assert middle * 2 == ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]


@given(seconds, st.integers(1, 100))
def test_a_percentile_is_the_smallest_value_that_covers_its_share(values, percent):
    naive = [v for v in values if Fraction(sum(w <= v for w in values), len(values)) >= Fraction(percent, 100)]

    assert percentile(values, percent) == (min(naive) if values else None)


@given(seconds)
def test_the_hundredth_percentile_is_the_longest(values):
    assert percentile(values, 100) == spread(values).longest == max(values, default=None)


@pytest.mark.parametrize("percent", [0, 101, -5])
def test_a_percentile_outside_one_to_hundred_is_refused(percent):
    with pytest.raises(ValueError, match="percentile"):
        percentile([1, 2], percent)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_is_the_whole_percent_below_and_never_flatters(part, more):
    found = share(part, part + more)

    assert found == (math.floor(Fraction(100 * part, part + more)) if part + more else None)
    assert (found == 100) == (more == 0 and part > 0)


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 3)])
def test_a_share_of_less_than_the_part_is_refused(part, whole):
    with pytest.raises(ValueError, match="no part"):
        share(part, whole)


@given(st.integers(0, 100), st.lists(st.integers(-20, 20), max_size=30))
def test_levels_are_the_sum_of_all_changes_so_far(before, changes):
    found = levels(before, changes)

    assert found == [before + sum(changes[: n + 1]) for n in range(len(changes))]


def test_nothing_judged_has_no_percent():
    assert Kept(0, 0).percent is None
    assert Kept(3, 1).percent == 66
