"""What I am told on the pages: the count in the bar, the list, and opening one, on the desk and in a console."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.doors import console, staff
from access.requests import DoorRequest
from escalation import notices
from escalation.letters import headline
from escalation.models import Notice
from escalation.strip import state_of
from helpdesk.lib import paging

PAGE = 30


@staff()
@require_safe
def at_desk(request: DoorRequest) -> HttpResponse:
    """My notices at every client that is open to me, the newest first."""
    return _list(request, None)


@console()
@require_safe
def at_console(request: DoorRequest, client: str) -> HttpResponse:
    """My notices at this client."""
    return _list(request, request.client.id)


@staff()
@require_safe
def desk_count(request: DoorRequest) -> HttpResponse:
    """How many of mine I have not seen, for the bar."""
    return _count(request, None)


@console()
@require_safe
def console_count(request: DoorRequest, client: str) -> HttpResponse:
    """The same at this client."""
    return _count(request, request.client.id)


@staff()
@require_POST
def open_at_desk(request: DoorRequest, client: str, notice_id: int) -> HttpResponse:
    """Mark one as seen, and go to its ticket."""
    found = notices.see(request.actor, client_id=request.client.id, notice_id=notice_id)
    return redirect("desk:ticket", client=client, number=found.ticket.number)


@console()
@require_POST
def open_at_console(request: DoorRequest, client: str, notice_id: int) -> HttpResponse:
    """Mark one as seen, and go to its question."""
    found = notices.see(request.actor, client_id=request.client.id, notice_id=notice_id)
    if found.step is None:
        return redirect("desk:ticket", client=client, number=found.ticket.number)
    return redirect("console:escalation", client=client, escalation_id=found.step.escalation_id)


@staff()
@require_POST
def see_all_at_desk(request: DoorRequest) -> HttpResponse:
    """Mark all of mine as seen."""
    notices.see_all(request.actor)
    return redirect("desk:notices")


@console()
@require_POST
def see_all_at_console(request: DoorRequest, client: str) -> HttpResponse:
    """Mark all of mine at this client as seen."""
    notices.see_all(request.actor, request.client.id)
    return redirect("console:notices", client=client)


def _list(request: DoorRequest, client_id: int | None) -> HttpResponse:
    rows = notices.mine(request.actor, client_id)
    place = "desk" if client_id is None else "console"
    address = reverse("desk:notices") if client_id is None else reverse("console:notices", args=[request.client.slug])
    try:
        page = paging.keyset(rows, order=notices.ORDER, cursor=request.GET.get("at"), size=PAGE)
    except paging.BadCursor:
        return redirect(address)
    context = {
        "base": f"{place}.html",
        "place": place,
        "section": "notices",
        "page": page,
        "shown": [_shown(request, row, place) for row in page.items],
        "first_url": address,
        "see_all_url": reverse("desk:see_notices")
        if client_id is None
        else reverse("console:see_notices", args=[request.client.slug]),
        "unseen": notices.unseen(request.actor, client_id),
    }
    return render(request, "escalation/notices.html", context)


def _shown(request: DoorRequest, row: Notice, place: str) -> dict[str, object]:
    face = request.actor.standings[row.client_id].client
    return {
        "notice": row,
        "escalation": row.step.escalation if row.step else None,
        "headline": _is_fixed(row) if row.incident is not None else headline(row),
        "face": face,
        "state": state_of(row)[0],
        "url": reverse(f"{place}:open_notice", kwargs={"client": face.slug, "notice_id": row.pk}),
    }


def _is_fixed(row: Notice) -> str:
    return _("Fixed: “%(title)s”") % {"title": row.incident.title if row.incident is not None else ""}


def _count(request: DoorRequest, client_id: int | None) -> HttpResponse:
    count = notices.unseen(request.actor, client_id)
    response = render(request, "escalation/_notice_count.html", {"count": count, "most": notices.COUNTED_MOST})
    response["Cache-Control"] = "no-store"
    return response
