"""A customer's own questions: the list, one with its thread, and what they may do with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import throttle
from access.doors import portal
from access.errors import Invalid, NotFound, Refused, TooMany
from access.requests import DoorRequest
from helpdesk.lib import clock, paging
from post import once
from tickets.actions import conversation, handling
from tickets.actions.merging import final_id
from tickets.errors import Closed
from tickets.models import Ticket
from tickets.portal import queries, visitors, words
from tickets.portal.forms import LinkForm, ReplyForm
from tickets.portal.views import uploads_of


@portal(signed_in=True)
@require_safe
def mine(request: DoorRequest, client: str) -> HttpResponse:
    """Everything that the customer has asked, newest first."""
    if visitors.only_ticket(request) is not None:
        return _only_one(request)
    show = request.GET.get("show", "all")
    show = show if show in queries.SHOWS else "all"
    try:
        page = queries.own_tickets(request.actor, request.client.id, show=show, cursor=request.GET.get("after"))
    except paging.BadCursor as error:
        raise Invalid(str(error)) from None
    return render(request, "tickets/portal/mine.html", {"page": page, "show": show, "now": clock.now()})


@portal(signed_in=True)
@require_safe
def ticket(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """One question: its thread, whose move it is, and a place to write."""
    found = _own(request, number)
    stays = _stays(request, found)
    if stays != found:
        return HttpResponseRedirect(_url(request, stays.number))
    return _page(request, found, ReplyForm())


@portal(signed_in=True)
@require_POST
def reply(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Add a message with files; what was refused stays in the form.

    What was written on a ticket that has been merged meanwhile goes to the one that stays.
    """
    asked = _own(request, number)
    stays = _stays(request, asked)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, stays, form, 400)
    try:
        stays = _write(request, asked, form)
    except Refused as error:
        if isinstance(error, NotFound):
            raise
        response = _page(request, stays, form, form.refuse(error))
        if isinstance(error, TooMany):
            response["Retry-After"] = str(error.retry_after)
        return response
    if stays != asked:
        messages.success(
            request, _("Sent. We had put your question together with this one, so what you wrote is here.")
        )
    else:
        messages.success(request, _("Sent. We have what you wrote."))
    return HttpResponseRedirect(_url(request, stays.number))


@portal(signed_in=True)
@require_POST
def close(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """The customer needs no answer any more."""
    handling.close(request.actor, client_id=request.client.id, ticket_id=_own(request, number).pk)
    messages.success(request, _("Closed. Thank you for telling us."))
    return HttpResponseRedirect(_url(request, number))


@portal(signed_in=True)
@require_POST
def reopen(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """It is not solved after all."""
    handling.reopen(request.actor, client_id=request.client.id, ticket_id=_own(request, number).pk)
    messages.success(request, _("Open again. We look at it."))
    return HttpResponseRedirect(_url(request, number))


def _own(request: DoorRequest, number: int) -> Ticket:
    found = queries.own_ticket(request.actor, request.client.id, number)
    limited = visitors.only_ticket(request)
    if found is None or limited not in (None, found.pk):
        raise NotFound
    return found


def _stays(request: DoorRequest, found: Ticket) -> Ticket:
    """The ticket that this one was merged into, itself where it was not.

    Who came by the link of this ticket alone isn't known to be its customer: they are led to no other.
    """
    if found.merged_into_id is None or visitors.only_ticket(request) is not None:
        return found
    rows = Ticket.objects.select_related("customer")
    return rows.get(client_id=found.client_id, pk=final_id(found.client_id, found.pk))


def _write(request: DoorRequest, asked: Ticket, form: ReplyForm) -> Ticket:
    """Write the message, unless this form has written it already; gives the ticket that it is on."""
    given, client_id, actor = form.cleaned_data, request.client.id, request.actor
    mark = once.fingerprint(given["body"], *(f"{upload.name}/{upload.size}" for upload in given["files"]))
    # By the ticket that the form was on, whatever it has been merged into between two presses.
    key = f"portal-reply/{asked.pk}/{given['once']}/{mark[:32]}"
    if given["once"] and once.earlier(actor, client_id, key, mark, wait=True) is not None:
        return _stays(request, asked)
    throttle.take(throttle.ANSWER_BY_ADDRESS, f"{client_id}/{actor.customer_id}")
    about: dict[str, Any] = {"client_id": client_id, "body": given["body"]}
    about["uploads"] = uploads_of(request, given["files"])
    stays = _stays(request, asked)
    try:
        conversation.write_as_customer(actor, ticket_id=stays.pk, **about)
    except Closed:
        # It may have been merged since we looked.
        asked.refresh_from_db(fields=["merged_into"])
        before, stays = stays, _stays(request, asked)
        if stays == before:
            raise
        conversation.write_as_customer(actor, ticket_id=stays.pk, **about)
    if given["once"]:
        once.keep(actor, client_id, key, mark, once.Answer(302))
    return stays


def _page(request: DoorRequest, found: Ticket, form: ReplyForm, status: int = 200) -> HttpResponse:
    before = request.GET.get("before", "")
    is_id = before.isascii() and before.isdigit() and len(before) < 19
    limited = visitors.only_ticket(request) is not None
    lines, earlier = queries.thread(found, before=int(before) if is_id else None, limited=limited)
    due, now = queries.answer_due(found), clock.now()
    context = {
        "ticket": found,
        "lines": lines,
        "earlier": earlier,
        "form": form,
        "answer_by": words.by_when(due, now) if due and due >= now else "",
        "missed": due if due and due < now else None,
        "call_missed": found.call_at is not None and found.call_at < now,
        "zone": timezone.get_current_timezone_name(),
        "limited": limited,
        "section": "mine",
    }
    return render(request, "tickets/portal/ticket.html", context, status=status)


def _only_one(request: DoorRequest) -> HttpResponse:
    """The list for who came by one ticket's link: that ticket, and the way to all."""
    one = Ticket.objects.filter(client_id=request.client.id, pk=visitors.only_ticket(request) or 0).first()
    if one is None:
        raise NotFound
    page = paging.Page([one], None, None, start=True)
    context = {"page": page, "show": "all", "now": clock.now(), "limited": True, "link_form": LinkForm()}
    return render(request, "tickets/portal/mine.html", context)


def _url(request: DoorRequest, number: int) -> str:
    return reverse("portal:ticket", kwargs={"client": request.client.slug, "number": number})
