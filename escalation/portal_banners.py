"""Which banners a portal shows to whom: those of its client's major incidents that were not closed on this device.

A client's banners are remembered in the process for as long as its version is the same (`access.storefront`): a
change of one raises it, in the database.
"""

from django.conf import settings
from django.http import HttpResponse

from access.requests import DoorRequest
from escalation.incidents import queries
from escalation.models import PortalBanner

LASTS = 30 * 24 * 3600
KEPT = 20
_REMEMBERED_MOST = 1000
_remembered: dict[int, tuple[int, list[PortalBanner]]] = {}


def shown(request: DoorRequest) -> list[PortalBanner]:
    """The banners for this reader, the newest first; one statement where the client's version is a new one."""
    closed = _closed(request)
    return [row for row in _of_client(request) if _mark(row) not in closed]


def _of_client(request: DoorRequest) -> list[PortalBanner]:
    client_id, version = request.client.id, request.client_version
    known = _remembered.get(client_id)
    if known is not None and known[0] == version:
        return known[1]
    # Read after the version: a change in between is found by the next request.
    rows = queries.banners(client_id)
    if version is not None:
        if len(_remembered) >= _REMEMBERED_MOST:
            _remembered.clear()
        _remembered[client_id] = version, rows
    return rows


def forget_all() -> None:
    """Drop every remembered banner (a test's database was emptied)."""
    _remembered.clear()


def forget(request: DoorRequest, answer: HttpResponse, banner_id: int) -> None:
    """Write into the answer that this banner was closed as it is now; one that isn't shown is left alone."""
    row = next((row for row in queries.banners(request.client.id) if row.pk == banner_id), None)
    if row is not None:
        marks = [*_closed(request), _mark(row)][-KEPT:]
        answer.set_cookie(
            settings.CLOSED_BANNERS_COOKIE,
            ".".join(marks),
            max_age=LASTS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


def _closed(request: DoorRequest) -> list[str]:
    return request.COOKIES.get(settings.CLOSED_BANNERS_COOKIE, "")[:2000].split(".")


def _mark(row: PortalBanner) -> str:
    """A banner with the moment of its words."""
    return f"{row.pk}-{row.said_at.timestamp():.0f}"
