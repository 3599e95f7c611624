"""Who is asking, as the database sees it: five settings local to the transaction.

Nothing else in the product sets them.  `enter` sets all five, and puts back what was there
before when it is left, because a released savepoint keeps a local setting.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections

from access.errors import ScopeMissing
from access.rights import Side


@dataclass(frozen=True, slots=True)
class Scope:
    """The five settings; a side of None matches no policy."""

    side: Side | None = None
    client_ids: tuple[int, ...] = ()
    vendor_id: int | None = None
    customer_id: int | None = None
    user_id: int | None = None

    def values(self) -> tuple[str, str, str, str, str]:
        """The settings' texts in the order of `SET_SQL`; an unset one is the empty string."""
        return (
            self.side or "",
            "{" + ",".join(map(str, self.client_ids)) + "}" if self.client_ids else "",
            _text(self.vendor_id),
            _text(self.customer_id),
            _text(self.user_id),
        )


# set_config stands first and alone in the select list: in other forms the statement's own
# sub-selects were planned under the old settings.
SET_SQL = (
    "SELECT set_config('app.side', %s, true), set_config('app.client_ids', %s, true),"
    " set_config('app.vendor_id', %s, true), set_config('app.customer_id', %s, true),"
    " set_config('app.user_id', %s, true)"
)
NOBODY = Scope()

_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def current() -> Scope | None:
    """The scope entered, or None where a statement on a client table is an error."""
    return _current.get()


def require() -> Scope:
    """The scope entered.

    Raises `ScopeMissing` where none is.
    """
    scope = _current.get()
    if scope is None:
        raise ScopeMissing
    return scope


def apply(scope: Scope, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Set the five settings for the rest of the transaction; the caller holds the transaction."""
    with connections[using].cursor() as cursor:
        cursor.execute(SET_SQL, scope.values())


def assume(scope: Scope | None) -> None:
    """Note that the settings of the running transaction are those of `scope`.

    For `access.standing`, whose one statement sets them and reads the versions with it.
    """
    _current.set(scope)


def become(scope: Scope) -> None:
    """Be `scope` for the rest of the transaction: the settings, and the note of them."""
    apply(scope)
    assume(scope)


@contextmanager
def enter(scope: Scope, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Scope]:
    """Run the block as `scope`, then restore the scope before it.

    Raises `ScopeMissing` outside a transaction: the settings would be gone at once.
    """
    if not connections[using].in_atomic_block:
        raise ScopeMissing("A scope is entered inside a transaction only.")
    before = _current.get()
    apply(scope, using=using)
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
        if not connections[using].needs_rollback and _usable(using):
            apply(before or NOBODY, using=using)


def _usable(using: str) -> bool:
    """Whether the transaction can still take a statement (not aborted by a database error)."""
    from psycopg.pq import TransactionStatus

    raw = connections[using].connection
    return raw is not None and raw.info.transaction_status == TransactionStatus.INTRANS


def system(client_id: int) -> Scope:
    """The scope of a task or a named command, inside one client."""
    return Scope(side=Side.SYSTEM, client_ids=(client_id,))
