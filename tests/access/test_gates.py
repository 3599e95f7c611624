"""The gates are pure: dated facts and a time in, open or closed out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from access import gates
from access.gates import Facts, Gate

START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 400).map(lambda hours: START + timedelta(hours=hours))
facts = st.builds(
    Facts,
    binding_from=moments,
    binding_until=st.none() | moments,
    has_contract=st.booleans(),
    contract_in_force=st.booleans(),
    contract_from=st.none() | moments,
    contract_until=st.none() | moments,
    suspended_at=st.none() | moments,
)


@given(facts, moments, st.integers(0, 500))
def test_nothing_changes_before_the_next_change(known, now, hours):
    change = gates.next_change(known, now)
    later = now + timedelta(hours=hours)

    assert change is None or change > now
    if change is None or later < change:
        assert gates.closed_gates(known, later) == gates.closed_gates(known, now)


@given(facts, moments)
def test_an_open_person_is_inside_every_date(known, now):
    if not gates.closed_gates(known, now):
        assert known.binding_from <= now
        assert known.binding_until is None or now < known.binding_until
        assert known.suspended_at is None or now < known.suspended_at
        assert not known.has_contract or known.contract_in_force


@given(facts, moments)
def test_the_clients_own_people_need_no_contract(known, now):
    assert known.has_contract or Gate.CONTRACT not in gates.closed_gates(known, now)


@given(st.sampled_from(Gate), st.text(min_size=1, max_size=20))
def test_every_gate_says_what_is_missing_and_how_to_get_it(gate, name):
    sentence, how = gates.sentence(gate, name)

    assert name in sentence
    assert how
    assert str(gate.missing)
    assert name in gates.open_sentence(gate, name)
