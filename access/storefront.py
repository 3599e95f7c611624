"""The client behind a portal's address, remembered in the process.

A visitor's request sends one statement, which sets the scope and tells whether the client's row
is still the one remembered: the same versions as `access.standing` trusts.
"""

from collections.abc import Callable

from django.db import connection

from access import scope
from access.errors import NotFound
from access.models import Client, RightsVersionClient
from access.scope import Scope

_VERSION = ", (SELECT version FROM access_rightsversionclient WHERE client_id = %s)"
_SET_AND_ASK = scope.SET_SQL + _VERSION
_REMEMBERED_MOST = 1000
_remembered: dict[str, tuple[Client, int | None]] = {}


def enter(slug: str, scope_of: Callable[[Client], Scope]) -> tuple[Client, int | None]:
    """The client of a portal, with its version; the transaction has the scope that `scope_of` gives.

    The row is shared by all requests of the process and only ever read.  Raises `NotFound`.
    """
    known = _remembered.get(slug)
    if known is None or _set(scope_of(known[0]), known[0].pk) != known[1]:
        known = _read(slug)
        _set(scope_of(known[0]), known[0].pk)
    return known


def forget_all() -> None:
    """Drop every remembered client (a test's database was emptied)."""
    _remembered.clear()


def _set(wanted: Scope, client_id: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_SET_AND_ASK, [*wanted.values(), client_id])
        version: int | None = cursor.fetchone()[-1]
    scope.assume(wanted)
    return version


def _read(slug: str) -> tuple[Client, int | None]:
    """The row, read after its version: a change in between is found by the next request."""
    version = RightsVersionClient.objects.filter(client__slug=slug).values_list("version", flat=True).first()
    client = Client.objects.filter(slug=slug).first()
    if client is None:
        _remembered.pop(slug, None)
        raise NotFound
    if len(_remembered) >= _REMEMBERED_MOST:
        _remembered.clear()
    _remembered[slug] = client, version
    return _remembered[slug]
