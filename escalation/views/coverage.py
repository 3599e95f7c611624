"""The coverage board: the week of a vendor's teams and contracts, in the office and on the lead's floor."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access.contracting.sides import contract_of, is_office
from access.errors import Invalid, NotFound
from access.models import Assignment
from access.requests import DoorRequest
from access.rights import Right
from escalation import calendars, coverage, hours
from escalation.actions.calendars import content_of
from escalation.actions.teams import save_team_hours
from escalation.hours_forms import TeamHoursForm, initial
from escalation.models import TeamHours
from escalation.views.hours import picture
from helpdesk.lib import clock

# A board shows weeks about now; further away nobody is rostered.
FURTHEST = timedelta(days=366)


@require_safe
def board(request: DoorRequest) -> HttpResponse:
    """Every contract's promised hours, its teams at work, and what nobody covers."""
    right = Right.STAFF if is_office(request) else Right.CLEARANCE_EXTEND
    zone = timezone.get_current_timezone_name()
    today = clock.as_local(clock.now(), zone).date()
    week = coverage.week_around(_day(request, today), zone)
    found = coverage.boards(request.actor, request.actor.clients_with(right), week)
    place = "office" if is_office(request) else "desk"
    context: dict[str, Any] = {
        "base": f"{place}.html",
        "place": place,
        "section": "coverage" if place == "office" else "floor",
        "week": week,
        "days": list(zip(week.days, week.midnights[:-1], strict=True)),
        "boards": found,
        "gaps": sum(len(each.gaps) for each in found),
        "zone": zone,
        "before": week.days[0] - timedelta(days=7),
        "after": week.days[0] + timedelta(days=7),
        "now_at": int((clock.now() - week.start).total_seconds()) // 60,
        "today": today,
    }
    return render(request, "escalation/coverage.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """The hours of one team on a contract, `?team=` says which."""
    contract = contract_of(request, contract_id)
    name = (request.POST if request.method == "POST" else request.GET).get("team", "")
    if request.method != "POST":
        if not Assignment.objects.filter(contract=contract, team=name).exists():
            raise NotFound
        row = TeamHours.objects.filter(contract=contract, team=name).first()
        form = TeamHoursForm(initial=_initial(row, name, request.client.time_zone))
        return _team_page(request, form, name, drawn=picture(row, clock.now()) if row else {})
    form = TeamHoursForm(request.POST, initial={"zone": request.client.time_zone})
    if not form.is_valid():
        return _team_page(request, form, name, status=400)
    try:
        wanted = form.wanted()
        if request.POST.get("do") == "look":
            return _team_page(request, form, name, drawn=_look(wanted, request.client.language), look=True)
        about: dict[str, Any] = {"client_id": request.client.id, "contract_id": contract.pk, "team": name}
        save_team_hours(request.actor, **about, wanted=wanted)
    except Invalid as error:
        return _team_page(request, form, name, status=form.refuse(error))
    messages.success(request, _("Saved. The board counts on these hours from now on."))
    return redirect("office:coverage")


def _day(request: DoorRequest, today: date) -> date:
    """The day asked for, as long as it is about now; else today."""
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return today
    return asked if abs(asked - today) <= FURTHEST else today


def _initial(row: TeamHours | None, team: str, zone: str) -> dict[str, Any]:
    return {"team": team, **(initial(calendars.hours_of(row)) if row is not None else {"zone": zone})}


def _look(wanted: hours.Hours, language: str) -> dict[str, Any]:
    """The picture of hours that nobody has saved; nothing for a week without any.  Raises `Invalid`."""
    if not any(wanted.week):
        return {}
    now = clock.now()
    hours.check(wanted, now)
    return picture(TeamHours(**content_of(wanted, language, since=now)), now)


def _team_page(
    request: DoorRequest,
    form: TeamHoursForm,
    name: str,
    *,
    drawn: Mapping[str, Any] | None = None,
    look: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {"base": "office.html", "place": "office", "section": "coverage", "form": form, "team": name}
    return render(request, "escalation/team_hours.html", context | {"look": look} | {**(drawn or {})}, status=status)
