"""What work outside the contract may do, in numbers."""

from hypothesis import given
from hypothesis import strategies as st

from escalation.scope.rules import (
    Left,
    Purpose,
    budget_of,
    can_be_asked,
    cost,
    cost_of_next,
    covered_by,
    needs_request,
    tellings,
)

AMOUNTS = st.integers(0, 10**12)


def test_making_it_stable_never_waits_for_a_signature() -> None:
    assert not needs_request(Purpose.STABILISE)
    assert needs_request(Purpose.BEYOND)


def test_costs_are_rounded_by_halves_up() -> None:
    assert (cost(8_500, 150), cost(1, 50), cost(1, 49), cost(0, 100)) == (12_750, 1, 0, 0)


@given(price=st.integers(0, 10**11), parts=st.lists(st.integers(1, 10_000), min_size=1, max_size=30))
def test_the_parts_cost_what_the_whole_does(price: int, parts: list[int]) -> None:
    before, paid = 0, 0
    for part in parts:
        added = cost_of_next(price, before, part)
        assert added >= 0
        before, paid = before + part, paid + added

    assert paid == cost(price, sum(parts))


@given(quantity=st.integers())
def test_only_more_than_nothing_can_be_asked(quantity: int) -> None:
    assert can_be_asked(quantity) == (0 < quantity <= 1_000_000)


@given(allowance=AMOUNTS, budget=AMOUNTS, asked=st.lists(st.tuples(AMOUNTS, st.integers(1, 4)), max_size=40))
def test_what_was_allowed_is_never_overspent(allowance: int, budget: int, asked: list[tuple[int, int]]) -> None:
    lent = spent = 0
    for estimate, priority in asked:
        left = Left.of(allowance=allowance, lent=lent, budget=budget, spent=spent)
        match covered_by(estimate, priority, left):
            case "allowance":
                assert priority == 1
                lent += estimate
            case "budget":
                spent += estimate
            case None:
                assert estimate > left.budget or not left.budget

    assert lent <= allowance
    assert spent <= budget


def test_nothing_is_covered_where_nothing_is_allowed() -> None:
    assert covered_by(0, 1, Left()) is None


def test_a_kind_has_its_own_budget_or_the_one_for_all_others() -> None:
    assert budget_of({"a": 5, "": 7}, "a") == "a"
    assert budget_of({"a": 5, "": 7}, "b") == ""
    assert budget_of({"a": 5}, "b") is None


@given(approvers=st.integers(1, 20), seconds=st.integers(3600, 10**7))
def test_each_approver_is_asked_then_reminded_before_the_time_is_over(approvers: int, seconds: int) -> None:
    plan = tellings(approvers, seconds)

    assert [(each.place, each.is_reminder) for each in plan] == [
        (place, again) for place in range(approvers) for again in (False, True)
    ]
    assert plan[0].after == 0
    moments = [each.after for each in plan]
    assert moments == sorted(set(moments))
    assert moments[-1] < seconds
