"""Onboarding: the checklist with its owners, what is missing, and putting the contract in force."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import onboarding
from access.actions import contracts
from access.console.forms import CorrectableForm
from access.contracting import shown
from access.contracting.forms import OwnersForm, StartForm, WaiverForm, beginning_of
from access.contracting.sides import around, contract_of, is_office, to
from access.errors import Conflict, Invalid
from access.models import Contract
from access.onboarding import Line
from access.requests import DoorRequest

COVER = "cover"
OWNERS, WAIVER, START = "owners", "waiver", "start"


@require_safe
def checklist(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Every line: who sees to it on each side, until when, and what it still lacks."""
    return _page(request, contract_of(request, contract_id))


@require_POST
def assign(request: DoorRequest, client: str, contract_id: int, line_id: int) -> HttpResponse:
    """Say who sees to a line, and until when."""
    form = OwnersForm(request.POST, auto_id=_ids(OWNERS, line_id))
    return _done(request, contract_id, contracts.assign_line, OWNERS, form, line_id)


@require_POST
def tick(request: DoorRequest, client: str, contract_id: int, line_id: int) -> HttpResponse:
    """Tick a line that closes by hand."""
    return _done(request, contract_id, contracts.close_line, "", CorrectableForm(request.POST), line_id)


@require_POST
def waive(request: DoorRequest, client: str, contract_id: int, line_id: int) -> HttpResponse:
    """Go without a line for now."""
    form = WaiverForm(request.POST, zone=request.client.time_zone, auto_id=_ids(WAIVER, line_id))
    return _done(request, contract_id, contracts.waive_line, WAIVER, form, line_id)


@require_POST
def put_in_force(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Open the contract, today or on a later day."""
    row, zone = contract_of(request, contract_id), request.client.time_zone
    form = StartForm(request.POST, zone=zone)
    if not form.is_valid():
        return _page(request, row, START, form, status=400)
    day = form.cleaned_data["starts_on"]
    at = beginning_of(day, zone) if day else None
    try:
        row = contracts.put_in_force(request.actor, client_id=row.client_id, contract_id=row.pk, at=at)
    except Conflict as error:
        return _page(request, row, START, form, status=form.refuse(error))
    said = _("%(contract)s is in force.") if at is None else _("%(contract)s comes into force on %(day)s.")
    told = {"contract": row.reference, "day": date_format(day, "j M Y") if day else ""}
    messages.success(request, said % told)
    return to(request, "contract", contract_id=contract_id)


def _done(
    request: DoorRequest, contract_id: int, act: Callable[..., Any], name: str, form: CorrectableForm, line_id: int
) -> HttpResponse:
    row = contract_of(request, contract_id)
    if not form.is_valid():
        return _page(request, row, name, form, line_id, status=400)
    about = {"client_id": row.client_id, "contract_id": row.pk, "line_id": line_id}
    try:
        act(request.actor, **about, **form.cleaned_data)
    except (Invalid, Conflict) as error:
        return _page(request, row, name, form, line_id, status=form.refuse(error))
    return to(request, "onboarding", contract_id=contract_id)


def _page(
    request: DoorRequest,
    row: Contract,
    name: str = "",
    form: CorrectableForm | None = None,
    line_id: int = 0,
    *,
    status: int = 200,
) -> HttpResponse:
    found = onboarding.lines_of(row)
    context = {
        **around(request),
        "contract": row,
        "rows": [_shown(request, row, line, name if line.row.pk == line_id else "", form) for line in found],
        "tally": shown.tally(found),
        "start_form": form if name == START else StartForm(zone=request.client.time_zone),
        "refusals": form.non_field_errors() if form is not None and name != START else [],
    }
    return render(request, "access/contracts/onboarding.html", context, status=status)


def _shown(request: DoorRequest, row: Contract, line: Line, name: str, form: CorrectableForm | None) -> dict[str, Any]:
    """A line with its forms; one that was refused is shown as it was filled in."""
    ident = line.row.pk
    owners = {field: getattr(line.row, field) for field in OwnersForm.base_fields}
    return {
        "line": line,
        "owners": form if name == OWNERS else OwnersForm(initial=owners, auto_id=_ids(OWNERS, ident)),
        "waiver": form if name == WAIVER else _waiver(request, ident),
        "is_refused": name,
        "page": _page_of(request, row, line),
    }


def _waiver(request: DoorRequest, ident: int) -> WaiverForm:
    return WaiverForm(zone=request.client.time_zone, auto_id=_ids(WAIVER, ident))


def _ids(name: str, ident: int) -> str:
    return f"{name}_{ident}_%s"


def _page_of(request: DoorRequest, row: Contract, line: Line) -> str:
    """Where a hard line is closed, if it is on the reader's own side."""
    if line.row.key == onboarding.DATA_PROCESSING:
        view = "office:contract" if is_office(request) else "console:contract"
        return reverse(view, kwargs={"client": request.client.slug, "contract_id": row.pk})
    if is_office(request):
        # Whom to put on, and when they work, is the office's to say.
        by_us = line.row.key == COVER
        about = {"client": request.client.slug, "contract_id": row.pk}
        return reverse("office:staffing", kwargs=about) if by_us else ""
    if not line.page:
        return ""
    return reverse(line.page, kwargs={"client": request.client.slug})
