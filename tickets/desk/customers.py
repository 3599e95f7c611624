"""Customers on the desk: looked for, opened, and who has opened them."""

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from access import log, throttle
from access import queries as access_queries
from access.actor import Actor
from access.doors import staff
from access.errors import Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock
from tickets.desk import record
from tickets.desk.forms import CustomerSearchForm
from tickets.models import Customer, RecordSource
from tickets.queries import customers, reach, records, ticket_page
from tickets.queries.customers import Found
from tickets.queries.records import Held

SEARCHES = throttle.Limit("customer-search", 30, timedelta(minutes=1))
TICKETS_SHOWN = 50
SEEN_MOST = 20


@staff(Right.CUSTOMER_SEARCH)
@require_safe
def search(request: DoorRequest) -> HttpResponse:
    """Look for a customer at one's clients; what was looked for stands in the access log.

    The queue asks for the hits alone, to show them above the tickets.
    """
    actor = request.actor
    places = {actor.standings[i].client.slug: i for i in actor.clients_with(Right.CUSTOMER_SEARCH)}
    choices = [(face.slug, face.name) for face in actor.clients if face.slug in places]
    form = CustomerSearchForm(request.GET or None, clients=choices)
    found = None
    if request.GET and form.is_valid() and form.cleaned_data["q"]:
        throttle.take(SEARCHES, f"user {actor.user_id}")
        slug = form.cleaned_data["client"]
        where = [places[slug]] if slug else sorted(places.values())
        found = customers.search([actor.standings[i].client for i in where], form.cleaned_data["q"])
        _log_search(actor, where, found, chosen=bool(slug))
    context = {"section": "queue", "form": form, "found": found, "hits": found.hits if found else ()}
    template = "_found_customers" if request.htmx else "customers"
    return render(request, f"tickets/desk/{template}.html", context, status=400 if form.errors else 200)


def _log_search(actor: Actor, where: Sequence[int], found: Found, *, chosen: bool) -> None:
    """One entry at each client searched.

    The words stand at a client only if it was chosen or has a hit: what finds another client's
    customer must not be read at this one.  What could be a hidden value is masked in them.
    """
    entries = []
    for client_id in where:
        hits = [(log.CUSTOMER, hit.customer.pk) for hit in found.hits if hit.client.id == client_id]
        detail: dict[str, object] = {"hits": len(hits)}
        if chosen or hits:
            detail["terms"] = found.terms
        entries.append(log.Entry(client_id, log.Action.SEARCH, hits, detail=detail))
    log.write(actor, entries)


@staff(Right.CUSTOMER_READ)
@require_safe
def show(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """A customer's record, their tickets, and who has seen it.

    Contact fields are whole for whoever has an open ticket of theirs; `ticket` is where the reader came from.
    """
    found = customers.find(request.actor, request.client.id, customer)
    origin, held = _origin(request, found), records.held_ticket(request.actor, found.client_id, found.pk)
    log.record(
        request.actor,
        found.client_id,
        log.Action.VIEW,
        (log.CUSTOMER, found.pk),
        ticket_id=origin.id if origin else held.id if held else None,
        ticket_number=origin.number if origin else held.number if held else None,
    )
    whole = records.of_customer(records.keeping(request.client), found)
    relation = records.relation(held)
    context = {
        "section": "queue",
        "customer": found,
        **record.card(request.actor, found, whole, relation, mail_url=_mail_url(request, found)),
        "origin": origin,
        "tickets": ticket_page.earlier_tickets(request.actor, found, most=TICKETS_SHOWN),
        "sights": access_queries.seen_by(
            *(found.client_id, log.CUSTOMER, found.pk, SEEN_MOST),
            reader_id=request.actor.user_id,
            names_customers=whole.tells("name", relation),
            only=None if reach.reads_all(request.actor, found.client_id) else _numbers(origin, held),
        ),
        "has_sources": RecordSource.objects.filter(client_id=found.client_id, is_active=True).exists(),
        "may_edit": request.actor.may(Right.CUSTOMER_EDIT, found.client_id),
        "may_open": request.actor.may(Right.TICKET_OPEN, found.client_id),
        "now": clock.now(),
    }
    return render(request, "tickets/desk/customer.html", context)


def _numbers(*tickets: Held | None) -> set[int]:
    return {ticket.number for ticket in tickets if ticket is not None}


def _mail_url(request: DoorRequest, customer: Customer) -> str:
    """Where a letter to this customer is begun: a new ticket, whose answer goes to their address unseen."""
    if not request.actor.may(Right.TICKET_OPEN, customer.client_id):
        return ""
    return f"{reverse('desk:new', kwargs={'client': request.client.slug})}?customer={customer.pk}"


def _origin(request: DoorRequest, customer: Customer) -> Held | None:
    """The ticket that the reader came from, if it is one of this customer's that they may read."""
    given = request.GET.get("ticket", "")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 12):
        raise Invalid("")
    ticket = ticket_page.find_ticket(request.actor, customer.client_id, int(given))
    if ticket.customer_id != customer.pk:
        raise NotFound
    return Held(ticket.pk, ticket.number)
