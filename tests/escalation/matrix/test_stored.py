"""A document goes into JSON and comes back the same; anything else is refused with its place."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.matrix import stored
from escalation.matrix.document import Document, Path, Row, Step, Target, Trigger, When, Who
from tests.escalation.matrix.documents import documents

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
ONE = Document((Row("P", categories=("billing",)),), (Path("P", (Step(When(), (Who(Target.CONTACT, "ada"),)),)),))


@given(documents())
def test_what_is_written_is_read_back(document: Document) -> None:
    assert stored.read(json.loads(json.dumps(stored.write(document)))) == document


@given(ANYTHING)
def test_whatever_it_is_it_is_read_or_refused(data: Any) -> None:
    with pytest.raises(stored.BadDocument):
        stored.read(data)


@given(st.data())
def test_no_part_can_be_anything(data: st.DataObject) -> None:
    whole = stored.write(ONE)
    at: Any = whole
    keys = ["rows", "paths", "format"]
    key = data.draw(st.sampled_from(keys))
    while data.draw(st.booleans()) and isinstance(at[key], dict | list) and at[key]:
        at = at[key]
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else list(range(len(at)))))
    at[key] = data.draw(ANYTHING)

    with suppress(stored.BadDocument):
        again = stored.read(whole)
        assert stored.read(stored.write(again)) == again


def test_the_place_of_what_is_wrong_is_named() -> None:
    whole = stored.write(ONE)
    whole["paths"][0]["steps"][0]["minutes"] = -5

    with pytest.raises(stored.BadDocument) as refused:
        stored.read(whole)

    assert refused.value.place == "paths/1/steps/1/minutes"


def test_ten_thousand_rows_are_refused_before_any_is_read() -> None:
    whole = stored.write(ONE)
    whole["rows"] *= 10_000

    with pytest.raises(stored.BadDocument, match="rows"):
        stored.read(whole)


@pytest.mark.parametrize("trigger", [Trigger.SILENCE, Trigger.QUIET])
def test_a_step_that_waits_for_silence_waits_at_least_a_minute(trigger: Trigger) -> None:
    whole = stored.write(ONE)
    whole["paths"][0]["steps"][0] |= {"trigger": trigger.value, "minutes": 0}

    with pytest.raises(stored.BadDocument):
        stored.read(whole)
