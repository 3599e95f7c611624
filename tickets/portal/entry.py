"""Signing in to the portal without an account: by a link that only the customer's mailbox has."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import links, throttle
from access.doors import portal
from access.errors import Refused, TooMany
from access.models import SignedLink
from access.requests import DoorRequest
from helpdesk.lib import tokens
from tickets.portal import actions, visitors
from tickets.portal.forms import LinkForm


@portal()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: DoorRequest, client: str) -> HttpResponse:
    """Ask for the address and mail it the link; says the same for every address."""
    form = LinkForm(request.POST) if request.method == "POST" else LinkForm(initial=_wanted(request))
    status, sent = 200, "sent" in request.GET
    error: Refused | None = None
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid():
                _send(request, form)
                return HttpResponseRedirect(f"{request.path}?sent=1")
        except Refused as refusal:
            error, status = refusal, refusal.status
            field = getattr(refusal, "field", None)
            form.add_error(field if field in form.fields else None, str(refusal))
    response = render(request, "tickets/portal/sign_in.html", {"form": form, "sent": sent}, status=status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


@portal()
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: DoorRequest, client: str, token: str) -> HttpResponse:
    """The page behind a mail's link: a button signs in, so that a program that only looks uses nothing up."""
    link = actions.link_of(tokens.digest(token), request.client.id)
    wanted = request.POST.get("next", request.GET.get("next", ""))
    for_ticket = link.purpose == SignedLink.Purpose.TICKET
    if actions.is_spent(link) and not (settings.DEMO and not links.is_expired(link)):
        context = {"form": LinkForm(initial={"next": visitors.next_page(request, wanted)}), "for_ticket": for_ticket}
        return _unreferred(render(request, "tickets/portal/spent.html", context, status=410))
    if request.method != "POST":
        context = {"next": wanted, "for_ticket": for_ticket}
        return _unreferred(render(request, "tickets/portal/enter.html", context))
    customer, ticket = actions.come_in(request.actor, client_id=request.client.id, link=link)
    visitors.sign_in(request, customer, link, only_ticket=ticket.pk if ticket else None)
    where = visitors.next_page(request, wanted)
    if ticket is not None:
        where = reverse("portal:ticket", kwargs={"client": request.client.slug, "number": ticket.number})
    return HttpResponseRedirect(where)


@portal()
@require_POST
def sign_out(request: DoorRequest, client: str) -> HttpResponse:
    """Forget who this is."""
    visitors.sign_out(request, request.client.id)
    messages.success(request, _("You are signed out."))
    return HttpResponseRedirect(reverse("portal:home", kwargs={"client": request.client.slug}))


def _wanted(request: DoorRequest) -> dict[str, str]:
    return {"next": request.GET.get("next", "")}


def _send(request: DoorRequest, form: LinkForm) -> None:
    address = form.cleaned_data["email"].strip().lower()
    throttle.take(throttle.LINK_BY_PEER, request.actor.origin)
    throttle.take(throttle.LINK_BY_ADDRESS, f"{request.client.id}/{address}")
    actions.send_link(
        request.actor,
        client_id=request.client.id,
        email=address,
        next_page=visitors.next_page(request, form.cleaned_data["next"]),
        base=_base(request),
        language=translation.get_language() or "en",
    )


def _base(request: DoorRequest) -> str:
    """The origin for the link: the client's own host name where the form stood there, never an unchecked one."""
    if getattr(request, "host_client_id", None) is None:
        return settings.BASE_URL.rstrip("/")
    ours = urlsplit(settings.BASE_URL)
    port = f":{ours.port}" if ours.port else ""
    return f"{ours.scheme}://{request.get_host().rsplit(':', 1)[0]}{port}"


def _unreferred(response: HttpResponse) -> HttpResponse:
    """The address of this page is a secret: it goes to no other page.

    Without any referrer a browser would send its forms with `Origin: null`, which is refused.
    """
    response["Referrer-Policy"] = "strict-origin"
    return response
