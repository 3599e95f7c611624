"""A client's access log of any length, fast: true commitments and salts, written as the superuser."""

import random
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from access.log_format import FIELDS, SALTED_BYTES, commitments
from bench import corpus
from bench.paper_log import BEGAN, entry
from bench.site import Site

_JSON = ("records", "detail")
AT_ONCE = 20_000


def entries(site: Site, client_id: int, *, total: int) -> None:
    """So many entries without a leaf."""
    rng = random.Random(1)
    with site.superuser() as connection:
        row = connection.execute("SELECT coalesce(max(id), 0) FROM access_accesslogentry").fetchone()
        first = row[0] + 1 if row else 1
        for start in range(0, total, AT_ONCE):
            made = list(_made(rng, first + start, min(AT_ONCE, total - start)))
            corpus.copy(
                connection,
                "access_accesslogentry",
                ("id", "client_id", "at", "commitments"),
                ((number, client_id, values["at"], sealed) for number, values, sealed, _salts in made),
            )
            corpus.copy(
                connection,
                "access_accesslogcontent",
                ("client_id", "entry_id", "salts", *FIELDS),
                ((client_id, number, salts, *_cells(values)) for number, values, _sealed, salts in made),
            )
            corpus.copy(
                connection,
                "access_accesslogrecord",
                ("client_id", "entry_id", "kind", "record_id"),
                ((client_id, number, *named) for number, values, *_rest in made for named in values["records"]),
            )
        connection.execute("SELECT setval('access_accesslogentry_id_seq', %s)", [first + total])
        corpus.analyse(connection)


def _made(rng: random.Random, first: int, count: int) -> Iterator[tuple[int, dict[str, Any], bytes, bytes]]:
    for number in range(first, first + count):
        values = entry(number, rng, BEGAN + timedelta(seconds=number))
        salts = secrets.token_bytes(SALTED_BYTES)
        yield number, values, commitments(values, salts), salts


def _cells(values: dict[str, Any]) -> Iterator[Any]:
    from psycopg.types.json import Jsonb

    for name in FIELDS:
        yield Jsonb(values[name]) if name in _JSON else values[name]
