"""The few pages that belong to no app: where to start, health, the clients' colours, the language."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from access.doors import office, portal, public, staff
from access.models import Client
from access.requests import DoorRequest
from access.rights import Side
from escalation.engine import watch
from helpdesk import health
from helpdesk.lib import clock, colour


@staff()
@require_safe
def start(request: DoorRequest) -> HttpResponse:
    """Send people to their work: agents to the queue, the client's people to their console, the office to its own."""
    actor = request.actor
    if actor.side is Side.CLIENT and len(actor.clients) == 1:
        return redirect("console:home", client=actor.clients[0].slug)
    if actor.runs_office and not actor.standings:
        return redirect("office:contracts")
    if actor.side is Side.VENDOR and actor.vendor_id is None:
        # Who runs the platform has no queue: they ask for emergency access, or have it.
        return redirect("desk:my_access")
    return redirect("desk:queue")


@public()
@require_safe
def live(request: DoorRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public()
@require_safe
def ready(request: DoorRequest) -> JsonResponse:
    """200 only when database, migrations, broker and worker are there."""
    found = health.look()
    return JsonResponse(found, status=200 if all(found.values()) else 503)


@public()
@require_safe
def engine(request: DoorRequest) -> JsonResponse:
    """200 while the sweep of what is due is at work; 503 where it has been silent for two minutes."""
    try:
        found = watch.look(clock.now())
    except DatabaseError:
        return JsonResponse({"at_work": False}, status=503)
    return JsonResponse(found.told(), status=200 if found.is_at_work else 503)


@staff()
@require_safe
def client_styles(request: DoorRequest) -> HttpResponse:
    """One rule for each client of the person's: fill, ink, wash and band for both themes, from its one colour."""
    return _client_styles(request)


def _client_styles(request: DoorRequest) -> HttpResponse:
    """The sheet of every client at which the reader stands."""
    rows = Client.objects.filter(pk__in=list(request.actor.standings)).order_by("id")
    response = _style_sheet(*rows)
    response["Cache-Control"] = "private, max-age=300"
    return response


@office()
@require_safe
def office_styles(request: DoorRequest) -> HttpResponse:
    """The same for those who run a vendor's office: the clients that it has contracts with."""
    return _client_styles(request)


@portal()
@require_safe
def client_style(request: DoorRequest, client: str) -> HttpResponse:
    """The rule of one client, for its own pages: they tell nobody whom else we work for."""
    response = _style_sheet(request.portal_client)
    response["Cache-Control"] = "public, max-age=300"
    return response


def _style_sheet(*clients: Client) -> HttpResponse:
    rules = (colour.stylesheet(each.slug, colour.palette(each.colour)) for each in clients)
    return HttpResponse("\n".join(rules), content_type="text/css; charset=utf-8")


@public()
@require_POST
def choose_language(request: DoorRequest) -> HttpResponse:
    """Remember the language chosen, in the browser, and go back."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=settings.HTTPS):
        back = reverse("home")
    response = HttpResponseRedirect(back)
    code = request.POST.get("language", "")
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response
