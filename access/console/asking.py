"""Requests: what waits for the client's word, and emergency access among it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import asked, emergency
from access.actions import emergency as actions
from access.actor import Actor, ClientFace
from access.asked import Item, Turn
from access.doing import answer
from access.doors import console
from access.emergency_form import minutes_of
from access.models import EmergencyAccess
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock

SHOWN_OVER = 50
OPEN, OVER = "access/console/_emergency.html", "access/console/_emergency_over.html"
State = EmergencyAccess.State


@console(Right.CONSOLE)
@require_safe
def requests(request: DoorRequest, client: str) -> HttpResponse:
    """What waits first, what is over below."""
    return _page(request)


@console(Right.EMERGENCY_DECIDE)
@require_POST
def decide_emergency(request: DoorRequest, client: str, emergency_id: int) -> HttpResponse:
    """Allow what was asked, or less, or refuse it."""
    about = {"client_id": request.client.id, "emergency_id": emergency_id}

    def act() -> EmergencyAccess:
        if request.POST.get("do") == "allow":
            return actions.allow(request.actor, minutes=minutes_of(request.POST), **about)
        # Whatever else a form may say keeps them out.
        return actions.refuse(request.actor, answer=request.POST.get("answer", ""), **about)

    onwards = redirect("console:requests", client=client)
    return answer(request, act, emergency.outcome, page=partial(_page, request), onwards=onwards)


@console(Right.EMERGENCY_DECIDE)
@require_POST
def stop_emergency(request: DoorRequest, client: str, emergency_id: int) -> HttpResponse:
    """End it before its time: the next click of whoever has it is refused."""
    row = actions.stop(request.actor, client_id=request.client.id, emergency_id=emergency_id)
    said = _("The emergency access of %(name)s has ended: their next click is refused.")
    messages.success(request, said % {"name": row.card.name})
    return redirect("console:requests", client=client)


@console(Right.EMERGENCY_DECIDE)
@require_POST
def review_emergency(request: DoorRequest, client: str, emergency_id: int) -> HttpResponse:
    """Say what the client makes of an access that nobody had allowed."""
    about = {"client_id": request.client.id, "emergency_id": emergency_id}
    act = partial(actions.review, request.actor, text=request.POST.get("review", ""), **about)
    onwards = redirect("console:requests", client=client)
    return answer(request, act, _reviewed, page=partial(_page, request), onwards=onwards)


def _reviewed(row: EmergencyAccess) -> str:
    return _("You have reviewed the emergency access of %(name)s. Your log keeps it.") % {"name": row.card.name}


def emergencies(actor: Actor, face: ClientFace) -> Sequence[Item]:
    """Requests for emergency access: to be decided, running, to be reviewed, and the newest that are over."""
    rows = EmergencyAccess.objects.filter(client_id=face.id).select_related("card", "vendor")
    to_review = rows.filter(state=State.UNANSWERED, reviewed_at=None)
    waiting = rows.filter(state=State.ASKED)
    running = rows.filter(state__in=EmergencyAccess.GIVEN, ends_at__gt=clock.now(), stopped_at=None)
    wanted = {row.pk: row for row in (waiting | running | to_review).order_by("pk")}
    over = rows.exclude(pk__in=list(wanted)).order_by("-pk")[:SHOWN_OVER]
    return [_item(row, face) for row in wanted.values()] + [_item(row, face, is_open=False) for row in over]


def _item(row: EmergencyAccess, face: ClientFace, *, is_open: bool = True) -> Item:
    now, due = clock.now(), emergency.review_due(row, face.time_zone)
    reviewing = due is not None and row.reviewed_at is None
    more = {
        "waits": row.state == State.ASKED,
        "runs": row.runs(now),
        "reviewing": reviewing,
        "due": due,
        "lapses_at": emergency.lapses_at(row),
        "lengths": [length for length in emergency.LENGTHS if length <= row.minutes],
        "outcome": emergency.outcome(row),
        "entries": emergency.entries_under(row) if is_open and row.starts_at else 0,
    }
    late = reviewing and due is not None and now >= due
    at = row.asked_at if is_open else row.decided_at or row.asked_at
    asks = row.state == State.ASKED or reviewing
    template, turn = OPEN if is_open else OVER, _turn(row, is_late=late, now=now)
    return Item(template, at, row, is_open=is_open, is_late=late, asks=asks, turn=turn, more=more)


def _turn(row: EmergencyAccess, *, is_late: bool, now: datetime) -> Turn:
    """Somebody who waits at the door comes first, on priority 1 before all; then a review that is late."""
    if row.state == State.ASKED:
        return Turn.AT_ONCE if row.priority == emergency.UNANSWERED_PRIORITY else Turn.SOON
    if is_late:
        return Turn.OVERDUE
    return Turn.RUNS if row.runs(now) else Turn.LATER


def _page(request: DoorRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = asked.of(request.actor, request.client)
    context = {
        "section": "people",
        "found": found,
        "refusal": refusal,
        "may_read_log": request.actor.may(Right.LOG_READ, request.client.id),
    }
    return render(request, "access/console/requests.html", context, status=status)
