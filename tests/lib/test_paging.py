import sqlite3
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cmp_to_key
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Value
from django.db.models.functions import NullIf
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.lib import paging
from helpdesk.lib.paging import BadCursor, Key, Page, Position

NULLS = st.sampled_from(["first", "last"])
orders = st.tuples(
    st.builds(Key, st.just("a"), st.booleans(), NULLS),
    st.builds(Key, st.just("b"), st.booleans()),
    st.builds(Key, st.just("c"), st.booleans(), NULLS),
    st.builds(Key, st.just("id"), st.booleans()),
).flatmap(lambda keys: st.permutations(keys[:3]).map(lambda some: [*some[: len(some)], keys[3]]))
rows_of = st.lists(
    st.tuples(st.none() | st.integers(0, 2), st.integers(0, 2), st.none() | st.sampled_from("xyz")), max_size=14
).map(lambda rows: [dict(zip("abc", row, strict=True), id=n) for n, row in enumerate(rows)])


def compare(order):
    """The oracle: how two rows stand to each other, one key after the other."""

    def compared(one, two):
        for key in order:
            x, y = one[key.name], two[key.name]
            if x == y:
                continue
            if x is None or y is None:
                return -1 if (x is None) == (key.nulls == "first") else 1
            return -1 if (x < y) != key.descending else 1
        return 0

    return compared


def read_page(rows, order, cursor, size):
    """A page by raw SQL, in a database that has row comparisons and NULLS FIRST too."""
    at = paging.position(order, cursor)
    where, params = paging.where_sql(order, at)
    with sqlite3.connect(":memory:") as base:
        base.row_factory = sqlite3.Row
        base.execute("CREATE TABLE t (a, b, c, id)")
        base.executemany("INSERT INTO t VALUES (:a, :b, :c, :id)", rows)
        sql = f"SELECT * FROM t WHERE {where} ORDER BY {paging.order_sql(order, at)} LIMIT {size + 1}"
        found = [dict(row) for row in base.execute(sql.replace("%s", "?"), params)]
    base.close()
    return paging.page(found, order=order, at=at, size=size)


def walk(read, cursor=None, way="next_cursor"):
    pages = [read(cursor)]
    while cursor := getattr(pages[-1], way):
        pages.append(read(cursor))
        assert len(pages) < 100
    return pages


@settings(deadline=None)
@given(rows_of, orders, st.integers(1, 5))
def test_walking_all_pages_gives_the_list_once_in_order_both_ways(rows, order, size):
    expected = sorted(rows, key=cmp_to_key(compare(order)))

    there = walk(lambda cursor: read_page(rows, order, cursor, size))
    back = walk(lambda cursor: read_page(rows, order, cursor, size), there[-1].previous_cursor, "previous_cursor")

    assert [row for page in there for row in page.items] == expected
    if len(there) > 1:
        earlier = [row for page in reversed(back) for row in page.items]
        assert earlier == expected[: len(expected) - len(there[-1].items)]
        assert [page.start for page in back] == [False] * (len(back) - 1) + [True]
    assert [page.start for page in there] == [True] + [False] * (len(there) - 1)


@settings(deadline=None)
@given(rows_of, st.lists(st.booleans(), min_size=2, max_size=2, unique=False), st.integers(1, 4))
def test_keys_without_nulls_walk_too(rows, ways, size):
    order = [Key("b", ways[0]), Key("id", ways[1])]

    there = walk(lambda cursor: read_page(rows, order, cursor, size))

    assert [row for page in there for row in page.items] == sorted(rows, key=cmp_to_key(compare(order)))


def test_one_direction_without_nulls_is_a_row_comparison():
    at = Position((3, 7))

    assert paging.where_sql(["-b", "-id"], at) == ("(b, id) < (%s, %s)", [3, 7])
    assert paging.where_sql(["b", Key("id", sql="t.id")], at) == ("(b, t.id) > (%s, %s)", [3, 7])


def test_rows_that_came_in_between_are_neither_lost_nor_doubled():
    rows = [{"a": None, "b": 1, "c": None, "id": n} for n in (1, 3, 5, 7)]
    first = read_page(rows, ["id"], None, 2)
    grown = [*rows, *({"a": None, "b": 1, "c": None, "id": n} for n in (2, 4))]

    second = read_page(grown, ["id"], first.next_cursor, 2)

    assert [row["id"] for row in first.items + second.items] == [1, 3, 4, 5]


