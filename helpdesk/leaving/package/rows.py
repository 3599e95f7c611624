"""A client's rows as lines of JSON, read by key in small batches: memory stays flat whatever there is."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection

from access import scope
from access.models import Client
from helpdesk.leaving.package.format import CLIENT_COLUMNS, Part

_AT_ONCE = 1000
_RIGHT = "SELECT codename FROM auth_permission p WHERE p.id"


def select_of(part: Part) -> str:
    """The statement that reads a batch of a part: (id, line), by id."""
    columns = []
    for column in part.columns:
        if column.is_bytes:
            columns.append(f"translate(encode(\"{column.name}\", 'base64'), E'\\n', '') AS \"{column.name}\"")
        elif column.is_right:
            columns.append(f'({_RIGHT} = "{column.name}") AS "{column.name}"')
        else:
            columns.append(f'"{column.name}"')
    # Names of our own models' tables and columns; what comes from outside are parameters.
    return (
        f'SELECT t.id, row_to_json(t)::text FROM (SELECT {", ".join(columns)} FROM "{part.table}"'  # noqa: S608
        f' WHERE "{part.client_column}" = %s AND id > %s{_without(part)} ORDER BY id LIMIT {_AT_ONCE}) AS t'
    )


def _without(part: Part) -> str:
    """The conditions that leave out rows, with a place for each value."""
    columns = part.holding.without if part.holding else ()
    return "".join(f' AND "{column}" <> %s' for column in columns)


def _left_out(part: Part) -> list[str]:
    return list(part.holding.without.values()) if part.holding else []


def lines(part: Part, client_id: int) -> Iterator[list[str]]:
    """The rows of a part as lines without their ends, a batch at a time, by id."""
    scope.require()
    query, last = select_of(part), 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [client_id, last, *_left_out(part)])
            found = cursor.fetchall()
        if not found:
            return
        yield [line for _id, line in found]
        last = found[-1][0]


def count(part: Part, client_id: int) -> int:
    """How many rows a part has."""
    with connection.cursor() as cursor:
        where = f'"{part.client_column}" = %s{_without(part)}'
        cursor.execute(f'SELECT count(*) FROM "{part.table}" WHERE {where}', [client_id, *_left_out(part)])  # noqa: S608  # as above
        return int(cursor.fetchone()[0])


_VENDORS = """
SELECT row_to_json(v)::text FROM (
  SELECT id, slug, name FROM access_vendor WHERE id IN (
    SELECT vendor_id FROM access_contract WHERE client_id = %(client)s
    UNION SELECT vendor_id FROM access_staffcard WHERE client_id = %(client)s
  ) ORDER BY id) AS v
"""
# Of the vendors' people the name on their card is all that the client sees of them.
_PEOPLE = """
SELECT row_to_json(p)::text FROM (
  SELECT u.id, c.name, u.vendor_id, u.language, u.time_zone,
    CASE WHEN u.vendor_id IS NULL THEN u.email END AS email
  FROM access_staffcard c JOIN access_user u ON u.id = c.user_id
  WHERE c.client_id = %(client)s ORDER BY u.id) AS p
"""


def directory(client_id: int) -> dict[str, list[str]]:
    """The lines of the parts that stand before any scope: the client, its vendors, its people."""
    client = Client.objects.filter(pk=client_id).values(*CLIENT_COLUMNS).get()
    found: dict[str, list[str]] = {"client": [_json({"id": client_id, **client})]}
    for name, query in (("vendors", _VENDORS), ("people", _PEOPLE)):
        with connection.cursor() as cursor:
            cursor.execute(query, {"client": client_id})
            found[name] = [line for (line,) in cursor.fetchall()]
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
