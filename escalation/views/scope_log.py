"""The log of what was out of scope, in the client's console and the vendor's office, as a page and as a sheet."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.contracting.sides import around, is_office, to
from access.doing import answer
from access.errors import Invalid
from access.models import ContractTerms
from access.requests import DoorRequest
from access.rights import Right
from escalation.models import ScopeRequest
from escalation.scope import amending, looking_back, queries
from helpdesk.lib import clock, csv_safe


@require_safe
def scope_log(request: DoorRequest, client: str) -> HttpResponse:
    """What was asked for in twelve months: by the month, and by kind and category."""
    return _page(request)


@require_safe
def scope_sheet(request: DoorRequest, client: str) -> HttpResponse:
    """Every request of the twelve months as CSV."""
    text = "".join(csv_safe.stream(looking_back.lines(request.client.id, _first(request))))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="out-of-scope-{request.client.slug}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def amend_contract(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Propose that a group of requests becomes part of the contract; whoever proposes reads it before they sign."""
    onwards = to(request, "contract", contract_id=contract_id)

    def act() -> ContractTerms:
        work, category = request.POST.get("work", ""), request.POST.get("category", "")
        if len(work) > looking_back.LONGEST or len(category) > looking_back.LONGEST:
            raise Invalid(_("Choose one of the groups."), "work")
        about = {"client_id": request.client.id, "contract_id": contract_id}
        return amending.amend(request.actor, work_key=work, category=category, **about)

    def said(terms: ContractTerms) -> str:
        told = {"number": terms.number}
        return _("Version %(number)s of the terms is proposed. It counts once both sides have signed it.") % told

    return answer(request, act, said, page=partial(_page, request), onwards=onwards)


def _first(request: DoorRequest) -> Any:
    return looking_back.since(clock.as_local(clock.now(), request.client.time_zone).date())


def _page(request: DoorRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    client_id, first = request.client.id, _first(request)
    waiting = ScopeRequest.objects.filter(client_id=client_id, state=ScopeRequest.State.ASKED)
    context = {
        **around(request),
        "groups": looking_back.groups(client_id, first),
        "months": looking_back.months(client_id, first),
        "first": first,
        "waiting": waiting.select_related("asked_by", "vendor").order_by("due_at"),
        "contracts": queries.contracts_with_requests(client_id),
        "may_decide": not is_office(request) and request.actor.may(Right.SCOPE_DECIDE, client_id),
        "refusal": refusal,
    }
    return render(request, "escalation/scope_log.html", context, status=status)
