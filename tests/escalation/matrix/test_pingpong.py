"""Back and forth: whom it goes up to, and when."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.matrix import climbing, pingpong
from escalation.matrix.document import Path, Step, Target, When, Who

VENDOR, CLIENT = Who(Target.ROLE, "team_lead"), Who(Target.GROUP, "board")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TO = st.sampled_from([(VENDOR,), (CLIENT,), (VENDOR, CLIENT)])


@given(st.lists(st.tuples(TO, st.booleans(), st.booleans()), max_size=8))
def test_the_next_of_both_are_the_first_untold_ones(steps: list[tuple[tuple[Who, ...], bool, bool]]) -> None:
    climb = climbing.begin(Path("P", tuple(Step(When(), to) for to, _told, _off in steps)), NOW)
    stages = [
        replace(stage, told=int(told), is_off=off) for stage, (_to, told, off) in zip(climb.stages, steps, strict=True)
    ]

    vendors, clients = pingpong.next_of_both(replace(climb, stages=tuple(stages)))

    for found, who in ((vendors, VENDOR), (clients, CLIENT)):
        fits = [n for n, (to, told, off) in enumerate(steps) if who in to and not told and not off]
        assert found == min(fits, default=None)


@pytest.mark.parametrize(("came_back", "most", "up"), [(0, 3, False), (2, 3, False), (3, 3, True), (9, 3, True)])
def test_it_goes_up_once_it_came_back_as_often_as_is_allowed(came_back: int, most: int, up: bool) -> None:
    assert pingpong.is_too_often(came_back, most) is up
