"""The backstop on the connection: no statement reaches a client's table without a scope.

Sealed querysets alone leak through leaf deletes, raw SQL, sub-queries and explain.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

from access import scope
from access.errors import ScopeMissing


@cache
def _client_tables() -> re.Pattern[str]:
    tables = [m._meta.db_table for m in apps.get_models(include_auto_created=True) if hasattr(m, "client_column")]
    return re.compile(r"\b(?:{})\b".format("|".join(sorted(map(re.escape, tables)))))


def refuse_unscoped(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Raise `ScopeMissing` for a statement that names a client's table outside a scope."""
    if scope.current() is None and _client_tables().search(sql):
        raise ScopeMissing
    return execute(sql, params, many, context)


def is_aborted() -> bool:
    """Whether COMMIT would silently roll back: a database error, or any error in an inner block, was swallowed."""
    raw = connection.connection
    return connection.needs_rollback or raw is None or raw.info.transaction_status == TransactionStatus.INERROR


def _install(*, connection: Any, **kwargs: Any) -> None:
    if connection.alias == DEFAULT_DB_ALIAS and refuse_unscoped not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_unscoped)


def guard() -> None:
    """Install the wrapper on every connection that the application's role opens."""
    connection_created.connect(_install, dispatch_uid="access.connections")
