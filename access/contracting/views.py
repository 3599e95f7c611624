"""Contracts: the list, one contract with its terms, and the steps of its life."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import changeovers, clearance, core_team, onboarding
from access.actions import contracts
from access.contracting import shown
from access.contracting.forms import DraftForm, NoticeForm, SignForm, TermsForm, end_of
from access.contracting.sides import around, contract_of, is_office, to
from access.doing import answer
from access.errors import Conflict, Invalid
from access.models import Contract, ContractTerms
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
    status, client_id = 200, request.client.id
    if form.is_valid():
        given = form.cleaned_data
        try:
            vendor = contracts.vendor_named(request.actor, client_id=client_id, name=given["vendor"])
            contract = contracts.draft(request.actor, client_id=client_id, vendor=vendor, reference=given["reference"])
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
        else:
            said = _("The draft %(name)s is there. Write its terms, then begin the onboarding.")
            messages.success(request, said % {"name": contract.reference})
            return to(request, "contract", contract_id=contract.pk)
    context = {**around(request), "form": form, "known": shown.vendors_known(client_id)}
    status = 400 if form.errors and status == 200 else status
    return render(request, "access/contracts/draft.html", context, status=status)


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


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: DoorRequest, client: str, contract_id: int, version: int) -> HttpResponse:
    """Read a version whole, and what it changes, and sign it by name for one's own side."""
    row = contract_of(request, contract_id)
    form = SignForm(request.POST if request.method == "POST" else None)
    page = partial(_signing, request, row, version, form)
    if request.method != "POST":
        return page()
    onwards = to(request, "contract", contract_id=row.pk)
    said = _("Version %(number)s of the terms is signed for your side.") % {"number": version}

    def act() -> ContractTerms:
        about = {"client_id": row.client_id, "contract_id": row.pk, "number": version}
        return contracts.sign_terms(request.actor, **{**about, **form.cleaned_data})

    return answer(request, act, said, page=page, onwards=onwards, form=form)


def _signing(request: DoorRequest, row: Contract, number: int, form: SignForm, *, status: int = 200) -> HttpResponse:
    context = {
        **around(request),
        "contract": row,
        "signing": shown.signing(row, request.client, number, is_office=is_office(request)),
        "form": form,
        "is_over": shown.has_ended(row),
    }
    return render(request, "access/contracts/sign.html", context, status=status)


@require_POST
def begin(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """From the draft to the checklist."""
    row = contract_of(request, contract_id)
    said = _("The onboarding of %(name)s has begun. The checklist says what is missing.") % {"name": row.reference}
    act = partial(contracts.begin_onboarding, request.actor, client_id=row.client_id, contract_id=row.pk)
    onwards = to(request, "contract", contract_id=row.pk)
    return answer(request, act, said, page=partial(_page, request, row), onwards=onwards)


@require_POST
def notice(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Say on which day the contract ends."""
    row, zone = contract_of(request, contract_id), request.client.time_zone
    form = NoticeForm(request.POST, zone=zone)

    def act() -> Contract:
        ends_on = end_of(form.cleaned_data["ends_on"], zone)
        return contracts.give_notice(request.actor, client_id=row.client_id, contract_id=row.pk, ends_on=ends_on)

    def said(contract: Contract) -> str:
        told = {"name": contract.reference, "day": date_format(form.cleaned_data["ends_on"], "j M Y")}
        return _("%(name)s is under notice. Everybody works on until the end of %(day)s.") % told

    page, onwards = partial(_page, request, row, form=form), to(request, "contract", contract_id=row.pk)
    return answer(request, act, said, page=page, onwards=onwards, form=form)


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


def _page(
    request: DoorRequest, row: Contract, *, form: NoticeForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    checklist = onboarding.lines_of(row)
    versions = shown.versions(row, request.client, is_office=is_office(request))
    frame, is_over = around(request), shown.has_ended(row)
    context = {
        **frame,
        "contract": row,
        "steps": shown.life(row),
        "is_over": is_over,
        "versions": versions,
        "current": next((version for version in versions if version.is_current), None),
        "to_sign": shown.to_sign(versions) if frame["may_sign"] and not is_over else None,
        "team": core_team.of(row),
        "going": changeovers.of(row.client_id, row),
        "tally": shown.tally(checklist),
        # Until then it stands under what comes next; a contract that was signed at the shell has none.
        "has_checklist": bool(checklist) and row.state not in (State.DRAFT, State.ONBOARDING),
        "notice_form": form or NoticeForm(zone=request.client.time_zone),
        "refusal": refusal,
    }
    return render(request, "access/contracts/contract.html", context, status=status)
