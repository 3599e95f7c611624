"""Spans of the year are read as people write them, and a day is in one or not."""

from datetime import date, timedelta

import pytest

from tickets import seasons

YEAR = [date(2027, 1, 1) + timedelta(days=number) for number in range(365)]


def slow(start: date, end: date) -> set[date]:
    """Every day of 2027 that is met when one walks from the start until the end, over New Year if need be."""
    day, met = start, {start}
    while (day.month, day.day) != (end.month, end.day):
        day += timedelta(days=1)
        met.add(date(2027, day.month, day.day))
    return met


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("15 Nov – 24 Dec", "11-15/12-24"),
        ("15 nov. - 24 december", "11-15/12-24"),
        ("1 maj – 31 aug", "05-01/08-31"),
        ("11-15 to 12-24", "11-15/12-24"),
        ("20 Dec to 6 Jan", "12-20/01-06"),
        ("29 Feb - 1 Mar", "02-29/03-01"),
    ],
)
def test_a_span_is_understood(text: str, kept: str) -> None:
    assert seasons.parse(text) == [kept]


@pytest.mark.parametrize(
    "text", ["Christmas", "15 Nov", "31-12 to 01-06", "30 Feb to 1 Mar", "1 Jan 2 Feb 3 Mar", "0-0 to 1-1"]
)
def test_what_is_no_span_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        seasons.parse(f"15 Nov – 24 Dec\n{text}")


def test_what_is_shown_is_understood_again() -> None:
    kept = ["11-15/12-24", "12-20/01-06"]

    assert seasons.parse("\n".join(seasons.words(each) for each in kept)) == kept


@pytest.mark.parametrize(("start", "end"), [((11, 15), (12, 24)), ((12, 20), (1, 6)), ((6, 1), (6, 1))])
def test_the_days_of_a_span_are_those_that_one_walks_through(start: tuple[int, int], end: tuple[int, int]) -> None:
    kept = f"{start[0]:02}-{start[1]:02}/{end[0]:02}-{end[1]:02}"

    assert {day for day in YEAR if seasons.is_busy([kept], day)} == slow(date(2027, *start), date(2027, *end))
