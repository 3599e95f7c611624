"""A hidden field shown, a number called without showing it, and a caller verified."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from access import throttle
from access.doors import staff
from access.errors import Invalid
from access.requests import DoorRequest
from access.rights import Right
from tickets import lookups
from tickets.actions import reveal as actions
from tickets.actions.reveal import REVEALS, ReasonNeeded
from tickets.desk.forms import VerifyForm
from tickets.models import Customer
from tickets.queries import customers
from tickets.queries.records import Keeping, keeping
from tickets.records import name_of
from tickets.verifying import can_be_asked


@staff(Right.CUSTOMER_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: DoorRequest, client: str, customer: int, field: str) -> HttpResponse:
    """One field, in this answer and in no other; a GET shows nothing and offers to ask for it."""
    context: dict[str, Any] = {"what": "reveal", "field": field}
    if request.method == "POST":
        throttle.take(REVEALS, f"user {request.actor.user_id}")
        reason = request.POST.get("reason", "")
        try:
            context["shown"] = actions.reveal(
                request.actor, client_id=request.client.id, customer_id=customer, key=field, reason=reason
            )
        except ReasonNeeded as needed:
            context["reasons"], context["why"] = needed.reasons, str(needed)
    return _answer(request, customer, context)


@staff(Right.CUSTOMER_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def reveal_record(request: DoorRequest, client: str, customer: int, which: str, field: str) -> HttpResponse:
    """The same for a field of a record of the client's own systems."""
    context: dict[str, Any] = {"what": "record", "field": field, "which": which}
    if request.method == "POST":
        throttle.take(REVEALS, f"user {request.actor.user_id}")
        try:
            context["shown"] = actions.reveal_record(
                request.actor,
                client_id=request.client.id,
                customer_id=customer,
                which=which,
                key=field,
                reason=request.POST.get("reason", ""),
            )
        except ReasonNeeded as needed:
            context["reasons"], context["why"] = needed.reasons, str(needed)
    return _answer(request, customer, context)


@staff(Right.CUSTOMER_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """Hand the number to the phone program; no page shows it."""
    context: dict[str, Any] = {"what": "call", "field": "phone"}
    if request.method == "POST":
        throttle.take(REVEALS, f"user {request.actor.user_id}")
        reason = request.POST.get("reason", "")
        try:
            number = actions.call(request.actor, client_id=request.client.id, customer_id=customer, reason=reason)
            return _to_phone(number)
        except ReasonNeeded as needed:
            context["reasons"], context["why"] = needed.reasons, str(needed)
        except Invalid as error:
            context["refusal"] = str(error)
    return _answer(request, customer, context)


class _PhoneRedirect(HttpResponseRedirect):
    """To the program that makes calls."""

    allowed_schemes = ["tel"]


def _to_phone(number: str) -> HttpResponse:
    response = _PhoneRedirect(f"tel:{number}")
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: DoorRequest, customer_id: int, context: dict[str, Any]) -> HttpResponse:
    """The fragment for htmx, else a page of its own around it."""
    found, kept = _customer(request, customer_id)
    label: Any = kept.specs[context["field"]].label if context["field"] in kept.specs else ""
    if context["what"] == "record":
        label = lookups.value_of(found.client_id, found, context["which"], context["field"])[0].label
    context |= {"section": "queue", "customer": found, "label": label, "name": name_of(request.client, found.name)}
    template = "_revealed" if request.htmx else "reveal"
    response = render(request, f"tickets/desk/{template}.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _customer(request: DoorRequest, customer_id: int) -> tuple[Customer, Keeping]:
    return customers.find(request.actor, request.client.id, customer_id), keeping(request.client)


@staff(Right.TICKET_REPLY)
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """Type what the caller says; match or no match, and nothing else."""
    request.actor.require(Right.CUSTOMER_READ, request.client.id)
    found, kept = _customer(request, customer)
    choices = [(spec.key, str(spec.label)) for spec in kept.specs.values() if can_be_asked(spec)]
    form = VerifyForm(request.POST if request.method == "POST" else None, choices=choices)
    context: dict[str, Any] = {"section": "queue", "form": form, "customer": found}
    if form.is_valid():
        data = form.cleaned_data
        context["asked"] = dict(choices)[data["field"]]
        context["matches"] = actions.verify(
            request.actor,
            client_id=request.client.id,
            customer_id=found.pk,
            key=data["field"],
            said=data["said"],
        )
        # What was typed is not given back: a screen keeps it.
        context["form"] = VerifyForm(None, choices=choices, initial={"field": data["field"]})
    context["name"] = name_of(request.client, found.name)
    template = "_verify" if request.htmx else "verify"
    status = 200 if "matches" in context or request.method != "POST" else 422 if request.htmx else 400
    response = render(request, f"tickets/desk/{template}.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
