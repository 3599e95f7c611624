"""The client's side of work outside the contract: one request, and what it sets beforehand."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.contracting.sides import contract_of
from access.doors import console
from access.errors import Conflict, Invalid
from access.models import Contract
from access.rate_card import RateCard, money
from access.requests import DoorRequest
from access.rights import Right
from escalation.models import Contact, ScopeRequest
from escalation.scope import cards, deciding, queries
from escalation.scope.forms import RulesForm
from escalation.scope.said import outcome
from helpdesk.lib import clock


@console(Right.SCOPE_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def scope_request(request: DoorRequest, client: str, request_id: int) -> HttpResponse:
    """One request: read, and decided."""
    found = queries.one(request.client.id, request_id)
    if request.method != "POST":
        return _page(request, found)
    try:
        row = decide(request, request_id)
    except (Invalid, Conflict) as error:
        return _page(request, queries.one(request.client.id, request_id), error=str(error), status=error.status)
    messages.success(request, outcome(row))
    return redirect("console:scope_request", client=client, request_id=request_id)


def decide(request: DoorRequest, request_id: int, actor: Any = None) -> ScopeRequest:
    """Do what the form says; raises `Invalid` for anything but a yes or a no."""
    about = {"client_id": request.client.id, "request_id": request_id}
    what = request.POST.get("do", "")
    if what == "approve":
        return deciding.approve(actor or request.actor, **about)
    if what == "decline":
        return deciding.decline(actor or request.actor, answer=request.POST.get("answer", ""), **about)
    raise Invalid(_("Choose one of the answers."), "do")


def _page(request: DoorRequest, found: queries.Shown, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "section": "people",
        "shown": found,
        "row": found.row,
        "error": error,
        "answer": request.POST.get("answer", ""),
        "may_read_ticket": request.actor.may(Right.TICKET_READ, request.client.id),
        "may_set": request.actor.may(Right.CONTRACT_SIGN, request.client.id),
    }
    return render(request, "escalation/scope_request.html", context, status=status)


@console(Right.CONTRACT_SIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def scope_rules(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Who is asked, how soon the client answers, and what it allows beforehand."""
    contract = contract_of(request, contract_id)
    card = cards.card_in_force(contract, clock.now())
    rules = cards.rules_of(contract)
    contacts = Contact.objects.filter(client_id=contract.client_id, is_active=True).exclude(email="").order_by("name")
    given = request.POST if request.method == "POST" else None
    form = RulesForm(given, contacts=list(contacts), card=card, rules=rules)
    status = 200
    if form.is_valid():
        about = {"client_id": contract.client_id, "contract_id": contract.pk}
        try:
            deciding.save_rules(request.actor, settings=form.settings(), **about)
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
        else:
            messages.success(request, _("Saved. It holds from the next request on."))
            return redirect("console:scope_rules", client=client, contract_id=contract.pk)
    status = 400 if form.errors and status == 200 else status
    context = {
        "section": "people",
        "contract": contract,
        "card": card,
        "form": form,
        "rules": rules,
        "used": _used(request, contract, card) if card else [],
    }
    return render(request, "escalation/scope_rules.html", context, status=status)


def _used(request: DoorRequest, contract: Contract, card: RateCard) -> list[dict[str, Any]]:
    """Each budget of this month, and how much of it is taken."""
    rules = cards.rules_of(contract)
    month = cards.month_of(clock.now(), request.client.time_zone)
    asked = ScopeRequest.objects.filter(
        client_id=contract.client_id, contract=contract, currency=card.currency, month=month,
        state__in=ScopeRequest.COUNTED, covered_by=ScopeRequest.CoveredBy.BUDGET,
    )  # fmt: skip
    names = {each.key: each.name for each in card.work}
    found = []
    for key, budget in rules.budgets.items():
        taken = cards.total(asked.filter(budget_of=key))
        found.append(
            {
                "name": names.get(key, key) if key else _("any other kind of work"),
                "taken": money(taken, card.currency),
                "budget": money(budget, card.currency),
                "share": min(100, taken * 100 // budget) if budget else 0,
            }
        )
    return found
