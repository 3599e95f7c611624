"""The page behind the link of a mail about emergency access: one request, for a phone, without an account."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access import emergency, links
from access.actions import emergency as actions
from access.doors import letter
from access.emergency_form import minutes_of
from access.errors import Conflict, Invalid, NotFound
from access.models import EmergencyAccess, SignedLink
from access.requests import DoorRequest
from escalation.models import Contact
from escalation.views.holder import contact_actor, holder
from helpdesk.lib import clock

GONE = 410
State = EmergencyAccess.State


# As the letters of escalations: the token in the address is the whole authority, and no cookie.
@csrf_exempt
@letter(SignedLink.Purpose.EMERGENCY)
@require_http_methods(["GET", "HEAD", "POST"])
def emergency_letter(request: DoorRequest, token: str) -> HttpResponse:
    """Show the request of this link and nothing else; a POST decides it, a GET changes nothing."""
    contact = holder(request)
    if emergency.is_askers(_row(request), contact.email):
        raise NotFound
    with (
        translation.override(request.session.get("language") or contact.language),
        timezone.override(request.client.time_zone),
    ):
        if request.method == "POST":
            response = _answer(request, contact)
        else:
            response = _page(request, contact)
    # Without any referrer it would send the form with `Origin: null`, which is refused.
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: DoorRequest, contact: Contact) -> HttpResponse:
    client_id, what = request.client.id, request.POST.get("do", "")
    about = {"client_id": client_id, "emergency_id": request.link.subject_id}
    actor = contact_actor(request.actor, contact)
    if links.is_expired(request.link):
        return _page(request, contact, error=_("This link has ended. Nothing was changed."), status=GONE)
    try:
        if what == "allow":
            actions.allow(actor, minutes=minutes_of(request.POST), **about)
        elif what == "refuse":
            actions.refuse(actor, answer=request.POST.get("answer", ""), **about)
        elif what == "stop" and _row(request).state == State.UNANSWERED:
            actions.stop(actor, **about)
        elif what == "review":
            actions.review(actor, text=request.POST.get("review", ""), **about)
        else:
            raise Invalid(_("Choose one of the answers."), "do")
    except (Invalid, Conflict) as error:
        return _page(request, contact, error=str(error), status=error.status)
    return HttpResponseRedirect(request.path)


def _row(request: DoorRequest) -> EmergencyAccess:
    rows = EmergencyAccess.objects.filter(client_id=request.client.id, pk=request.link.subject_id)
    row = rows.select_related("card", "vendor", "user").first()
    if row is None:
        raise NotFound
    return row


def _page(request: DoorRequest, contact: Contact, *, error: str = "", status: int = 200) -> HttpResponse:
    """The request as it stands: to be decided, to be ended or reviewed, or over, which is 410."""
    row, now = _row(request), clock.now()
    is_dead = links.is_expired(request.link)
    waits = row.state == State.ASKED and now < emergency.lapses_at(row) and not is_dead
    reviewing = row.state == State.UNANSWERED and row.reviewed_at is None and not is_dead
    context = {
        "row": row,
        "contact": contact,
        "waits": waits,
        "runs": row.runs(now),
        "reviewing": reviewing,
        "outcome": emergency.outcome(row),
        "entries": emergency.entries_under(row) if reviewing else 0,
        "ends": emergency.lapses_at(row),
        "lengths": [length for length in emergency.LENGTHS if length <= row.minutes],
        "error": error,
    }
    if status == 200 and not waits and not reviewing:
        status = GONE
    return render(request, "escalation/emergency_letter.html", context, status=status)
