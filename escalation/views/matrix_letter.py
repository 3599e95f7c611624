"""The page behind the link of a mail about a proposed matrix: one proposal, for a phone, without signing in."""

from dataclasses import replace

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access import links
from access.actions import clearing
from access.actor import Actor
from access.doors import letter
from access.errors import Conflict, Invalid, NotFound
from access.models import Membership, SignedLink
from access.requests import DoorRequest
from escalation import shown
from escalation.proposals import letters, queries
from escalation.views.proposal import decide, facts

GONE = 410
FORBIDDEN = 403


# As the letters of escalations: the token in the address is the whole authority, and no cookie.
@csrf_exempt
@letter(SignedLink.Purpose.MATRIX)
@require_http_methods(["GET", "HEAD", "POST"])
def matrix_letter(request: DoorRequest, token: str) -> HttpResponse:
    """Show the proposal of this link and nothing else; a POST decides it, a GET changes nothing.

    Where the client asks a second factor of everybody, a mailbox alone changes no matrix: the decision is made in
    the console.
    """
    # Whoever has left since, or may change the matrix no longer, holds a key to nothing.
    owner = next(
        (each for each in letters.owners(request.client.id) if each.user_id == request.link.recipient_id), None
    )
    if owner is None:
        raise NotFound
    language = request.session.get("language") or owner.user.language or request.client.language
    with translation.override(language), timezone.override(request.client.time_zone):
        response = _answer(request, owner) if request.method == "POST" else _page(request, owner)
    # Without any referrer it would send the form with `Origin: null`, which is refused.
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: DoorRequest, owner: Membership) -> HttpResponse:
    if links.is_expired(request.link):
        return _page(request, owner, error=_("This link has ended. Nothing was changed."), status=GONE)
    if _needs_console(owner):
        refusal = _("Your company asks a second factor of everybody. Sign in to decide. Nothing was changed.")
        return _page(request, owner, error=refusal, status=FORBIDDEN)
    try:
        decide(request, request.link.subject_id, _acting(request.actor, owner))
    except (Invalid, Conflict) as error:
        return _page(request, owner, error=str(error), status=error.status)
    return HttpResponseRedirect(request.path)


def _needs_console(owner: Membership) -> bool:
    return clearing.rules_of(owner.client_id).needs_second_factor


def _acting(actor: Actor, owner: Membership) -> Actor:
    """The link's holder as the person of the client's that they are, with no more than the link's right."""
    name = owner.card.name
    standing = replace(actor.standings[owner.client_id], card_id=owner.card_id, card_name=name)
    return replace(actor, name=name, standings={owner.client_id: standing}, contact_id=None)


def _page(request: DoorRequest, owner: Membership, *, error: str = "", status: int = 200) -> HttpResponse:
    """The proposal as it stands: to be decided, or over, which is 410."""
    context = facts(queries.one(request.client.id, request.link.subject_id))
    is_dead = links.is_expired(request.link)
    waits = context["waits"] and not is_dead
    if status == 200 and not waits:
        status = GONE
    more = {"owner": owner, "error": error, "given": request.POST, "waits": waits, "is_dead": is_dead}
    more["needs_console"] = _needs_console(owner)
    more |= {"axis": shown.axis(), "vendor_name": context["row"].vendor.name, "ends_at": request.link.expires_at}
    return render(request, "escalation/matrix_letter.html", {**context, **more}, status=status)
