"""The database wrapper that settings name as ENGINE."""

import select
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server, and may keep a statement back for the next one or for COMMIT."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept_back: tuple[str, Sequence[Any]] | None = None
        self.execute_wrappers.append(self._kept_back_first)

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

    def keep_back(self, sql: str, params: Sequence[Any]) -> None:
        """What the function of this name promises."""
        with self.cursor() as cursor:
            if self.in_atomic_block and not self.queries_logged:
                # Whoever watches the statements sees it in its place.
                cursor._execute_with_wrappers(sql, params, many=False, executor=self._keep)
            else:
                cursor.execute(sql, params)

    def _keep(self, sql: str, params: Sequence[Any], many: bool, context: dict[str, Any]) -> None:
        self.validate_no_broken_transaction()
        self._kept_back = sql, params

    def _send_kept_back(self, behind: str = "") -> None:
        if self._kept_back is not None:
            (sql, params), self._kept_back = self._kept_back, None
            with self.wrap_database_errors:
                self.connection.execute(sql + behind, params)

    def _kept_back_first(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        self._send_kept_back()
        return execute(sql, params, many, context)

    def cursor(self) -> CursorWrapper:
        """A cursor; whatever goes past `execute`, such as COPY, finds the same order of things."""
        self._send_kept_back()
        return super().cursor()

    def commit(self) -> None:
        """Commit; what is kept back goes with COMMIT, and where it does, nothing is left to be sent."""
        self.validate_thread_sharing()
        self.validate_no_atomic_block()
        self._send_kept_back("; COMMIT")
        super().commit()

    def rollback(self) -> None:
        """Roll back; what is kept back is never sent."""
        self._kept_back = None
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        """Roll back to a savepoint: a statement too, so whatever is kept back came after it."""
        self._kept_back = None
        super().savepoint_rollback(sid)

    def close(self) -> None:
        """Close; nothing that was kept back is committed."""
        self._kept_back = None
        super().close()


def keep_back(sql: str, params: Sequence[Any]) -> None:
    """Have a statement that returns nothing executed before the next one, or along with COMMIT if none comes.

    It is part of the open transaction either way, at its place among the statements, and costs no
    round trip where it is the last.  What goes wrong is raised by that next statement or by the
    commit, and nothing is committed.  Without a transaction, or while statements are recorded, it
    is executed at once.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    assert isinstance(wrapper, DatabaseWrapper)
    wrapper.keep_back(sql, params)
