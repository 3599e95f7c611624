"""Which banners a portal shows to whom: those of its client's major incidents that were not closed on this device."""

from django.http import HttpRequest, HttpResponse

from access.requests import DoorRequest
from escalation.incidents import queries
from escalation.models import PortalBanner

COOKIE = "closed_banners"
LASTS = 30 * 24 * 3600
KEPT = 20


def shown(request: HttpRequest, client_id: int) -> list[PortalBanner]:
    """The banners for this reader, the newest first; one statement."""
    closed = _closed(request)
    return [row for row in queries.banners(client_id) if _mark(row) not in closed]


def forget(request: DoorRequest, answer: HttpResponse, banner_id: int) -> None:
    """Write into the answer that this banner was closed as it is now; one that isn't shown is left alone."""
    row = next((row for row in queries.banners(request.client.id) if row.pk == banner_id), None)
    if row is not None:
        marks = [*_closed(request), _mark(row)][-KEPT:]
        answer.set_cookie(
            COOKIE, ".".join(marks), max_age=LASTS, httponly=True, samesite="Lax", secure=request.is_secure()
        )


def _closed(request: HttpRequest) -> list[str]:
    return request.COOKIES.get(COOKIE, "")[:2000].split(".")


def _mark(row: PortalBanner) -> str:
    """A banner with the moment of its words."""
    return f"{row.pk}-{row.said_at.timestamp():.0f}"
