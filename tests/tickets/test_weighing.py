"""What a service adds to the table's priority: never beyond 1 to 4, and with the reasons that made it so."""

from itertools import product

import pytest

from tickets.models.services import RAISE_LEAST, RAISE_MOST, Criticality
from tickets.priorities import Weights, weigh

STEPS = range(RAISE_LEAST, RAISE_MOST + 1)
CASES = list(product(range(1, 5), STEPS, STEPS, (True, False)))


@pytest.mark.parametrize("criticality", list(Criticality))
def test_every_case_is_counted_and_held_within_one_to_four(criticality: Criticality) -> None:
    for table, service, busy, is_busy in CASES:
        weights = Weights(**{criticality.value: service, "busy": busy})
        expected = table - service - (busy if is_busy else 0)
        expected = 1 if expected < 1 else 4 if expected > 4 else expected

        assert weigh(table, criticality, weights, is_busy=is_busy).priority == expected


def test_reasons_stand_there_exactly_where_the_priority_moved_and_pulled_that_way() -> None:
    for table, service, busy, is_busy in CASES:
        weighed = weigh(table, Criticality.VITAL, Weights(vital=service, busy=busy), is_busy=is_busy)
        by = {"vital": service, "busy": busy if is_busy else 0}

        assert bool(weighed.because) == (weighed.priority != table)
        assert all(by[name] * (table - weighed.priority) > 0 for name in weighed.because)


def test_other_criticalities_do_not_count() -> None:
    weights = Weights(vital=2, important=1)

    assert weigh(3, Criticality.ORDINARY, weights, is_busy=True).priority == 3
