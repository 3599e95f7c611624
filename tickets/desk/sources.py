"""What the client's own systems say of a customer: a fragment of its own, so that none of them slows a page down."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access import log, throttle
from access.doors import staff
from access.requests import DoorRequest
from access.rights import Right
from tickets import lookups
from tickets.actions.reveal import may_reveal
from tickets.queries import customers, records
from tickets.records import is_open, name_of

LOOKUPS = throttle.Limit("lookups", 120, timedelta(minutes=15))


@staff(Right.CUSTOMER_READ)
@require_safe
def client_records(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """The records, masked by the rule for every field; that they were read stands in the log."""
    throttle.take(LOOKUPS, f"user {request.actor.user_id}")
    found = customers.find(request.actor, request.client.id, customer)
    held = records.held_ticket(request.actor, found.client_id, found.pk)
    relation = records.relation(held)
    number = records.keeping(request.client).specs["external_id"].sensitivity
    told = lookups.parts(request.client, found, relation, number_open=is_open(number, relation))
    ticket = {"ticket_id": held.id, "ticket_number": held.number} if held else {}
    log.record(
        request.actor,
        found.client_id,
        log.Action.VIEW,
        (log.CUSTOMER, found.pk),
        detail={"what": "client records", "records": sum(len(part.lines) for part in told)},
        **ticket,
    )
    may = may_reveal(request.actor, found.client_id, relation)
    context = {
        "section": "queue",
        "may_reveal": may,
        "parts": told,
        "customer": found,
        "name": name_of(request.client, found.name),
    }
    template = "_client_records" if request.htmx else "client_records"
    return render(request, f"tickets/desk/{template}.html", context)
