"""What presses on the lead's floor: promises about to break, promised hours with nobody, questions and who has them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.actor import Actor
from access.requests import DoorRequest
from access.rights import Right
from escalation import pressing
from escalation.incidents import queries as incidents
from escalation.incidents.queries import Listed
from escalation.models import Incident
from escalation.pressing import AHEAD, Soon, Waits
from helpdesk.lib import clock

# The labels of the axis, in hours from now.
HOURS = tuple(range(int(AHEAD.total_seconds()) // 3600 + 1))


@require_safe
def board(request: DoorRequest) -> HttpResponse:
    """Everything that presses at the clients where the reader leads and reads tickets."""
    actor, now = request.actor, clock.now()
    reads = set(actor.clients_with(Right.TICKET_READ_ALL))
    client_ids = [pk for pk in actor.clients_with(Right.CLEARANCE_EXTEND) if pk in reads]
    zone = timezone.get_current_timezone_name()
    soon = pressing.soon(actor, client_ids, now)
    asked = pressing.asked(actor, client_ids)
    context: dict[str, Any] = {
        "base": "desk.html",
        "place": "desk",
        "section": "floor",
        "now": now,
        "zone": zone,
        "hours": HOURS,
        "soon": soon,
        "incidents": _incidents(actor, client_ids),
        "over": sum(each.is_over for each in soon),
        "lanes": _lanes(soon),
        "gaps": pressing.gaps(actor, client_ids, now, clock.as_local(now, zone).date()),
        "asked": [(waits, _waits_words(waits), rows) for waits, rows in asked.items()],
        "questions": sum(map(len, asked.values())),
        "clients": len(client_ids),
    }
    return render(request, "escalation/pressing.html", context)


def _incidents(actor: Actor, client_ids: list[int]) -> list[Listed]:
    """Major incidents that last, and known problems whose day is over."""
    faces = [face for face in actor.clients if face.id in client_ids]
    found = [each for each in incidents.listed(actor, faces) if each.row.state in Incident.LASTING]
    return [each for each in found if each.is_late or each.row.nature == Incident.Nature.MAJOR]


def _lanes(soon: list[Soon]) -> list[tuple[Any, list[Soon]]]:
    """A lane a client, the one with most first."""
    lanes: dict[int, list[Soon]] = {}
    for each in soon:
        lanes.setdefault(each.client.id, []).append(each)
    return [(rows[0].client, rows) for rows in sorted(lanes.values(), key=lambda rows: (-len(rows), rows[0].client.id))]


def _waits_words(waits: Waits) -> str:
    return {
        Waits.NOBODY: _("Nobody could be told"),
        Waits.CALL: _("Whoever is on call"),
        Waits.VENDOR: _("Our own people"),
        Waits.CLIENT: _("The client’s people"),
        Waits.TAKEN: _("Somebody is on it"),
    }[waits]
