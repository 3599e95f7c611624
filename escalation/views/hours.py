"""Support hours in the client's console: the picture, the form, what is to come, what was."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, calendars, hours, hours_chart, hours_forms, hours_text
from escalation.actions import recounts
from escalation.actions.calendars import content_of
from escalation.hours_forms import HoursForm
from escalation.models import Calendar
from escalation.models.hours import HoursModel
from helpdesk.lib import clock


@console(Right.MATRIX_READ)
@require_safe
def show(request: DoorRequest, client: str) -> HttpResponse:
    """The hours in force as a picture, the changes to come, and every version before."""
    name, now = calendars.main_name(request.client.id), clock.now()
    rows = list(calendars.versions(request.client.id, name))
    line = calendars.timeline(rows)
    current = calendars.at_moment(line, now) or (line[0] if line else None)
    waiting, whole = recounts.left(request.client.id)
    context = {
        "current": current,
        "history": [(row, _state(row, current, now)) for row in rows],
        "coming": [row for row in line if row.valid_from > now and row is not current],
        "recounting": {"done": whole - waiting, "whole": whole} if waiting else None,
        "may_edit": request.actor.may(Right.MATRIX_EDIT, request.client.id),
        **(picture(current, now) if current else {}),
    }
    return _render(request, "hours", context)


@console(Right.MATRIX_READ)
@require_safe
def version(request: DoorRequest, client: str, calendar_id: int) -> HttpResponse:
    """One version as it was, or as it will be."""
    row, now = _row(request, calendar_id), clock.now()
    rows = list(calendars.versions(request.client.id, row.name))
    current = calendars.at_moment(calendars.timeline(rows), now)
    context = {
        "row": row,
        "state": _state(row, current, now),
        "may_edit": request.actor.may(Right.MATRIX_EDIT, request.client.id),
        **picture(row, max(row.valid_from, now)),
    }
    return _render(request, "hours_version", context)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str) -> HttpResponse:
    """The form; *Look* draws what it would be and stores nothing."""
    name = calendars.main_name(request.client.id)
    newest = calendars.versions(request.client.id, name).first()
    if request.method != "POST":
        return _form_page(request, _form_of(request, name, newest))
    form = HoursForm(request.POST, initial={"zone": newest.zone if newest else request.client.time_zone})
    if not form.is_valid():
        return _form_page(request, form, status=400)
    try:
        wanted = form.wanted()
        if request.POST.get("do") == "look":
            hours.check(wanted, clock.now())
            return _form_page(request, form, preview=wanted)
        since = hours_text.parse_moment(form.cleaned_data["valid_from"], wanted.zone, "valid_from")
        about = {"client_id": request.client.id, "name": name, "expected_version": form.cleaned_data["version"]}
        row = actions.save_hours(request.actor, wanted=wanted, valid_from=since, **about)
    except (Invalid, Conflict) as error:
        return _form_page(request, form, status=form.refuse(error))
    return _saved(request, row)


@console(Right.MATRIX_EDIT)
@require_POST
def restore(request: DoorRequest, client: str, calendar_id: int) -> HttpResponse:
    """Put a version in force again."""
    old = _row(request, calendar_id)
    newest = calendars.versions(request.client.id, old.name).first()
    try:
        row = actions.restore_hours(
            request.actor,
            client_id=request.client.id,
            name=old.name,
            version=old.version,
            expected_version=newest.version if newest else None,
        )
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
        return redirect("console:hours", client=client)
    return _saved(request, row)


@console(Right.MATRIX_EDIT)
@require_POST
def withdraw(request: DoorRequest, client: str, calendar_id: int) -> HttpResponse:
    """Take back a version that has not begun."""
    row = _row(request, calendar_id)
    try:
        actions.withdraw_hours(request.actor, client_id=request.client.id, name=row.name, version=row.version)
        messages.success(request, _("Withdrawn. The hours before it stay in force."))
    except Invalid as error:
        messages.error(request, str(error))
    return redirect("console:hours", client=client)


def _row(request: DoorRequest, calendar_id: int) -> Calendar:
    row = Calendar.objects.filter(client_id=request.client.id, pk=calendar_id).first()
    if row is None:
        raise NotFound
    return row


def _saved(request: DoorRequest, row: Calendar) -> HttpResponse:
    if row.valid_from > clock.now():
        messages.success(request, _("Saved. Open clocks go over to these hours when they begin, not before."))
    else:
        messages.success(request, _("In force. What has run stays counted as it was; the rest runs on these hours."))
    return redirect("console:hours", client=request.client.slug)


def _form_of(request: DoorRequest, name: str, newest: Calendar | None) -> HoursForm:
    found = calendars.in_force(request.client.id, clock.now()).get(name) or newest
    row = found or Calendar(zone=request.client.time_zone, week=calendars.office_week(), valid_from=clock.now())
    known = {"version": newest.version if newest else None}
    return HoursForm(initial=hours_forms.initial(calendars.hours_of(row)) | known)


def _state(row: Calendar, current: Calendar | None, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row is current:
        return "current"
    return "coming" if row.valid_from > now else "past"


def picture(row: HoursModel, at: datetime) -> dict[str, Any]:
    """What the picture of these hours shows: the week and the year about this moment."""
    calendar, today = calendars.week_of(row), clock.as_local(at, row.zone).date()
    months = hours_chart.year_months(calendar, row.names, calendars.own_days(row), today)
    local = clock.as_local(at, row.zone)
    return {
        "lanes": hours_chart.week_lanes(calendar, row.names, today),
        "months": months,
        "differ": hours_chart.days_that_differ(months, today),
        "minute": local.hour * 60 + local.minute,
        "today": today,
        "zone": row.zone,
        "listed_until": row.listed_until,
    }


def _form_page(request: DoorRequest, form: HoursForm, *, preview: Any = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "look": None}
    if preview is not None:
        now = clock.now()
        content = content_of(preview, request.client.language, since=now)
        context |= {"look": True, **picture(Calendar(valid_from=now, **content), now)}
    return _render(request, "hours_edit", context, status=status)


def _render(request: DoorRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"escalation/{template}.html", {"section": "matrix", **context}, status=status)
