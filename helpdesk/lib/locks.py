"""PostgreSQL's advisory locks, and numbers for them."""

import hashlib

from django.db import connection


def lock_number(*parts: object) -> int:
    """The signed 64 bit number that stands for these parts, joined by slashes; the same in every process."""
    mark = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(mark[:8], "big", signed=True)


def hold(*parts: object) -> None:
    """Let no other transaction hold what these parts name until this one ends; waits for one that does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(*parts)])


def hold_at_once(*parts: object) -> bool:
    """As `hold`, without waiting: tells whether it could be had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(*parts)])
        return bool(cursor.fetchone()[0])
