import csv
import time
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.lib.sheet import BadSheet, Limits, place, read_sheet

cells = st.text(st.sampled_from("ab,;\t\"'\n é="), max_size=6)
tables = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=6)


@given(tables, st.sampled_from("\t;,"), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.integers(0, 3))
def test_what_a_spreadsheet_writes_is_read_back(table, separator, newline, bom, empty_lines):
    table = [["category", "priority"], *table]
    target = StringIO(newline="")
    csv.writer(target, delimiter=separator, lineterminator="\n").writerows(table)
    text = ("\ufeff" if bom else "") + target.getvalue().replace("\n", newline) + newline * empty_lines

    rows = read_sheet(text)

    expected = [(n, tuple(cell.strip() for cell in row)) for n, row in enumerate(table, start=1)]
    while not any(expected[-1][1]):
        expected.pop()
    last_number, last_cells = expected[-1]
    while not last_cells[-1]:
        last_cells = last_cells[:-1]
    expected[-1] = (last_number, last_cells)
    found = [(row.number, row.cells) for row in rows]
    found[-1] = (found[-1][0], found[-1][1][: len(last_cells)])
    assert found == [(number, row) for number, row in expected if any(row)]


@given(st.text(st.characters()) | st.text(st.sampled_from('a",;\t\n\r\ufeff')))
def test_any_text_is_read_or_refused_with_its_place(text):
    found = read_or_refusal(text)

    if isinstance(found, BadSheet):
        assert found.row >= 1
        assert str(found).startswith("row ")
    else:
        assert [row.number for row in found] == sorted({row.number for row in found})
        assert all(any(row.cells) for row in found)


def read_or_refusal(text):
    try:
        return read_sheet(text)
    except BadSheet as refusal:
        return refusal


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("\n\n\t\t\n", []),
        ("a\tb\n1\t2\n", [("a", "b"), ("1", "2")]),
        ("a;b,c\n1;2,3", [("a", "b,c"), ("1", "2,3")]),
        ("a,b;c,d", [("a", "b;c", "d")]),
        ('"a;b;c",d', [("a;b;c", "d")]),
        ('say "hi"\tb', [('say "hi"', "b")]),
        ('"hi" there\tb', [("hi there", "b")]),
        ('"two\r\nlines"\t"a ""quote"""', [("two\nlines", 'a "quote"')]),
        ('5" pipe\tb\nc\td', [('5" pipe', "b"), ("c", "d")]),
        ("a\t\tb", [("a", "", "b")]),
        ("alone", [("alone",)]),
    ],
)
def test_reading(text, rows):
    assert [row.cells for row in read_sheet(text)] == rows


def test_rows_are_numbered_as_the_spreadsheet_shows_them():
    rows = read_sheet('a\tb\n\n"two\nlines"\tc\nd\te')

    assert [row.number for row in rows] == [1, 3, 4]


def test_places_are_named_for_people():
    assert place(11, "priority") == "row 11, priority"
    assert place(2, 3) == "row 2, column 3"


@pytest.mark.parametrize(
    ("text", "limits", "where"),
    [
        ('a\tb\nc\t"never ends', Limits(), "row 2, column 2: a quote begins"),
        ("a\nb\n\nc", Limits(rows=2), "row 4, column 1: a sheet may have 2 rows"),
        ("a\tb\nc\td", Limits(cells=3), "row 2, column 2: a sheet may have 3 cells"),
        ("a\tb\nc\t1234", Limits(cell_length=3), "row 2, column 2: the text is longer than 3"),
    ],
)
def test_refusals_name_their_place(text, limits, where):
    with pytest.raises(BadSheet) as refusal:
        read_sheet(text, limits)

    assert str(refusal.value).startswith(where)


def test_a_sheet_at_its_limits_is_read():
    assert len(read_sheet("a\tb\nc\td", Limits(rows=2, cells=4, cell_length=1))) == 2


@pytest.mark.parametrize("way", ['"', '""', '"a"', "\n", "\ta", "a,", '"\n', '"","', "x"])
def test_a_megabyte_of_anything_is_done_at_once(way):
    start = time.process_time()
    found = read_or_refusal((way * 1_000_000)[:1_000_000] + "x")

    assert found
    assert time.process_time() - start < 1
