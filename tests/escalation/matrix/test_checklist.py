"""What a path asks for: nothing asked is lost, nothing unasked gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation import checklist

WORDS = st.text(min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=8), st.dictionaries(WORDS, st.text(max_size=12), max_size=8))
def test_what_is_missing_is_what_was_asked_and_not_given(asks: list[str], given_: dict[str, str]) -> None:
    items = checklist.begin(asks, given_, by="Vera", at="now")

    assert {item.what for item in items} == set(asks)
    assert set(checklist.missing(items)) == {what for what in asks if not given_.get(what, "").strip()}
    assert checklist.read(checklist.write(items)) == items


@given(st.lists(WORDS, min_size=1, max_size=8, unique=True), st.data())
def test_giving_one_changes_that_one(asks: list[str], data: st.DataObject) -> None:
    items = checklist.begin(asks, {}, by="", at="")
    place = data.draw(st.integers(0, len(asks) - 1))

    after = checklist.give(items, place, "A-1", by="Vera", at="now")

    assert [number for number, (a, b) in enumerate(zip(items, after, strict=True)) if a != b] == [place]
    assert len(checklist.missing(after)) == len(asks) - 1
    with pytest.raises(IndexError):
        checklist.give(items, len(asks), "A-1", by="Vera", at="now")
