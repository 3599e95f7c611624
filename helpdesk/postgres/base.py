"""The database wrapper that settings name as ENGINE."""

import select
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql import base
from django.db.backends.utils import CursorWrapper
from psycopg import errors, generators
from psycopg.pq import ExecStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server, may keep a statement back, and may commit ahead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept_back: tuple[str, Sequence[Any]] | None = None
        # How to go on behind a COMMIT that is on its way; None while none is.
        self._go_on: Callable[[], None] | None = None
        self.execute_wrappers.append(self._others_first)

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

    def commit_ahead(self, go_on: Callable[[], None]) -> None:
        """What the function of this name promises."""
        if not self.in_atomic_block or len(self.atomic_blocks) > 1 or self.queries_logged:
            return
        self._catch_up()
        if self.needs_rollback or self.connection.info.transaction_status != TransactionStatus.INTRANS:
            # COMMIT would silently roll back: it is for the end of the block to find out.
            return
        text = "COMMIT"
        if self._kept_back is not None:
            (sql, params), self._kept_back = self._kept_back, None
            text = f"{self.connection.cursor().mogrify(sql, params)}; COMMIT"
        self._go_on = go_on
        with self.wrap_database_errors:
            self.connection.pgconn.send_query(text.encode())

    def _arrive(self) -> None:
        """Wait for the COMMIT that is on its way; raises what went wrong with it."""
        self._go_on = None
        with self.wrap_database_errors:
            for result in self.connection.wait(generators.execute(self.connection.pgconn)):
                if result.status == ExecStatus.FATAL_ERROR:
                    raise errors.error_from_result(result)

    def _catch_up(self) -> None:
        """Behind a COMMIT that is on its way begin anew: the next statement opens a transaction of its own."""
        if (go_on := self._go_on) is not None:
            self._arrive()
            go_on()

    def _others_first(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        self._catch_up()
        self._send_kept_back()
        return execute(sql, params, many, context)

    def cursor(self) -> CursorWrapper:
        """A cursor; whatever goes past `execute`, such as COPY, finds the same order of things."""
        self._catch_up()
        self._send_kept_back()
        return super().cursor()

    def commit(self) -> None:
        """Commit; what is kept back goes with COMMIT, and what was committed ahead has arrived."""
        self.validate_thread_sharing()
        self.validate_no_atomic_block()
        if self._go_on is not None:
            self._arrive()
        self._send_kept_back("; COMMIT")
        super().commit()

    def rollback(self) -> None:
        """Roll back; what is kept back is never sent, and what was committed ahead stays."""
        self._kept_back = None
        if self._go_on is not None:
            self._arrive()
        super().rollback()

    def savepoint_rollback(self, sid: str) -> None:
        """Roll back to a savepoint: a statement too, so whatever is kept back came after it."""
        self._kept_back = None
        super().savepoint_rollback(sid)

    def close(self) -> None:
        """Close; nothing that was kept back is committed."""
        self._kept_back = self._go_on = None
        super().close()


def keep_back(sql: str, params: Sequence[Any]) -> None:
    """Have a statement that returns nothing executed before the next one, or along with COMMIT if none comes.

    It is part of the open transaction either way, at its place among the statements, and costs no
    round trip where it is the last.  What goes wrong is raised by that next statement or by the
    commit, and nothing is committed.  Without a transaction, or while statements are recorded, it
    is executed at once.
    """
    _wrapper().keep_back(sql, params)


def commit_ahead(go_on: Callable[[], None]) -> None:
    """Send COMMIT now, with what is kept back, and don't wait for it: it is waited for where the block ends.

    For whoever has read and written everything and only draws what was read: the server writes
    meanwhile.  What goes wrong with it is raised where the block ends, as by any commit.  A
    statement all the same begins a transaction of its own, in which `go_on` first puts back what
    the one before had set; what is done there can be rolled back, what was committed can't.
    Inside more than one block, or while statements are recorded, nothing is done ahead.
    """
    _wrapper().commit_ahead(go_on)


def _wrapper() -> DatabaseWrapper:
    wrapper = connections[DEFAULT_DB_ALIAS]
    assert isinstance(wrapper, DatabaseWrapper)
    return wrapper
