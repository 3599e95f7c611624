"""The page behind the link of a mail about work outside the contract: one request, for a phone, without an account."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access import links
from access.doors import letter
from access.errors import Conflict, Invalid
from access.models import SignedLink
from access.requests import DoorRequest
from escalation.models import Contact, ScopeRequest
from escalation.scope import queries
from escalation.views.emergency_letter import GONE
from escalation.views.holder import contact_actor, holder
from escalation.views.scope_client import decide
from helpdesk.lib import clock

State = ScopeRequest.State


# As the letters of escalations: the token in the address is the whole authority, and no cookie.
@csrf_exempt
@letter(SignedLink.Purpose.SCOPE)
@require_http_methods(["GET", "HEAD", "POST"])
def scope_letter(request: DoorRequest, token: str) -> HttpResponse:
    """Show the request of this link and nothing else; a POST decides it, a GET changes nothing."""
    contact = holder(request)
    with (
        translation.override(request.session.get("language") or contact.language),
        timezone.override(request.client.time_zone),
    ):
        response = _answer(request, contact) if request.method == "POST" else _page(request, contact)
    # Without any referrer it would send the form with `Origin: null`, which is refused.
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: DoorRequest, contact: Contact) -> HttpResponse:
    if links.is_expired(request.link):
        return _page(request, contact, error=_("This link has ended. Nothing was changed."), status=GONE)
    try:
        decide(request, request.link.subject_id, contact_actor(request.actor, contact))
    except (Invalid, Conflict) as error:
        return _page(request, contact, error=str(error), status=error.status)
    return HttpResponseRedirect(request.path)


def _page(request: DoorRequest, contact: Contact, *, error: str = "", status: int = 200) -> HttpResponse:
    """The request as it stands: to be decided, or over, which is 410."""
    found = queries.one(request.client.id, request.link.subject_id)
    waits = found.waits and clock.now() < found.row.due_at and not links.is_expired(request.link)
    if status == 200 and not waits:
        status = GONE
    context = {
        "shown": found,
        "row": found.row,
        "contact": contact,
        "waits": waits,
        "error": error,
        "answer": request.POST.get("answer", ""),
    }
    return render(request, "escalation/scope_letter.html", context, status=status)
