"""A cell of the matrix as people write it, and what is told of one that can't be read."""

from dataclasses import replace

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from escalation.matrix.cells import (
    BadCell,
    Names,
    read,
    read_begins,
    read_hours,
    read_named,
    read_words,
    show,
    show_hours,
)
from escalation.matrix.document import Begins, Hours, Row, Span
from tests.escalation.matrix.documents import PARENTS, rows

DAY = 24 * 60
NAMES = Names(
    categories={"billing": "Billing, money", "invoice": "any", "refund": "=Refund", "fitting": 'The "fitting"'},
    services={"charging": "Charging; fast"},
    paths=["P", "p"],
)
ODD = ["fleet", "Gold, old", 'a "b"', "any", "=1+1", "x;y"]
WORDS = st.lists(st.sampled_from(ODD), max_size=3, unique=True).map(tuple)


@pytest.mark.parametrize(("shown_in", "read_in"), [("en", "en"), ("sv", "en"), ("en", "sv")])
@given(row=rows(), tiers=WORDS, tags=WORDS)
def test_what_is_shown_is_read_back(
    shown_in: str, read_in: str, row: Row, tiers: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    row = replace(row, tiers=tiers, tags=tags)

    with override(shown_in):
        cells = show(row, NAMES)
    with override(read_in):
        again, wrong = read(cells, NAMES)

    assert (again, wrong) == (row, {})
    assert set(NAMES.categories) == set(PARENTS)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Mon 18-22", ((18 * 60, 22 * 60),)),
        ("sat 10:00-14:00, Mon-Tue 8-9", ((480, 540), (DAY + 480, DAY + 540), (5 * DAY + 600, 5 * DAY + 840))),
        ("Sun 22:00-06:00", ((6 * DAY + 22 * 60, 7 * DAY + 6 * 60),)),
        ("fre 18:00-mån 08:00", ((4 * DAY + 18 * 60, 7 * DAY + 8 * 60),)),
        ("Sat-Sun 0-24", ((5 * DAY, 6 * DAY), (6 * DAY, 7 * DAY))),
        ("Sun to Mon 8-9", ((480, 540), (6 * DAY + 480, 6 * DAY + 540))),
    ],
)
def test_spans_are_read_as_people_write_them(text: str, own: tuple[tuple[int, int], ...]) -> None:
    assert read_hours(text) == Hours(Span.OWN, own)


def test_days_that_follow_each_other_are_shown_together() -> None:
    assert (
        show_hours(read_hours("mon 18-22; tue 18-22, wed 18-22, sat 10-14")) == "Mon-Wed 18:00-22:00, Sat 10:00-14:00"
    )


def test_windows_that_overlap_hold_each_of_their_minutes() -> None:
    hours = read_hours("Mon 8-12, Mon 10-14, Mon 8-12")

    assert len(hours.own) == 2
    assert [hours.holds(is_open=False, minute=hour * 60) for hour in (7, 8, 11, 13, 14)] == [
        False,
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    ["Mon 25-26", "Xyz 8-9", "Mon 8-8", "Mon", "whenever", "Mon-Tue 8-Wed 9", "Mon 24-25", "8:75-9", ",", "-5-3"],
)
def test_hours_that_are_none_are_told(text: str) -> None:
    with pytest.raises(BadCell):
        read_hours(text)


@given(st.text(max_size=60))
def test_no_text_breaks_a_cell(text: str) -> None:
    row, wrong = read(
        dict.fromkeys(("category", "priority", "tier", "language", "tag", "hours", "begins"), text), NAMES
    )

    assert row is None
    assert "path" in wrong


def test_what_is_wrong_is_told_by_column() -> None:
    row, wrong = read({"category": "Billingg", "priority": "P0", "path": "Q", "begins": "soon", "language": "?"}, NAMES)

    assert row is None
    assert wrong == {
        "category": "there is no category “Billingg”.",
        "priority": "“P0” is not one of 1 to 4.",
        "language": "“?” is no code of a language. Write it like sv or pt-BR.",
        "begins": "write “when asked” or “at once”.",
        "path": "there is no path “Q”.",
    }


def test_any_is_any_where_nothing_is_called_so() -> None:
    assert read_named("any", {"Billing": "b"}, "category") == ()
    assert read_named("any", Names({"a": "Any"}).category_keys, "category") == ("a",)
    assert read_words("  any ") == ()
    assert read_begins("") is Begins.ASKED


def test_a_cell_takes_so_many_values() -> None:
    with pytest.raises(BadCell, match="at most 50"):
        read_words(",".join(f"t{number}" for number in range(51)))
