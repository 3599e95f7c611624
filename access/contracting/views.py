"""Contracts: the list, one contract with its terms, and the steps of its life."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import changeovers, clearance, core_team, onboarding
from access.actions import contracts
from access.contracting import shown
from access.contracting.forms import DraftForm, NoticeForm, TermsForm, end_of
from access.contracting.sides import around, contract_of, is_office, to
from access.errors import Conflict, Invalid
from access.models import Contract, ContractTerms, Vendor
from access.requests import DoorRequest
from access.rights import Right

State = Contract.State


@require_safe
def all_contracts(request: DoorRequest, client: str = "") -> HttpResponse:
    """Every contract of the vendor's, or of the client's, and where each stands in its life."""
    context = {
        **around(request),
        "lines": shown.lines(request.actor.only(request.client.id) if client else request.actor, is_office=not client),
        "may_draft": bool(client) and request.actor.may(Right.CONTRACT_SIGN, request.client.id),
    }
    return render(request, "access/contracts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: DoorRequest, client: str) -> HttpResponse:
    """The client begins a contract with a vendor that it names."""
    form = DraftForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        name = " ".join(form.cleaned_data["vendor"].split())
        vendor = Vendor.objects.filter(name__iexact=name).first()
        try:
            if vendor is None:
                raise Invalid(_("No vendor of this name works with this help desk. Ask them how they are called here."))
            contract = contracts.draft(
                request.actor,
                client_id=request.client.id,
                vendor=vendor,
                reference=form.cleaned_data["reference"],
            )
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
        else:
            said = _("The draft %(name)s is there. Write its terms, then begin the onboarding.")
            messages.success(request, said % {"name": contract.reference})
            return to(request, "contract", contract_id=contract.pk)
    context = {**around(request), "form": form}
    return render(request, "access/contracts/draft.html", context, status=400 if form.errors else status)


@require_safe
def contract(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """One contract: where it stands, what is next, and every version of its terms."""
    return _page(request, contract_of(request, contract_id))


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Write the next version of the terms, beginning with what the last one says."""
    row, zone = contract_of(request, contract_id), request.client.time_zone
    newest = ContractTerms.objects.filter(contract=row).order_by("-number").first()
    form = TermsForm(request.POST, zone=zone) if request.method == "POST" else TermsForm.of(newest, zone)
    if form.is_valid():
        about = {"client_id": request.client.id, "contract_id": contract_id}
        try:
            written = contracts.write_terms(request.actor, terms=form.terms(), **about)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            said = _("Version %(number)s of the terms is written. It counts once both sides have signed it.")
            messages.success(request, said % {"number": written.number})
            return to(request, "contract", contract_id=contract_id)
    context = {**around(request), "contract": row, "form": form, "newest": newest}
    return render(request, "access/contracts/terms.html", context, status=400 if form.errors else 200)


@require_POST
def sign(request: DoorRequest, client: str, contract_id: int, version: int) -> HttpResponse:
    """Sign a version for one's own side."""
    row = contract_of(request, contract_id)
    said = _("Version %(number)s of the terms is signed for your side.") % {"number": version}
    return _done(request, row, contracts.sign_terms, said, number=version, read=request.POST.get("read", ""))


@require_POST
def begin(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """From the draft to the checklist."""
    row = contract_of(request, contract_id)
    said = _("The onboarding of %(name)s has begun. The checklist says what is missing.") % {"name": row.reference}
    return _done(request, row, contracts.begin_onboarding, said)


@require_POST
def notice(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Say on which day the contract ends."""
    row, zone = contract_of(request, contract_id), request.client.time_zone
    form = NoticeForm(request.POST, zone=zone)
    if not form.is_valid():
        return _page(request, row, form=form, status=400)
    last = date_format(form.cleaned_data["ends_on"], "j M Y")
    told = {"name": row.reference, "day": last}
    said = _("%(name)s is under notice. Everybody works on until the end of %(day)s.") % told
    return _done(request, row, contracts.give_notice, said, form, ends_on=end_of(form.cleaned_data["ends_on"], zone))


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """The client ends it at once; first the page says what that does."""
    row = contract_of(request, contract_id)
    if request.method == "POST":
        contracts.end(request.actor, client_id=request.client.id, contract_id=contract_id)
        said = _("%(name)s has ended. Nobody works under it any more.")
        messages.success(request, said % {"name": row.reference})
        return to(request, "contract", contract_id=contract_id)
    people = [line for line in clearance.grid(request.client.id, "") if line.vendor_id == row.vendor_id]
    cleared = clearance.cleared_people(people)
    on_shift = sum(line.on_shift is True for line in cleared)
    others = Contract.objects.filter(client_id=request.client.id, state__in=Contract.IN_FORCE).exclude(pk=row.pk)
    context = {"contract": row, "people": cleared, "on_shift": on_shift, "is_last": not others.exists()}
    return render(request, "access/contracts/end.html", {**around(request), **context})


def _done(
    request: DoorRequest,
    row: Contract,
    act: Callable[..., Any],
    said: str,
    form: NoticeForm | None = None,
    **more: Any,
) -> HttpResponse:
    """Do what was asked and go back to the contract, or show it with what is in the way."""
    try:
        act(request.actor, client_id=request.client.id, contract_id=row.pk, **more)
    except (Invalid, Conflict) as error:
        if form is None:
            return _page(request, row, refusal=str(error), status=error.status)
        return _page(request, row, form=form, status=form.refuse(error))
    messages.success(request, said)
    return to(request, "contract", contract_id=row.pk)


def _page(
    request: DoorRequest, row: Contract, *, form: NoticeForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    checklist = onboarding.lines_of(row)
    versions = shown.versions(row, request.client, is_office=is_office(request))
    context = {
        **around(request),
        "contract": row,
        "steps": shown.life(row),
        "is_over": shown.has_ended(row),
        "versions": versions,
        "current": next((version for version in versions if version.is_current), None),
        "team": core_team.of(row),
        "going": changeovers.of(row.client_id, row),
        "tally": shown.tally(checklist),
        "notice_form": form or NoticeForm(zone=request.client.time_zone),
        "refusal": refusal,
    }
    return render(request, "access/contracts/contract.html", context, status=status)
