"""The desk's pages about hand-overs: what somebody left, and what a lead adds for those who come after."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import log
from access.doors import staff
from access.errors import Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.leaving import actions
from helpdesk.leaving.forms import HandOverForm
from helpdesk.leaving.models import HandOver

_SHOWN = 50


@staff(Right.CLEARANCE_EXTEND)
@require_safe
def hand_overs(request: DoorRequest, client: str) -> HttpResponse:
    """The hand-overs at one client, the newest first."""
    rows = HandOver.objects.filter(client_id=request.client.id).order_by("-pk")[:_SHOWN]
    return render(request, "leaving/hand_overs.html", {"hand_overs": rows, "section": "queue"})


@staff(Right.CLEARANCE_EXTEND)
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: DoorRequest, client: str, hand_over: int) -> HttpResponse:
    """One hand-over: the tickets as they stood, and the lead's notes."""
    row = HandOver.objects.filter(client_id=request.client.id, pk=hand_over).first()
    if row is None:
        raise NotFound
    form = HandOverForm(request.POST if request.method == "POST" else None, initial={"notes": row.notes})
    if form.is_valid():
        try:
            actions.complete_hand_over(
                request.actor, client_id=request.client.id, hand_over_id=row.pk, notes=form.cleaned_data["notes"]
            )
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("desk:hand_over", client=client, hand_over=row.pk)
    records = [(log.TICKET, line["id"]) for line in row.tickets]
    log.record(request.actor, request.client.id, log.Action.LIST, *records)
    context = {"hand_over": row, "lines": [_shown(line) for line in row.tickets], "form": form, "section": "queue"}
    return render(request, "leaving/hand_over.html", context, status=400 if form.errors else 200)


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    times = ("asked_at", "due_at", "last_at")
    return {**line, **{name: datetime.fromisoformat(line[name]) if line[name] else None for name in times}}
