"""The vendor's side of work outside the contract: asking on a ticket, what was asked, and the work that was done."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.actor import Actor
from access.doors import staff
from access.errors import Conflict, Invalid
from access.models import Contract
from access.rate_card import RateCard, money
from access.requests import DoorRequest
from access.rights import Right
from escalation.models import ScopeRequest
from escalation.scope import asking, cards, queries
from escalation.scope.forms import AskForm, WorkForm
from escalation.scope.rules import URGENT, Purpose, needs_request
from escalation.scope.said import outcome
from helpdesk.lib import clock
from post import once
from tickets.models import Ticket
from tickets.queries.ticket_page import find_ticket


@staff(Right.TICKET_ESCALATE)
@require_http_methods(["GET", "HEAD", "POST"])
def scope(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """What was asked for this ticket, and the form that asks for more."""
    ticket = find_ticket(request.actor, request.client.id, number)
    form = AskForm(request.POST if request.method == "POST" else None, card=_card(ticket)[1])
    if request.method != "POST":
        return _page(request, ticket, form)
    about = {"client_id": ticket.client_id, "ticket_id": ticket.pk}
    try:
        # Whatever else a form may say is beyond the contract, and asked for.
        stabilises = request.POST.get("purpose") == Purpose.STABILISE
        if not needs_request(Purpose.STABILISE if stabilises else Purpose.BEYOND):
            asking.go_on(request.actor, **about)
            messages.success(
                request, _("Go on: making it stable is part of the contract. Nobody has to sign anything.")
            )
            return redirect("desk:ticket", client=client, number=number)
        if not form.is_valid():
            return _page(request, ticket, form, status=400)
        wanted = form.wanted()
        sending = _sending(request, ticket, wanted)
        if (led_to := sending.earlier()) is not None:
            return redirect(led_to)
        row = asking.ask(request.actor, wanted=wanted, **about)
        sending.keep(request.path)
    except (Invalid, Conflict) as error:
        return _page(request, ticket, form, status=form.refuse(error))
    messages.success(request, _said(request, row))
    return redirect("desk:scope", client=client, number=number)


@staff(Right.TICKET_READ)
@require_safe
def scope_strip(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """The requests of a ticket as a fragment for its page; empty where there are none."""
    ticket = find_ticket(request.actor, request.client.id, number)
    found = queries.on_ticket(ticket.client_id, ticket.pk)
    may_ask = request.actor.may(Right.TICKET_ESCALATE, ticket.client_id) and request.actor.vendor_id is not None
    context = {"ticket": ticket, "found": found, "may_ask": may_ask}
    return render(request, "escalation/_scope_strip.html", context)


@staff(Right.TICKET_ESCALATE)
@require_safe
def own_scope(request: DoorRequest) -> HttpResponse:
    """What the reader has asked for, at all their clients."""
    return render(request, "escalation/own_scope.html", {"section": "queue", "own": queries.own(request.actor)})


@staff(Right.TICKET_ESCALATE)
@require_POST
def withdraw_scope(request: DoorRequest, client: str, number: int, request_id: int) -> HttpResponse:
    """Take a request back."""
    return _act(request, number, request_id, asking.withdraw, _("Taken back. Nobody is asked any more."))


@staff(Right.TICKET_ESCALATE)
@require_POST
def finish_scope(request: DoorRequest, client: str, number: int, request_id: int) -> HttpResponse:
    """Say that the work is done."""
    return _act(request, number, request_id, asking.finish, _("Done. What was not used is free again."))


@staff(Right.TICKET_ESCALATE)
@require_POST
def record_work(request: DoorRequest, client: str, number: int, request_id: int) -> HttpResponse:
    """Write down work under an approved request, once however often the button was pressed."""
    ticket = find_ticket(request.actor, request.client.id, number)
    form = WorkForm(request.POST)
    if not form.is_valid():
        error = next(iter(form.errors.values()))[0]
        return _page(request, ticket, AskForm(card=_card(ticket)[1]), status=400, refusal=str(error))

    quantity, work_note = form.hundredths, form.cleaned_data["note"]

    def act(actor: Actor, *, client_id: int, request_id: int) -> None:
        sending = _sending(request, ticket, (quantity, work_note))
        if sending.earlier() is None:
            asking.record(actor, client_id=client_id, request_id=request_id, quantity=quantity, note=work_note)
            sending.keep(request.path)

    return _act(request, number, request_id, act, _("Noted."))


def _sending(request: DoorRequest, ticket: Ticket, given: object) -> once.Sending:
    sent = request.POST.get("once", "")
    return once.Sending(request.actor, ticket.client_id, form=request.path, sent=sent, given=repr(given))


def _act(request: DoorRequest, number: int, request_id: int, act: Callable[..., Any], said: str) -> HttpResponse:
    ticket = find_ticket(request.actor, request.client.id, number)
    try:
        act(request.actor, client_id=ticket.client_id, request_id=request_id)
    except (Invalid, Conflict) as error:
        form = AskForm(card=_card(ticket)[1])
        return _page(request, ticket, form, status=error.status, refusal=str(error))
    messages.success(request, said)
    return redirect("desk:scope", client=request.client.slug, number=number)


def _card(ticket: Ticket) -> tuple[Contract | None, RateCard | None]:
    """The contract of the ticket, and its rate card, where both are in force."""
    now = clock.now()
    contract = Contract.in_force_at(now).filter(client_id=ticket.client_id, pk=ticket.contract_id or 0).first()
    return contract, cards.card_in_force(contract, now) if contract is not None else None


def _page(request: DoorRequest, ticket: Ticket, form: AskForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    contract, card = _card(ticket)
    context = {
        "section": "queue",
        "ticket": ticket,
        "form": form,
        "card": card,
        "found": queries.on_ticket(ticket.client_id, ticket.pk),
        "allowed": _allowed(request, contract, card, ticket) if contract and card else {},
        "refusal": refusal,
    }
    return render(request, "escalation/scope.html", context, status=status)


def _allowed(request: DoorRequest, contract: Contract, card: RateCard, ticket: Ticket) -> dict[str, Any]:
    """What begins at once: what is left of the ticket's allowance, and of the month's budgets by kind of work."""
    rules = cards.rules_of(contract)
    month = cards.month_of(clock.now(), request.client.time_zone)
    pots = {each.name: cards.pots(rules, ticket, each.key, month, card.currency) for each in card.work}
    budgets = {name: money(pot.left.budget, card.currency) for name, pot in pots.items() if pot.budget}
    first = next(iter(pots.values()), None)
    lent = first.left.allowance if first is not None and ticket.priority == URGENT else 0
    return {"allowance": money(lent, card.currency) if lent else "", "budgets": budgets, "hours": rules.answer_hours}


def _said(request: DoorRequest, row: ScopeRequest) -> str:
    if row.state == ScopeRequest.State.APPROVED:
        return outcome(row)
    return _("Asked. %(client)s answers within its promised time; the answer comes back here.") % {
        "client": request.client.name
    }
