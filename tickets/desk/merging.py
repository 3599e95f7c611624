"""Merging a ticket into another one of its customer: chosen, looked at, done."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.doors import staff
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions import merging
from tickets.models import Message, Status, Ticket
from tickets.queries.ticket_page import find_ticket

MOST = 20


@staff(Right.TICKET_TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Choose the ticket that stays, see what happens, and do it."""
    ticket = find_ticket(request.actor, request.client.id, number)
    chosen, refusal, status = None, "", 200
    if request.method == "POST":
        try:
            chosen = _chosen(request, request.POST.get("into", ""))
            if request.POST.get("do") == "merge":
                into = merging.merge(request.actor, client_id=ticket.client_id, ticket_id=ticket.pk, into_id=chosen.pk)
                messages.success(request, _("#%(number)s is a part of this ticket now.") % {"number": ticket.number})
                return redirect("desk:ticket", client=client, number=into.number)
        except (Invalid, Conflict) as error:
            refusal, status, chosen = str(error), error.status, None
    context = {
        "section": "queue",
        "ticket": ticket,
        "chosen": chosen,
        "refusal": refusal,
        "others": _others(request, ticket),
        "said": Message.objects.filter(client_id=ticket.client_id, ticket=ticket).count(),
    }
    return render(request, "tickets/desk/merge.html", context, status=status)


def _chosen(request: DoorRequest, given: str) -> Ticket:
    """The ticket with the number that was chosen or typed; raises `Invalid`."""
    number = given.strip().lstrip("#")
    if not number.isascii() or not number.isdecimal() or len(number) > 15:
        raise Invalid(_("Choose the ticket that stays."), "into")
    try:
        return find_ticket(request.actor, request.client.id, int(number))
    except NotFound:
        raise Invalid(_("You see no ticket with this number here."), "into") from None


def _others(request: DoorRequest, ticket: Ticket) -> list[Ticket]:
    """The customer's other open tickets, the newest first."""
    rows = Ticket.objects.visible_to(request.actor).filter(client_id=ticket.client_id, status=Status.OPEN)
    return list(rows.filter(customer_id=ticket.customer_id).exclude(pk=ticket.pk).order_by("-pk")[:MOST])
