import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib import csv_safe

words = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "'=1", '"=1', "a,b", 'a"b', "a\r\nb", "＝1"]
)


def read(text):
    return list(csv.reader(StringIO(text, newline="")))


@given(st.lists(st.lists(words, min_size=1, max_size=5), max_size=8))
def test_what_is_read_back_is_what_was_written_and_no_formula(rows):
    back = read("".join(csv_safe.stream(rows, bom=False)))

    assert back == [[csv_safe.safe_cell(cell) for cell in row] for row in rows]
    for cell, original in ((c, o) for b, r in zip(back, rows, strict=True) for c, o in zip(b, r, strict=True)):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
        assert cell in (original, "'" + original)


@given(words)
def test_only_text_that_needs_it_is_changed(text):
    dangerous = text[:1] in set("=+-@\t\r\n\0＝＋－＠") and text != ""

    assert csv_safe.safe_cell(text) == ("'" + text if dangerous else text)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (-5, -5),
        (-2.5, -2.5),
        (Decimal("-1.20"), Decimal("-1.20")),
        (float("-inf"), ""),
        (float("nan"), ""),
        (Decimal("NaN"), ""),
        (True, "True"),
        (date(2026, 11, 3), "2026-11-03"),
        (datetime(2026, 11, 3, 14, 20, tzinfo=UTC), "2026-11-03T14:20:00+00:00"),
    ],
)
def test_values_that_are_not_text(value, cell):
    made = csv_safe.safe_cell(value)

    assert made == cell
    assert type(made) is type(cell)


def test_the_file_as_it_is_sent():
    made = "".join(csv_safe.stream([["name", "n"], ["=x", -1]]))

    assert made == '\ufeff"name","n"\r\n"\'=x",-1\r\n'


def test_no_rows_make_an_empty_file():
    assert list(csv_safe.stream([], bom=False)) == []
    assert list(csv_safe.stream([])) == ["\ufeff"]


def test_rows_are_taken_as_they_are_sent():
    taken = []

    def rows():
        for n in range(10_000):
            taken.append(n)
            yield ["x" * 100, n]

    chunks = csv_safe.stream(rows())
    first = next(chunks)

    assert len(taken) < 1000
    assert len(first) < 2 * csv_safe.CHUNK
    assert len(read(first + "".join(chunks))) == 10_000
