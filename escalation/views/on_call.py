"""On-call schedules, in the client's console for the client's and on the desk for a vendor's."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.contracting.sides import View, behind
from access.doing import answer
from access.doors import console, staff
from access.errors import NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation.hours_text import comes_twice
from escalation.models import OnCallSchedule
from escalation.oncall import actions, people, queries, shown
from escalation.oncall.forms import OverrideForm, ThenForm, value_of
from helpdesk.lib import clock


def at_console(view: View) -> View:
    """The view behind the console's door, for whoever reads the client's matrix."""
    return behind(console(Right.MATRIX_READ), view)


def at_console_to_plan(view: View) -> View:
    """The view behind the console's door, for whoever changes the client's matrix."""
    return behind(console(Right.MATRIX_EDIT), view)


def at_desk(view: View) -> View:
    """The view behind the desk's door, for whoever plans the vendor's on-call."""
    return behind(staff(Right.ONCALL_EDIT), view)


@require_safe
def on_call(request: DoorRequest, client: str) -> HttpResponse:
    """All schedules: who is on call now and next, and at a moment that is asked for."""
    client_id, listed = request.client.id, list(queries.schedules(request.client.id))
    zones = dict.fromkeys([*(row.zone for row in listed), request.client.time_zone, request.actor.time_zone])
    form = ThenForm(request.GET if "at" in request.GET else None, zones=list(zones))
    context = {**around(request), "cards": shown.cards(client_id, listed, clock.now()), "form": form}
    if form.is_bound and form.is_valid():
        zone = form.cleaned_data["zone"]
        context |= {"then": shown.then(client_id, listed, form.moment), "zone": zone, "moment": form.moment}
        context |= {"comes_twice": comes_twice(form.moment, zone)}
    return render(request, "escalation/on_call.html", context)


@require_safe
def schedule(request: DoorRequest, client: str, schedule_id: int) -> HttpResponse:
    """One schedule: the picture of two weeks, the next shifts, the overrides."""
    return _page(request, found(request, schedule_id))


@require_POST
def override(request: DoorRequest, client: str, schedule_id: int) -> HttpResponse:
    """Put somebody else on call for a while."""
    row = found(request, schedule_id)
    form = OverrideForm(request.POST, choices=_choices(row), zone=row.zone)

    def act() -> Any:
        return actions.override(request.actor, client_id=request.client.id, schedule_id=schedule_id, **form.values())

    page = partial(_page, request, row, form)
    return answer(request, act, _("Put on call."), page=page, onwards=to(request, "on_call_schedule", row), form=form)


@require_POST
def call_off(request: DoorRequest, client: str, schedule_id: int, override_id: int) -> HttpResponse:
    """Let the rotations hold again."""
    row = found(request, schedule_id)
    about = {"client_id": request.client.id, "schedule_id": schedule_id, "override_id": override_id}
    act = partial(actions.call_off_override, request.actor, **about)
    onwards = to(request, "on_call_schedule", row)
    return answer(request, act, _("Called off."), page=partial(_page, request, row), onwards=onwards)


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: DoorRequest, client: str, schedule_id: int) -> HttpResponse:
    """Ask once more, then use the schedule no longer."""
    row = found(request, schedule_id)
    actions.require_edit(request.actor, request.client.id, row.vendor_id)
    if request.method != "POST":
        return render(request, "escalation/on_call_retire.html", {**around(request), "schedule": row})
    act = partial(actions.retire_schedule, request.actor, client_id=request.client.id, schedule_id=schedule_id)
    said = _("%(name)s is used no longer.") % {"name": row.name}
    return answer(request, act, said, page=partial(_page, request, row), onwards=to(request, "on_call"))


def found(request: DoorRequest, schedule_id: int) -> OnCallSchedule:
    """The schedule, as far as the reader sees it; raises `NotFound`."""
    row = queries.schedules(request.client.id).filter(pk=schedule_id).first()
    if row is None:
        raise NotFound
    return row


def place(request: DoorRequest) -> str:
    """The namespace of the pages that the reader is among."""
    return str(request.resolver_match.namespace) if request.resolver_match else "console"


def around(request: DoorRequest) -> dict[str, Any]:
    """What every page of these needs to stand in its reader's frame."""
    where, actor, client_id = place(request), request.actor, request.client.id
    right = Right.ONCALL_EDIT if actor.vendor_id is not None else Right.MATRIX_EDIT
    return {
        "base": f"{where}.html",
        "place": where,
        "section": "matrix" if where == "console" else "my_on_call",
        # Each side plans where it is at home: a vendor's lead on the desk, the client's people in the console.
        "plans": actor.may(right, client_id) and (where == "desk") == (actor.vendor_id is not None),
        "own_vendor_id": actor.vendor_id,
    }


def to(request: DoorRequest, view: str, row: OnCallSchedule | None = None) -> HttpResponse:
    """Go on to another of these pages, on the reader's own side."""
    more = {"schedule_id": row.pk} if row is not None else {}
    return redirect(reverse(f"{place(request)}:{view}", kwargs={"client": request.client.slug, **more}))


def _choices(row: OnCallSchedule) -> list[tuple[str, str]]:
    return [(value_of(person.who), person.name) for person in people.choices(row, clock.now())]


def _page(
    request: DoorRequest, row: OnCallSchedule, form: OverrideForm | None = None, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    now = clock.now()
    planned = queries.plan_of(row, now - shown.AHEAD, now + shown.AHEAD)
    with timezone.override(row.zone):
        context = {
            **around(request),
            "schedule": row,
            "drawings": shown.pictures(planned, now),
            "coming": shown.coming(planned, now),
            "overrides": queries.overrides_to_come(row, now),
            "form": form or OverrideForm(choices=_choices(row), zone=row.zone),
            "refusal": refusal,
        }
        return render(request, "escalation/on_call_schedule.html", context, status=status)
