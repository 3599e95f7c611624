"""One spelling of what is compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.models.customers import FieldKind, Sensitivity
from tickets.records import FieldSpec
from tickets.verifying import can_be_asked, matches, spelled


def spec(kind: str) -> FieldSpec:
    return FieldSpec("key", "Key", FieldKind(kind), Sensitivity.SENSITIVE)


@given(text=st.text(max_size=60), kind=st.sampled_from(FieldKind))
def test_the_spelling_of_a_spelling_is_itself(text: str, kind: FieldKind) -> None:
    once = spelled(kind, text, "SE")

    assert spelled(kind, once, "SE") == once


@given(said=st.text(max_size=60), kind=st.sampled_from(FieldKind))
def test_nothing_matches_an_empty_field(said: str, kind: FieldKind) -> None:
    assert not matches(FieldSpec("key", "Key", kind, Sensitivity.SENSITIVE), "", said)


@pytest.mark.parametrize("kind", ["yes_no", "choice"])
def test_what_has_few_answers_is_not_asked(kind: str) -> None:
    assert not can_be_asked(spec(kind))
    assert can_be_asked(spec("date"))


@pytest.mark.parametrize(
    ("kind", "kept", "said"),
    [("number", "1200", "1 200,0"), ("text", "Åsa-1", "ÅSA 1"), ("phone", "0701234567", "+46 70 123 45 67")],
)
def test_the_same_said_otherwise_is_the_same(kind: str, kept: str, said: str) -> None:
    assert matches(spec(kind), kept, said, "SE")
