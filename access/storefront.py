"""The client behind a portal's address, remembered in the process.

A visitor's request sends one statement, which sets the scope and tells whether the client's row
is still the one remembered: the same versions as `access.standing` trusts.  It also tells the
version of the customer's address, by which `access.doors` sees whether the session is theirs still.
"""

from collections.abc import Callable
from typing import NamedTuple

from django.db import connection

from access import scope
from access.errors import NotFound
from access.models import Client, RightsVersionClient
from access.scope import Scope

_VERSION = ", (SELECT version FROM access_rightsversionclient WHERE client_id = %s)"
_ADDRESS = ", COALESCE((SELECT version FROM access_addressversion WHERE customer_id = %s), 0)"
_SET_AND_ASK = scope.SET_SQL + _VERSION + _ADDRESS
_REMEMBERED_MOST = 1000
_remembered: dict[str, tuple[Client, int | None]] = {}


class Entered(NamedTuple):
    """A portal's client with its version, and the version of the address of the scope's customer."""

    client: Client
    version: int | None
    address_version: int


def enter(slug: str, scope_of: Callable[[Client], Scope]) -> Entered:
    """The client of a portal; the transaction has the scope that `scope_of` gives.

    The row is shared by all requests of the process and only ever read.  Raises `NotFound`.
    """
    known = _remembered.get(slug)
    if known is not None:
        version, address_version = _set(scope_of(known[0]), known[0].pk)
        if version == known[1]:
            return Entered(*known, address_version)
    known = _read(slug)
    _version, address_version = _set(scope_of(known[0]), known[0].pk)
    return Entered(*known, address_version)


def forget_all() -> None:
    """Drop every remembered client (a test's database was emptied)."""
    _remembered.clear()


def _set(wanted: Scope, client_id: int) -> tuple[int | None, int]:
    with connection.cursor() as cursor:
        cursor.execute(_SET_AND_ASK, [*wanted.values(), client_id, wanted.customer_id])
        version, address_version = cursor.fetchone()[-2:]
    scope.assume(wanted)
    return version, address_version


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
