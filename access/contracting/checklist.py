"""Onboarding: the checklist with its owners, what is missing, and putting the contract in force."""

from collections.abc import Callable
from functools import partial
from typing import Any

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
from access.doing import answer
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

    def act() -> Contract:
        day = form.cleaned_data["starts_on"]
        at = beginning_of(day, zone) if day else None
        return contracts.put_in_force(request.actor, client_id=row.client_id, contract_id=row.pk, at=at)

    def said(contract: Contract) -> str:
        day = form.cleaned_data["starts_on"]
        text = _("%(contract)s comes into force on %(day)s.") if day else _("%(contract)s is in force.")
        return text % {"contract": contract.reference, "day": date_format(day, "j M Y") if day else ""}

    page, onwards = partial(_page, request, row, START, form), to(request, "contract", contract_id=contract_id)
    return answer(request, act, said, page=page, onwards=onwards, form=form)


def _done(
    request: DoorRequest, contract_id: int, act: Callable[..., Any], name: str, form: CorrectableForm, line_id: int
) -> HttpResponse:
    row = contract_of(request, contract_id)
    about = {"client_id": row.client_id, "contract_id": row.pk, "line_id": line_id}
    page, onwards = partial(_page, request, row, name, form, line_id), to(request, "onboarding", contract_id=row.pk)
    return answer(
        request, lambda: act(request.actor, **about, **form.cleaned_data), "", page=page, onwards=onwards, form=form
    )


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
        "is_over": shown.has_ended(row),
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
