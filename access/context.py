"""What every template knows about who is looking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from access.rights import Right


def doors(request: HttpRequest) -> dict[str, Any]:
    """The actor, and the client in whose name the page speaks, if any."""
    actor = getattr(request, "actor", None)
    client = getattr(request, "client", None)
    vendor = getattr(request.user, "vendor", None) if actor is not None and actor.vendor_id else None
    return {
        "actor": actor,
        "here": request.get_full_path(),
        "vendor_name": vendor.name if vendor is not None else "",
        "client": client,
        "guards_records": actor is not None and client is not None and actor.may(Right.SOURCES_EDIT, client.id),
        "leaves": actor is not None and client is not None and actor.may(Right.DATA_EXPORT, client.id),
        "reads_reports": actor is not None and actor.may_anywhere(Right.REPORT_READ),
        "leads_floor": actor is not None and actor.may_anywhere(Right.CLEARANCE_EXTEND),
        "portal_client": getattr(request, "portal_client", None),
        "demo": settings.DEMO,
    }
