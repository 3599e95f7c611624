"""The portal's front: its home, asking a question, and the page that thanks for it."""

import json
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access import throttle
from access.doors import portal
from access.errors import NotFound, Refused, TooLarge, TooMany
from access.requests import DoorRequest
from helpdesk.lib import clock, tokens
from post import once
from post.files import Incoming, check_uploads
from post.uploads import oversized
from tickets import promises
from tickets.actions.priorities import priority_for
from tickets.models import Impact, Ticket, Urgency
from tickets.portal import actions, queries, visitors, words
from tickets.portal.forms import LinkForm, NewForm


@portal()
@require_safe
def home(request: DoorRequest, client: str) -> HttpResponse:
    """Search, what is asked most, when we answer, and a person."""
    context = {
        "answer_by": promised(request),
        "link_form": LinkForm(),
    }
    return render(request, "tickets/portal/home.html", context)


@portal()
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: DoorRequest, client: str) -> HttpResponse:
    """The form that opens a ticket; a second sending of the same form lands on the same page."""
    form = _new_form(request)
    status = 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid():
                return HttpResponseRedirect(_opened_url(request, _open(request, form)))
        except Refused as error:
            if isinstance(error, NotFound):
                raise
            status = form.refuse(error)
            return _retry(_new_page(request, form, status), error)
    return _new_page(request, form, status)


@portal()
@require_safe
def opened(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Thanks: the number, and when we answer.  For the browser that opened the ticket alone."""
    found = visitors.opened_here(request, number)
    if found is None:
        raise NotFound
    ticket_id, customer_id, address = found
    with visitors.acting(request.actor, request.client.id, customer_id):
        ticket = Ticket.objects.select_related("customer").filter(client_id=request.client.id, pk=ticket_id).first()
        if ticket is None or tokens.digest(ticket.customer.email) != address:
            raise NotFound
        due = queries.answer_due(ticket)
        context = {
            "ticket": ticket,
            "files": queries.attached(ticket),
            "answer_by": words.by_when(due, clock.now()) if due else "",
            "signed_in": visitors.whole_customer(request) == customer_id,
        }
        return render(request, "tickets/portal/opened.html", context)


def promised(request: DoorRequest) -> str:
    """When a question asked now is answered, in words; empty where nothing is promised."""
    now, client_id = clock.now(), request.client.id
    due = promises.first_answer_by(client_id, priority_for(client_id, Impact.HINDERED, Urgency.SOON), now)
    return words.by_when(due, now) if due else ""


def uploads_of(request: DoorRequest, files: list) -> list[Incoming]:
    """The checked uploads of a form; counts them against the peer's share.

    Raises `TooLarge`, `TooMany` or `Invalid`.
    """
    if too_large := oversized(request):
        raise TooLarge(
            _("“%(name)s” is too large and was left out. Choose a smaller file, then send again.")
            % {"name": too_large[0]}
        )
    if files:
        throttle.take(throttle.UPLOAD_BY_PEER, request.actor.origin, count=len(files))
    return check_uploads(files)


def _retry(response: HttpResponse, error: Refused) -> HttpResponse:
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def _new_form(request: DoorRequest) -> NewForm:
    client_id = request.client.id
    asked: dict[str, Any] = {
        "offered": queries.offered(client_id),
        "impacts": queries.impact_words(client_id, translation.get_language() or ""),
        "signed_in": visitors.whole_customer(request) is not None,
    }
    if request.method == "POST":
        return NewForm(request.POST, request.FILES, **asked)
    return NewForm(initial={"subject": request.GET.get("subject", "")[:300]}, **asked)


def _new_page(request: DoorRequest, form: NewForm, status: int) -> HttpResponse:
    context = {"form": form, "answer_by": promised(request), "customer_name": request.actor.name}
    return render(request, "tickets/portal/new.html", context, status=status)


def _open(request: DoorRequest, form: NewForm) -> int:
    """Open the ticket, or find the one that this form has opened already; returns its number."""
    given, client_id, actor = form.cleaned_data, request.client.id, request.actor
    customer_id = visitors.whole_customer(request)
    texts = [str(given.get(name, "")) for name in ("subject", "body", "impact", "category", "service", "name", "email")]
    mark = once.fingerprint(*texts, *(f"{upload.name}/{upload.size}" for upload in given["files"]), str(customer_id))
    # What was written belongs to the key: who goes back and asks something else asks anew.
    key = f"portal-new/{given['once']}/{mark[:32]}"
    earlier = once.earlier(actor, client_id, key, mark, wait=True) if given["once"] else None
    if earlier is not None:
        kept = json.loads(earlier.body)
    else:
        _count_opening(request, customer_id, given.get("email", "").strip().lower())
        uploads = uploads_of(request, given["files"])
        question = actions.Question(
            subject=given["subject"],
            body=given["body"],
            impact=given["impact"],
            category_id=given.get("category"),
            service_id=given.get("service"),
            name=given.get("name", ""),
            email=given.get("email", ""),
            language=translation.get_language() or "",
        )
        ticket = actions.ask(actor, client_id=client_id, customer_id=customer_id, question=question, uploads=uploads)
        kept = {"ticket_id": ticket.pk, "customer_id": ticket.customer_id, "number": ticket.number}
        kept["address"] = tokens.digest(ticket.customer.email)
        if given["once"]:
            once.keep(actor, client_id, key, mark, once.Answer(302, json.dumps(kept)))
    visitors.note_opened(request, **kept)
    return kept["number"]


def _count_opening(request: DoorRequest, customer_id: int | None, address: str) -> None:
    """Raise `TooMany` for a peer, or a person, who opens more than anybody needs to."""
    actor, client_id = request.actor, request.client.id
    throttle.take(throttle.OPENING_BY_PEER, actor.origin)
    throttle.take(
        throttle.OPENING_BY_ADDRESS,
        f"{client_id}/{address or customer_id}",
        counted=lambda since: actions.asked_since(
            actor, client_id=client_id, customer_id=customer_id, address=address, since=since
        ),
    )


def _opened_url(request: DoorRequest, number: int) -> str:
    return reverse("portal:opened", kwargs={"client": request.client.slug, "number": number})