def test_when_all_rows_after_are_gone_the_way_back_leads_to_the_last_page():
    rows = [{"a": None, "b": 1, "c": None, "id": n} for n in range(6)]
    first = read_page(rows, ["id"], None, 4)
    empty = read_page(rows[:3], ["id"], first.next_cursor, 4)

    again = read_page(rows[:3], ["id"], empty.previous_cursor, 2)

    assert (empty.items, empty.next_cursor) == ([], None)
    assert [row["id"] for row in again.items] == [1, 2]


VALUES = [
    datetime(2026, 11, 3, 14, 20, 0, 123456, tzinfo=UTC),
    date(2026, 11, 3),
    Decimal("12.30"),
    UUID(int=5),
    "text\n",
    True,
    None,
    3.25,
    2**63,
]


def cursor_with(value):
    rows = [SimpleNamespace(x=value, id=n) for n in range(2)]
    return paging.page(rows, order=["x", "id"], at=Position(), size=1).next_cursor


@pytest.mark.parametrize("value", VALUES)
def test_values_come_back_as_what_they_were(value):
    at = paging.position(["x", "id"], cursor_with(value))

    assert at == Position((value, 0))
    assert type(at.values[0]) is type(value)


def test_a_value_that_cannot_be_sorted_by_is_refused():
    with pytest.raises(TypeError, match="sorted by a list"):
        cursor_with([1])


@pytest.mark.parametrize("order", [["id", "x"], ["-x", "id"], ["x"], [Key("x", nulls="last"), "id"], ["y", "id"]])
def test_a_cursor_of_another_order_is_refused(order):
    cursor = cursor_with(1)

    with pytest.raises(BadCursor, match="another sorting"):
        paging.position(order, cursor)


@given(st.text(st.characters(), min_size=1))
def test_any_other_text_is_a_bad_cursor(text):
    with pytest.raises(BadCursor):
        paging.position(["x", "id"], text)


def test_a_changed_cursor_is_refused():
    cursor = cursor_with(1)

    for at, letter in enumerate(cursor):
        with pytest.raises(BadCursor):
            paging.position(["x", "id"], cursor[:at] + ("A" if letter != "A" else "B") + cursor[at + 1 :])


@pytest.mark.parametrize("cursor", [None, ""])
def test_no_cursor_is_the_beginning(cursor):
    assert paging.position(["id"], cursor) == Position()


def test_a_page_of_nothing_is_refused():
    with pytest.raises(ValueError, match="shows nothing"):
        paging.page([], order=["id"], at=Position(), size=0)


def test_an_empty_list_is_one_empty_page():
    assert paging.page([], order=["id"], at=Position(), size=5) == Page([], None, None, True)


@pytest.mark.parametrize("as_mapping", [False, True])
@pytest.mark.parametrize(
    "order",
    [
        ["id"],
        ["-app_label", "id"],
        ["app_label", "-id"],
        [Key("some", nulls="first"), "-id"],
        [Key("some", True, "last"), Key("app_label", True), "id"],
        ["-app_label", Key("some", nulls="last"), "-id"],
    ],
)
def test_a_queryset_is_walked_whole_in_order_both_ways(db, order, as_mapping):
    queryset = ContentType.objects.annotate(some=NullIf("app_label", Value("contenttypes")))
    if as_mapping:
        queryset = queryset.values("id", "app_label", "some")
    expected = list(queryset.order_by(*map(paging._order_by, paging._keys(order))))

    def read(cursor):
        return paging.keyset(queryset, order=order, cursor=cursor, size=3)

    there = walk(read)
    back = walk(read, there[-1].previous_cursor, "previous_cursor")

    assert len(expected) > 6
    assert [row for page in there for row in page.items] == expected
    assert [row for page in reversed(back) for row in page.items] == expected[: len(expected) - len(there[-1].items)]


def test_a_page_of_a_queryset_costs_one_query(db, django_assert_num_queries):
    cursor = paging.keyset(ContentType.objects.all(), order=["-app_label", "id"], cursor=None, size=2).next_cursor

    with django_assert_num_queries(1):
        paging.keyset(ContentType.objects.all(), order=["-app_label", "id"], cursor=cursor, size=2)
