"""The page behind the link in a mail: one question, for a phone, without an account."""

from dataclasses import replace

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access import links
from access.actor import Actor
from access.doors import letter
from access.errors import Conflict, Invalid, NotFound
from access.models import SignedLink
from access.requests import DoorRequest
from escalation import actions, queries
from escalation.actions.parts import name_of
from escalation.models import Contact
from escalation.queries import Asked
from escalation.views import answering
from helpdesk.lib import clock

GONE = 410


# Nothing here rests on a cookie: the token in the address is the whole authority, so another site
# can't borrow it.  And a page that sends no referrer sends "Origin: null", which the check refuses.
@csrf_exempt
@letter(SignedLink.Purpose.ESCALATION)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_letter(request: DoorRequest, token: str) -> HttpResponse:
    """Show the question of this link and nothing else; a POST answers it, a GET changes nothing."""
    link = request.link
    found = queries.asked(request.client.id, link.subject_id)
    contact = Contact.objects.filter(client_id=request.client.id, pk=link.recipient_id or 0, is_active=True).first()
    if contact is None:
        raise NotFound
    with translation.override(request.session.get("language") or contact.language):
        if not found.is_open or link.used_at is not None or links.is_expired(link):
            return _private(_closed(request, found, link))
        actor = _contact_actor(request.actor, contact)
        if request.method == "POST":
            return _private(_answer(request, actor, found, contact))
        answering.log_view(actor, found, "letter")
        return _private(_page(request, actor, found, contact))


def _answer(request: DoorRequest, actor: Actor, found: Asked, contact: Contact) -> HttpResponse:
    what, text = request.POST.get("do", ""), request.POST.get("answer", "")
    try:
        if what == "pass":
            return _pass_on(request, actor, found)
        answering.say(actor, request.client.id, found.escalation.pk, what, text)
    except Invalid as error:
        return _page(request, actor, found, contact, text=text, error=str(error), status=error.status)
    except Conflict:
        # Somebody was first: tell who, when and what.
        return _closed(request, queries.asked(request.client.id, found.escalation.pk), request.link)
    if what != "acknowledge":
        links.spend(request.link)
    return HttpResponseRedirect(request.path)


def _pass_on(request: DoorRequest, actor: Actor, found: Asked) -> HttpResponse:
    """Hand the question to another contact; this link dies, theirs is in their mail."""
    given = request.POST.get("contact", "")
    contact_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    # First, so that of two clicks at once one finds it spent; a refusal rolls it back.
    if not links.spend(request.link):
        return _closed(request, found, request.link)
    actions.pass_on(actor, client_id=request.client.id, escalation_id=found.escalation.pk, contact_id=contact_id)
    return HttpResponseRedirect(request.path)


def _contact_actor(actor: Actor, contact: Contact) -> Actor:
    """The link's holder by name; tied to a staff card, they act as that person of the client's."""
    standing = actor.standings[contact.client_id]
    if contact.card is not None:
        standing = replace(standing, card_id=contact.card_id, card_name=contact.card.name)
    return replace(actor, name=contact.name, standings={contact.client_id: standing})


def _page(
    request: DoorRequest,
    actor: Actor,
    found: Asked,
    contact: Contact,
    *,
    text: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "asked": found,
        "contact": contact,
        # An inbox without an address of its own is read by several.
        "taken_on_by_reader": bool(contact.email) and found.taken_on_by == name_of(actor, request.client.id),
        "others": queries.reachable_contacts(request.client.id, without=contact.pk),
        "expires_at": request.link.expires_at,
        "text": text,
        "error": error,
        "now": clock.now(),
    }
    return render(request, "escalation/letter.html", context, status=status)


def _closed(request: DoorRequest, found: Asked, link: SignedLink) -> HttpResponse:
    """Who answered, when and what; for a link that was passed on or is too old that alone.

    Whoever answered by this link may see so; for everybody else it is gone.
    """
    ended_at, expired = found.escalation.ended_at, links.is_expired(link)
    # A link is used by passing the question on, which needs an open one, or by the answer that ends it.
    gave = link.used_at is not None and ended_at is not None and link.used_at >= ended_at
    passed = link.used_at is not None and not gave
    context = {"asked": found, "own": gave, "passed": passed, "expired_at": link.expires_at if expired else None}
    is_theirs = link.used_at is not None and not expired and (gave or found.is_open)
    status = 200 if is_theirs and request.method != "POST" else GONE
    return render(request, "escalation/letter_closed.html", context, status=status)


def _private(response: HttpResponse) -> HttpResponse:
    """Neither the address nor the page may be kept or passed on by the browser.

    Without any referrer it would send the form with `Origin: null`, which is refused.
    """
    response["Referrer-Policy"] = "strict-origin"
    response["Cache-Control"] = "no-store"
    return response
