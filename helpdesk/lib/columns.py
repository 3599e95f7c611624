"""A model's columns for SQL written by hand, and its instances made of the rows.

For the few pages that are asked all day: there the time that an ORM needs to write the same
statement again is longer than the database's.
"""

from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


class Columns(Generic[M]):
    """The columns of `model` under an alias; those named in `without` are left out, and read when asked for."""

    def __init__(self, model: type[M], alias: str, *, without: Collection[str] = ()) -> None:
        fields = [field for field in model._meta.concrete_fields if field.attname not in without]
        self.model = model
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self._names = [field.attname for field in fields]
        self._converters = [
            (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
        ]

    def __len__(self) -> int:
        return len(self._names)

    def made(self, values: Sequence[Any]) -> M:
        """The instance of these values, in the order of `sql`."""
        given = list(values)
        for place, convert in self._converters:
            given[place] = convert(given[place], None, connection)
        return self.model.from_db(DEFAULT_DB_ALIAS, self._names, given)

    def made_or_none(self, values: Sequence[Any]) -> M | None:
        """The same for the far side of an outer join: None where its key is NULL."""
        return None if values[0] is None else self.made(values)


def split(row: Sequence[Any], *widths: int) -> list[Sequence[Any]]:
    """The row in parts of these widths, and what is left."""
    parts, start = [], 0
    for width in widths:
        parts.append(row[start : start + width])
        start += width
    return [*parts, row[start:]]
