"""Pages of a long list by the sort keys of their edges: as fast on page 1,000 as on page one.

A cursor is signed, so a reader can't make one up, but readable by its holder. It remembers its sort
order and is refused under another one. The last key of every order must be unique, or rows get lost
between pages; that is the caller's promise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

SALT = "helpdesk.lib.paging"

Row = TypeVar("Row")


class BadCursor(ValueError):
    """The cursor isn't ours, was changed, or belongs to another sort order."""


@dataclass(frozen=True)
class Key:
    """One column of a sort order.

    `nulls` says where rows without a value stand, for columns that may have none. `sql` is the
    column as raw SQL calls it, where that isn't its name; it is pasted in, so it never comes from
    outside.
    """

    name: str
    descending: bool = False
    nulls: Literal["first", "last"] | None = None
    sql: str = ""

    @property
    def column(self) -> str:
        return self.sql or self.name

    def reversed(self) -> "Key":
        nulls = self.nulls and ("last" if self.nulls == "first" else "first")
        return Key(self.name, not self.descending, nulls, self.sql)


# A string is a column without nulls, descending behind a "-", as Django writes it.
Order = Sequence[str | Key]


@dataclass(frozen=True)
class Position:
    """Where a page begins and which way to read: past `values`, or from the end of the list if None."""

    values: tuple[Any, ...] | None = None
    backward: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page in list order, with cursors where there is more; `start` when nothing comes before."""

    items: list[Row]
    next_cursor: str | None
    previous_cursor: str | None
    start: bool


def keyset(queryset: QuerySet[Any, Row], *, order: Order, cursor: str | None, size: int) -> Page[Row]:
    """The page of `queryset` at `cursor`, or the first one; one SQL query.

    Names in `order` are fields or annotations, also over relations ("client__name": select them, or
    reading the edges costs queries). Raises BadCursor.
    """
    at = position(order, cursor)
    keys = _reading(order, at)
    if at.values is not None:
        queryset = queryset.filter(_after(keys, at.values))
    rows = list(queryset.order_by(*map(_order_by, keys))[: size + 1])
    return page(rows, order=order, at=at, size=size)


def position(order: Order, cursor: str | None) -> Position:
    """What `cursor` says, the beginning for none; raises BadCursor."""
    if not cursor:
        return Position()
    try:
        signature, backward, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadCursor("This place in the list is not known. Start again at its beginning.") from None
    if signature != _signature(order):
        raise BadCursor("This place belongs to another sorting. Start again at the beginning.")
    return Position(None if values is None else tuple(map(_decoded, values)), bool(backward))


def where_sql(order: Order, at: Position) -> tuple[str, list[Any]]:
    """The condition for raw SQL, to be joined with AND, and its parameters ("%s")."""
    if at.values is None:
        return "TRUE", []
    keys = _reading(order, at)
    if len({key.descending for key in keys}) == 1 and not any(key.nulls for key in keys):
        # PostgreSQL reads this form from an index without looking at the rows before.
        columns, marks = ", ".join(key.column for key in keys), ", ".join(["%s"] * len(keys))
        return f"({columns}) {'<' if keys[0].descending else '>'} ({marks})", list(at.values)
    branches, params = [], []
    for depth, (key, value) in enumerate(zip(keys, at.values, strict=True)):
        parts = [_equal_sql(k, v) for k, v in zip(keys[:depth], at.values[:depth], strict=True)]
        parts.append(_past_sql(key, value))
        branches.append(" AND ".join(sql for sql, _ in parts))
        params += [param for _, some in parts for param in some]
    either = "(" + " OR ".join(f"({branch})" for branch in branches) + ")"
    if keys[0].nulls:
        return either, params
    # Says nothing new, but lets the database begin in the middle of an index.
    return f"{keys[0].column} {'<=' if keys[0].descending else '>='} %s AND {either}", [at.values[0], *params]


def order_sql(order: Order, at: Position) -> str:
    """What stands behind ORDER BY for raw SQL; the rows come in the direction of reading."""
    return ", ".join(
        f"{key.column} {'DESC' if key.descending else 'ASC'}" + (f" NULLS {key.nulls.upper()}" if key.nulls else "")
        for key in _reading(order, at)
    )


def page(rows: Sequence[Row], *, order: Order, at: Position, size: int) -> Page[Row]:
    """The page made of up to `size` + 1 rows, as read with `order_sql` and `where_sql`.

    Rows are objects or mappings that have the keys' names.
    """
    if size < 1:
        raise ValueError(f"A page of {size} rows shows nothing.")
    items, more = list(rows[:size]), len(rows) > size
    if at.backward:
        items.reverse()
    came_from_before = at.values is not None and not at.backward
    came_from_after = at.backward and at.values is not None
    has_next = more if not at.backward else came_from_after
    has_previous = more if at.backward else came_from_before
    # With no row to name, "past nothing" stands for the end that was walked over.
    first = _values_of(items[0], order) if items else None
    last = _values_of(items[-1], order) if items else None
    return Page(
        items=items,
        next_cursor=_cursor(order, last, backward=False) if has_next else None,
        previous_cursor=_cursor(order, first, backward=True) if has_previous else None,
        start=not has_previous,
    )


def _keys(order: Order) -> list[Key]:
    return [key if isinstance(key, Key) else Key(key.lstrip("-"), key.startswith("-")) for key in order]


def _reading(order: Order, at: Position) -> list[Key]:
    """The keys in the direction of reading."""
    keys = _keys(order)
    return [key.reversed() for key in keys] if at.backward else keys


def _order_by(key: Key) -> OrderBy:
    nulls = {f"nulls_{key.nulls}": True} if key.nulls else {}
    return F(key.name).desc(**nulls) if key.descending else F(key.name).asc(**nulls)


def _after(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    found, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        found |= equal & _past(key, value)
        equal &= Q(**{f"{key.name}__isnull": True}) if value is None else Q(**{key.name: value})
    if not keys[0].nulls:
        # As in where_sql.
        found &= Q(**{f"{keys[0].name}__{'lte' if keys[0].descending else 'gte'}": values[0]})
    return found


def _past(key: Key, value: Any) -> Q:
    if value is None:
        return Q(**{f"{key.name}__isnull": False}) if key.nulls == "first" else Q(pk__in=[])
    past = Q(**{f"{key.name}__{'lt' if key.descending else 'gt'}": value})
    return past | Q(**{f"{key.name}__isnull": True}) if key.nulls == "last" else past


def _past_sql(key: Key, value: Any) -> tuple[str, list[Any]]:
    if value is None:
        return (f"{key.column} IS NOT NULL" if key.nulls == "first" else "FALSE"), []
    past = f"{key.column} {'<' if key.descending else '>'} %s"
    return (f"({past} OR {key.column} IS NULL)" if key.nulls == "last" else past), [value]


def _equal_sql(key: Key, value: Any) -> tuple[str, list[Any]]:
    return (f"{key.column} IS NULL", []) if value is None else (f"{key.column} = %s", [value])


def _values_of(row: Any, order: Order) -> list[Any]:
    if isinstance(row, Mapping):
        return [row[key.name] for key in _keys(order)]
    return [attrgetter(key.name.replace("__", "."))(row) for key in _keys(order)]


def _cursor(order: Order, values: Sequence[Any] | None, *, backward: bool) -> str:
    encoded = None if values is None else [_encoded(value) for value in values]
    return signing.dumps([_signature(order), int(backward), encoded], salt=SALT)


def _signature(order: Order) -> str:
    return ",".join(f"{'-' if key.descending else ''}{key.name}:{key.nulls or ''}" for key in _keys(order))


# What JSON has no word for travels as [type, text]. A datetime is a date too, so it comes first.
_TYPES: dict[str, tuple[type, Any]] = {
    "t": (datetime, datetime.fromisoformat),
    "d": (date, date.fromisoformat),
    "n": (Decimal, Decimal),
    "u": (UUID, UUID),
}


def _encoded(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    for name, (kind, _) in _TYPES.items():
        if isinstance(value, kind):
            return [name, value.isoformat() if isinstance(value, date) else str(value)]
    raise TypeError(f"A list can't be sorted by a {type(value).__name__}.")


def _decoded(value: Any) -> Any:
    return _TYPES[value[0]][1](value[1]) if isinstance(value, list) else value
