"""Many rows in one statement, those that are there already left out."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Field, Model
from psycopg.sql import SQL, Identifier

R = TypeVar("R", bound=Model)


def insert_new(rows: Sequence[R]) -> list[R]:
    """Insert the rows that no unique key refuses, with their new ids; returns those, in the order given.

    One statement, whatever their number.  `bulk_create` can leave rows out, but does not say which.  The model has
    a column `unique`, by which no two of the rows are the same to one vendor.
    """
    if not rows:
        return []
    model = type(rows[0])
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    # The same cause may have a row of each vendor.
    of_vendors = any(field.column == "vendor_id" for field in fields)
    places = SQL("({})").format(SQL(", ").join(SQL("%s") for _field in fields))
    statement = SQL(
        'INSERT INTO {table} ({columns}) VALUES {rows} ON CONFLICT DO NOTHING RETURNING id, {whose}, "unique"'
    ).format(
        table=Identifier(model._meta.db_table),
        columns=SQL(", ").join(Identifier(str(field.column)) for field in fields),
        rows=SQL(", ").join([places] * len(rows)),
        whose=Identifier("vendor_id") if of_vendors else SQL("NULL::bigint"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(), [_value(field, row) for row in rows for field in fields])
        ids = {(vendor_id, unique): pk for pk, vendor_id, unique in cursor.fetchall()}
    written = []
    for row in rows:
        # `__dict__`: the rows are of many models, of which the type says nothing here.
        row.pk = ids.get((row.__dict__.get("vendor_id"), row.__dict__["unique"]))
        if row.pk is not None:
            row._state.adding = False
            written.append(row)
    return written


def _value(field: "Field[Any, Any]", row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
