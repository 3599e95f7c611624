"""Letters and calls that never arrived: the list on the desk and in the client's console, and sending one again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ClientFace
from access.doors import console, staff
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import paging
from post import kinds, reasons
from tickets.actions import letters
from tickets.desk.answers import go
from tickets.queries import undelivered as queries
from tickets.records import name_in_list, name_of, without_addresses

PAGE = 50


@staff(Right.TICKET_REPLY)
@require_safe
def undelivered(request: DoorRequest) -> HttpResponse:
    """What never arrived at my clients."""
    return _list(request, "desk", None)


@console(Right.TICKET_REPLY)
@require_safe
def clients_undelivered(request: DoorRequest, client: str) -> HttpResponse:
    """What never arrived at this client."""
    return _list(request, "console", [request.client.id])


def _list(request: DoorRequest, place: str, client_ids: list[int] | None) -> HttpResponse:
    rows = queries.undelivered(request.actor, client_ids)
    try:
        page = paging.keyset(rows, order=queries.ORDER, cursor=request.GET.get("at"), size=PAGE)
    except paging.BadCursor:
        raise NotFound from None
    context = {
        "base": f"{place}.html",
        "place": place,
        "section": "undelivered",
        "lines": [_line(request, mail) for mail in page.items],
        # The newest stand here; the endpoint's own page has the way to all of them.
        "calls": [_call(request, call) for call in queries.calls(request.actor, client_ids).order_by("-pk")[:PAGE]],
        "next_url": f"?at={page.next_cursor}" if page.next_cursor else "",
        "previous_url": f"?at={page.previous_cursor}" if page.previous_cursor else "",
    }
    return render(request, "tickets/desk/undelivered.html", context)


def _line(request: DoorRequest, mail: Any) -> dict[str, Any]:
    face = request.actor.standing(mail.client_id).client
    return {
        "mail": mail,
        "client": face,
        "to": _to(face, mail),
        "why": without_addresses(str(reasons.in_words(mail.last_error))),
        "again": kinds.can_send_again(mail.kind),
        "label": kinds.known(mail.kind).label if mail.number is None else "",
    }


def _call(request: DoorRequest, call: Any) -> dict[str, Any]:
    face = request.actor.standing(call.client_id).client
    looks_after = call.vendor_id is None and request.actor.may(Right.SOURCES_EDIT, call.client_id)
    return {"call": call, "client": face, "why": reasons.of_call(call.last_error), "looks_after": looks_after}


def _to(face: ClientFace, mail: Any) -> str:
    """Whom a letter was for, by name: a customer as whoever has no ticket of theirs may call them."""
    is_customers = mail.kind in kinds.of(kinds.Whose.CUSTOMER)
    return name_of(face, mail.to_name) if is_customers else name_in_list(mail.to_name)


@staff(Right.TICKET_REPLY)
@require_POST
def send_again(request: DoorRequest, client: str, mail: int) -> HttpResponse:
    """Send a letter again that was given up."""
    client_id = request.client.id
    try:
        sent = letters.send_again(request.actor, client_id=client_id, mail_id=mail)
        messages.success(request, _("On its way again, to %(name)s.") % {"name": _to(request.client, sent)})
    except (Invalid, Conflict) as error:
        messages.error(request, str(error))
    return go(request, _back(request, client))


@staff(Right.TICKET_REPLY)
@require_POST
def retry_call(request: DoorRequest, client: str, call_id: int) -> HttpResponse:
    """Try a call of one's own vendor again that was given up."""
    try:
        letters.retry_call(request.actor, client_id=request.client.id, call_id=call_id)
        messages.success(request, _("The call is on its way again."))
    except Conflict as error:
        messages.error(request, str(error))
    return go(request, _back(request, client))


def _back(request: DoorRequest, client: str) -> str:
    """The page that the button stood on."""
    ways = {"desk": ("desk:undelivered", {}), "console": ("console:undelivered", {"client": client})}
    number = request.POST.get("ticket", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return reverse("desk:ticket", kwargs={"client": client, "number": int(number)})
    name, kwargs = ways.get(request.POST.get("back", ""), ways["desk"])
    return reverse(name, kwargs=kwargs)
