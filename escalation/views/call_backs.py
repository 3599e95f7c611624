"""A call that the ticket's customer is promised: promising, moving, making it, taking it back."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access.doors import staff
from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from access.rights import Right
from escalation.actions import call_backs as actions
from escalation.call_forms import CalledForm, MomentForm, MoveForm, PromiseForm, WithdrawForm
from escalation.forms import RefusableForm
from escalation.hours_text import comes_twice, parse_moment
from escalation.models import CallBack
from helpdesk.lib import clock
from tickets.models import Status, Ticket
from tickets.queries.ticket_page import find_ticket


@staff(Right.TICKET_REPLY)
@require_http_methods(["GET", "HEAD", "POST"])
def call_back(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """The call that is promised, or the form that promises one, and the calls before."""
    ticket = find_ticket(request.actor, request.client.id, number)
    form = PromiseForm(request.POST if request.method == "POST" else None, **_whose(request))
    if request.method != "POST":
        return _page(request, ticket, promise=form)

    def promise() -> CallBack:
        about = form.cleaned_data["about"]
        return actions.promise_call(request.actor, about=about, **_moment(form), **_on(ticket))

    return _done(request, ticket, form, promise, _promised, "promise")


@staff(Right.TICKET_REPLY)
@require_POST
def move(request: DoorRequest, client: str, number: int, call_id: int) -> HttpResponse:
    """Promise it for another moment."""
    ticket = find_ticket(request.actor, request.client.id, number)
    form = MoveForm(request.POST, **_whose(request))

    def act() -> CallBack:
        reason = form.cleaned_data["reason"]
        return actions.move_call(request.actor, call_id=call_id, reason=reason, **_moment(form), **_on(ticket))

    return _done(request, ticket, form, act, _promised, "move")


@staff(Right.TICKET_REPLY)
@require_POST
def called(request: DoorRequest, client: str, number: int, call_id: int) -> HttpResponse:
    """Say how the call went."""
    ticket = find_ticket(request.actor, request.client.id, number)
    form = CalledForm(request.POST)

    def act() -> CallBack:
        data = form.cleaned_data
        outcome = CallBack.Outcome(data["outcome"])
        return actions.keep_call(request.actor, call_id=call_id, outcome=outcome, said=data["said"], **_on(ticket))

    return _done(request, ticket, form, act, _noted, "called")


@staff(Right.TICKET_REPLY)
@require_POST
def withdraw(request: DoorRequest, client: str, number: int, call_id: int) -> HttpResponse:
    """Take the promise back."""
    ticket = find_ticket(request.actor, request.client.id, number)
    form = WithdrawForm(request.POST)

    def act() -> CallBack:
        reason = form.cleaned_data["reason"]
        return actions.withdraw_call(request.actor, call_id=call_id, reason=reason, **_on(ticket))

    return _done(request, ticket, form, act, _withdrawn, "withdraw")


def _whose(request: DoorRequest) -> dict[str, Any]:
    return {"face": request.client, "actor": request.actor}


def _on(ticket: Ticket) -> dict[str, Any]:
    return {"client_id": ticket.client_id, "ticket_id": ticket.pk}


def _moment(form: MomentForm) -> dict[str, Any]:
    """What was written as a moment; raises `Invalid` for none, and for one that its zone jumps over."""
    zone = form.cleaned_data["zone"]
    at = parse_moment(form.cleaned_data["at"], zone, "at")
    if at is None:
        raise Invalid(_("Write day and time like 2026-12-01T08:00."), "at")
    return {"at": at, "zone": zone}


def _promised(row: CallBack) -> str:
    due = date_format(row.at.astimezone(ZoneInfo(row.zone)), "j M Y H:i")
    said = _("Promised for %(due)s (%(zone)s). It is due like any other promise.") % {"due": due, "zone": row.zone}
    if comes_twice(row.at, row.zone):
        return f"{said} {_('That night the hour comes twice; the first one is meant.')}"
    return said


def _noted(row: CallBack) -> str:
    return _("Noted. It was too late: the promise is broken.") if row.is_late else _("Noted: the promise is kept.")


def _withdrawn(row: CallBack) -> str:
    return _("Taken back. Tell the customer, who may wait for it.")


def _done(
    request: DoorRequest,
    ticket: Ticket,
    form: RefusableForm,
    act: Callable[[], CallBack],
    said: Callable[[CallBack], str],
    name: str,
) -> HttpResponse:
    """Do it and go back to the ticket, or show the page with what was refused."""
    if not form.is_valid():
        return _page(request, ticket, status=400, **{name: form})
    try:
        messages.success(request, said(act()))
    except (Invalid, Conflict) as error:
        return _page(request, ticket, status=form.refuse(error), **{name: form})
    return redirect("desk:ticket", client=request.client.slug, number=ticket.number)


def _page(request: DoorRequest, ticket: Ticket, *, status: int = 200, **forms: RefusableForm) -> HttpResponse:
    rows = CallBack.objects.filter(client_id=ticket.client_id, ticket=ticket).select_related("clock").order_by("-pk")
    calls = list(rows)
    running = next((row for row in calls if row.is_open), None)
    zone = running.zone if running else ""
    context = {
        "section": "queue",
        "ticket": ticket,
        "is_open": ticket.status == Status.OPEN,
        "now": clock.now(),
        "running": running,
        "before": [row for row in calls if row is not running],
        "promise": forms.get("promise") or PromiseForm(**_whose(request)),
        "move": forms.get("move") or MoveForm(**_whose(request), zone=zone),
        "called": forms.get("called") or CalledForm(),
        "withdraw": forms.get("withdraw") or WithdrawForm(),
    }
    return render(request, "escalation/call_back.html", context, status=status)
