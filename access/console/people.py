"""People and clearance: everybody who works for the client, gate by gate, and their certificates."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import clearance, core_team
from access.actions import clearing
from access.clearance import PersonLine
from access.doors import console
from access.errors import Conflict, Invalid
from access.models import Certification, WorkNow
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock

SHOWN_URGENT = 20


@console(Right.CONSOLE)
@require_safe
def people(request: DoorRequest, client: str) -> HttpResponse:
    """Who works for this client: role, since, until, and gate by gate whether they are cleared now."""
    return _page(request)


@console(Right.CLEARANCE_EDIT)
@require_POST
def certify(request: DoorRequest, client: str, user_id: int, certification_id: int) -> HttpResponse:
    """Record that somebody has passed, or extend once what has ended."""
    act = clearing.extend_certificate if request.POST.get("extend") else clearing.record_certificate
    try:
        act(request.actor, client_id=request.client.id, user_id=user_id, certification_id=certification_id)
    except (Invalid, Conflict) as error:
        return _page(request, refusal=str(error), status=error.status)
    messages.success(request, _("Recorded. It counts from now on."))
    return redirect("console:people", client=client)


def _page(request: DoorRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    client_id = request.client.id
    lines = clearance.grid(client_id, request.client.name)
    context = {
        "section": "people",
        "lines": lines,
        "gates": clearance.asked_at_all(lines),
        "companies": companies(lines),
        "certificates": _certificates(client_id, lines),
        "worked_now": WorkNow.objects.filter(client_id=client_id).select_related("card").order_by("-at")[:SHOWN_URGENT],
        "may_certify": request.actor.may(Right.CLEARANCE_EDIT, client_id),
        "may_edit_roles": request.actor.may(Right.ROLES_EDIT, client_id),
        "may_suspend": request.actor.may(Right.ACCESS_SUSPEND, client_id),
        "leaving": core_team.leaving_at(client_id),
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "access/console/people.html", context, status=status)


def _certificates(client_id: int, lines: Sequence[PersonLine]) -> list[dict[str, Any]]:
    """For each certificate asked for: who holds it, and who lacks it."""
    held = clearance.held_by(client_id)
    hired = [line for line in lines if line.vendor_id is not None and not line.is_emergency]
    return [
        {"row": row, "people": [{"line": line, "held": held.get((line.user_id, row.pk))} for line in hired]}
        for row in Certification.objects.filter(client_id=client_id, retired_at=None).order_by("name")
    ]


def companies(lines: Sequence[PersonLine]) -> list[dict[str, Any]]:
    """How many people of each company there are, and how many of them are cleared; as the first page counts them."""
    sorted_out = {line.company: [each for each in lines if each.company == line.company] for line in lines}
    return [
        {"name": name, "all": len(theirs), "cleared": sum(each.is_cleared for each in theirs)}
        for name, theirs in sorted_out.items()
    ]
