"""Statements as the product sends them: caught, counted, and sent again under another role."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

Statement = tuple[str, Any]
_UNCOUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def caught() -> Iterator[list[Statement]]:
    """The statements that the block sends over Django's connection, transaction control left out."""
    from django.db import connection

    seen: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.lstrip().upper().startswith(_UNCOUNTED):
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def seconds_of(connection: psycopg.Connection[Any], statements: Sequence[Statement], *, times: int) -> float:
    """How long these statements take, one after the other, `times` over, in the caller's transaction."""
    start = time.perf_counter()
    with connection.cursor() as cursor:
        for _time in range(times):
            for sql, params in statements:
                cursor.execute(sql, params)
                cursor.fetchall()
    return time.perf_counter() - start
