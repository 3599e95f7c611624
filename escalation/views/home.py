"""The client's first page: what waits for them, then today against promise."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access import asked, clearance
from access.actor import ClientFace
from access.doors import console
from access.queries import open_removals
from access.requests import DoorRequest
from access.rights import Right
from escalation import chart, people, queries, today
from escalation.incidents import queries as incidents
from escalation.incidents.queries import Listed
from escalation.models import Incident
from helpdesk.lib import clock
from tickets.queries import undelivered

WEEK = timedelta(days=7)


@console(Right.CONSOLE)
@require_safe
def home(request: DoorRequest, client: str) -> HttpResponse:
    """What waits for the client, then what was promised, then the people and the records."""
    actor, face, now = request.actor, request.client, clock.now()
    since = today.day_start(now, face.time_zone)
    waiting = queries.waiting(face.id)
    days = today.last_days(face.id, now, face.time_zone)
    vendor = queries.vendor_name(face.id)
    context = {
        "section": "home",
        "now": now,
        "waiting": waiting,
        "oldest": min((row.asked_at or row.started_at for row in waiting), default=None),
        "vendor_name": vendor,
        "undelivered": undelivered.count(actor, [face.id]) if actor.may(Right.TICKET_REPLY, face.id) else 0,
        "dead_calls": undelivered.count_calls(actor, [face.id]) if actor.may(Right.SOURCES_EDIT, face.id) else 0,
        "promises": today.promises(face.id, since, now),
        "wait": today.wait(face.id, since, now),
        "days": list(reversed(days)),
        "today": days[-1],
        "charts": [chart.draw(days, chart.WIDE), chart.draw(days, chart.PHONE)],
        "may_answer": actor.may(Right.ESCALATION_ANSWER, face.id),
        "may_read_reports": actor.may(Right.REPORT_READ, face.id),
        "may_read_tickets": actor.may(Right.TICKET_READ, face.id),
        "removals": open_removals(face.id),
        "requests": asked.of(actor, face),
        "incidents": _incidents(request, face),
        **_oversight(request, face),
    }
    return render(request, "escalation/home.html", context)


def _incidents(request: DoorRequest, face: ClientFace) -> list[Listed]:
    """What is wrong and lasts, for those who read tickets."""
    if not request.actor.may(Right.TICKET_READ, face.id):
        return []
    return [each for each in incidents.listed(request.actor, [face]) if each.row.state in Incident.LASTING]


def _oversight(request: DoorRequest, face: ClientFace) -> dict[str, Any]:
    """Who of the vendor's may work, and who opened records; for those who may read the log."""
    theirs = [line for line in clearance.grid(face.id, face.name) if line.vendor_id is not None]
    context: dict[str, Any] = {
        "workers": clearance.counts(theirs),
        "out": [line for line in theirs if not line.is_cleared],
    }
    if request.actor.may(Right.LOG_READ, face.id):
        context["sights"] = people.sights(face, clock.now() - WEEK)
    return context
