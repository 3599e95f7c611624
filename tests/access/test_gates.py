"""The gates are pure: dated facts and a time in, open or closed out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access import gates
from access.gates import Facts, Gate, Version

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
    versions=st.lists(st.builds(Version, st.integers(1, 4), moments), max_size=3).map(tuple),
    accepted=st.integers(0, 4),
    locations=st.sampled_from([(), ("SE",), ("SE", "FI")]),
    location=st.sampled_from(["", "SE", "IN"]),
    needs_second_factor=st.booleans(),
    second_factor_from=st.none() | moments,
    second_factor_until=st.none() | moments,
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
        assert all(v.number <= known.accepted for v in known.versions if v.effective_at <= now)
        assert not known.locations or known.location in known.locations
        assert not known.needs_second_factor or known.second_factor_from <= now


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


def test_a_version_counts_from_its_date_on():
    known = Facts(START, None, has_contract=False, versions=(Version(1, START), Version(2, START + timedelta(days=7))))
    both = replace(known, accepted=2)

    assert gates.closed_gates(known, START) == (Gate.NDA,)
    assert gates.closed_gates(replace(known, accepted=1), START + timedelta(days=6)) == ()
    assert gates.closed_gates(replace(known, accepted=1), START + timedelta(days=7)) == (Gate.NDA,)
    assert gates.closed_gates(both, START + timedelta(days=7)) == ()


class TestSinceWhen:
    @staticmethod
    def known(accepted: int, began: int = 0) -> Facts:
        """Three versions, of the hours 10, 20 and 30; whoever has accepted so many began at an hour."""
        versions = tuple(Version(number, START + timedelta(hours=10 * number)) for number in (1, 2, 3))
        return Facts(START + timedelta(hours=began), None, has_contract=False, versions=versions, accepted=accepted)

    @pytest.mark.parametrize(
        ("accepted", "began", "hour", "since"),
        [
            # The day is that of the version that is asked for now, whichever was the last to be accepted.
            (0, 0, 15, 10),
            (0, 0, 25, 20),
            (1, 0, 35, 30),
            (2, 0, 35, 30),
            # Nobody lacked it before they came.
            (0, 33, 35, 33),
            # Accepted, early or in time, or yet to take effect.
            (3, 0, 25, None),
            (3, 0, 35, None),
            (1, 0, 15, None),
        ],
    )
    def test_the_nda_lacks_since_its_own_day(self, accepted, began, hour, since):
        found = gates.closed_since(Gate.NDA, self.known(accepted, began), START + timedelta(hours=hour))

        assert found == (None if since is None else START + timedelta(hours=since))
