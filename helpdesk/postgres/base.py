"""The database wrapper that settings name as ENGINE."""

import select
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server, and may send a statement without waiting for its answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ahead: psycopg.Pipeline | None = None
        self.execute_wrappers.append(self._settle_first)

    def is_usable(self) -> bool:
        """Whether statements can be sent; asks the server only where something has arrived.

        A server that ends a connection says so, and nothing else arrives on an idle one: so where
        there is nothing to read, the connection stands, and no request pays for a `SELECT 1`.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0) or super().is_usable()

    def send_ahead(self, sql: str, params: Sequence[Any]) -> None:
        """What the function of this name promises."""
        with self.cursor() as cursor:
            if self.in_atomic_block and not self.queries_logged:
                cursor._execute_with_wrappers(sql, params, many=False, executor=self._send)
            else:
                cursor.execute(sql, params)

    def settle(self) -> None:
        """Take the answer to what was sent ahead; raises the database's error where it failed."""
        if self._ahead is not None:
            ahead, self._ahead = self._ahead, None
            with self.wrap_database_errors:
                ahead.__exit__(None, None, None)

    def _send(self, sql: str, params: Sequence[Any], many: bool, context: dict[str, Any]) -> None:
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            ahead = self.connection.pipeline()
            ahead.__enter__()
            self._ahead = ahead
            context["cursor"].cursor.execute(sql, params)

    def _settle_first(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        self.settle()
        return execute(sql, params, many, context)

    def cursor(self) -> CursorWrapper:
        """A cursor; whatever goes past `execute`, such as COPY, finds nothing in its way."""
        self.settle()
        return super().cursor()

    def commit(self) -> None:
        """Commit; COMMIT joins what is still on its way, and one answer tells of both."""
        super().commit()
        self.settle()

    def rollback(self) -> None:
        """Roll back, with what is still on its way."""
        self._drop()
        super().rollback()

    def close(self) -> None:
        """Close; nothing on its way was committed."""
        self._drop()
        super().close()

    def _drop(self) -> None:
        """End the pipeline of a transaction that is given up: whatever came of it is rolled back."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            # What follows, a rollback or the end of the connection, answers for a failure.
            with suppress(psycopg.Error):
                ahead.__exit__(None, None, None)


def send_ahead(sql: str, params: Sequence[Any]) -> None:
    """Send a statement that returns nothing, and go on while the server works.

    It is part of the open transaction, and its answer is taken before the next statement or by the
    commit: that one raises what went wrong, and nothing is committed.  Without a transaction, or
    while statements are recorded, it is executed at once.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    assert isinstance(wrapper, DatabaseWrapper)
    wrapper.send_ahead(sql, params)
