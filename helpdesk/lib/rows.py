"""Model instances of rows that PostgreSQL has told as JSON.

For the few pages that are asked all day: there one statement brings rows of many tables, and the
time that an ORM needs to write its statements again is longer than the database's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import DateTimeField, Model

M = TypeVar("M", bound=Model)


class Rows(Generic[M]):
    """Makes instances of `model`, whose fields are texts, numbers, truth values, times, JSON or keys of rows."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self._fields = [
            (str(field.column), field.attname, isinstance(field, DateTimeField))
            for field in model._meta.concrete_fields
        ]

    def made(self, row: Mapping[str, Any]) -> M:
        """The instance of what `row_to_json` told; a column that is left out is read when it is asked for."""
        names, values = [], []
        for column, name, is_time in self._fields:
            if column in row:
                value = row[column]
                names.append(name)
                values.append(datetime.fromisoformat(value) if is_time and value is not None else value)
        return self.model.from_db(DEFAULT_DB_ALIAS, names, values)

    def made_or_none(self, row: Mapping[str, Any] | None) -> M | None:
        """The same where there may be no row."""
        return None if row is None else self.made(row)
