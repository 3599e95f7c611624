"""The page behind the link in a mail: one question, for a phone, without an account."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from access import links
from access.actor import Actor
from access.doors import letter
from access.errors import Conflict, Invalid
from access.models import SignedLink
from access.requests import DoorRequest
from escalation import actions, queries
from escalation.actions.climb import is_only_told
from escalation.errors import TakenOn
from escalation.models import Contact
from escalation.parts import name_of
from escalation.queries import Asked
from escalation.views import answering
from escalation.views.holder import contact_actor, holder
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
    contact = holder(request)
    with translation.override(request.session.get("language") or contact.language):
        actor = contact_actor(request.actor, contact)
        if not found.is_open or link.used_at is not None or links.is_expired(link):
            return _private(_dead(request, actor, found))
        if request.method == "POST":
            return _private(_answer(request, actor, found, contact))
        answering.log_view(actor, found, "letter")
        return _private(_page(request, actor, found, contact))


def _dead(request: DoorRequest, actor: Actor, found: Asked) -> HttpResponse:
    """What is left of a link that answers nothing any more; whoever came too late may have a new one mailed."""
    if request.method != "POST":
        return _closed(request, found)
    if request.POST.get("do") != "renew" or not _may_renew(found, request.link):
        return _closed(request, found, text=request.POST.get("answer", ""))
    try:
        # As in `_pass_on`; nobody but whose link this was gets the new one.
        if links.spend(request.link):
            actions.ask_again(actor, client_id=request.client.id, escalation_id=found.escalation.pk, link=request.link)
    except (Invalid, Conflict) as error:
        return _closed(request, queries.asked(request.client.id, found.escalation.pk), refusal=str(error))
    return HttpResponseRedirect(request.path)


def _may_renew(found: Asked, link: SignedLink) -> bool:
    """Whether only its time has ended the link, its mailbox is known, and an answer is still asked for."""
    return found.is_open and link.used_at is None and links.is_expired(link) and bool(link.sent_to)


def _answer(request: DoorRequest, actor: Actor, found: Asked, contact: Contact) -> HttpResponse:
    what, text = request.POST.get("do", ""), request.POST.get("answer", "")
    try:
        if what == "pass":
            return _pass_on(request, actor, found)
        answering.say(actor, request.client.id, found.escalation.pk, what, text)
    except Invalid as error:
        return _page(request, actor, found, contact, text=text, error=str(error), status=error.status)
    except TakenOn as error:
        found = queries.asked(request.client.id, found.escalation.pk)
        return _page(request, actor, found, contact, text=text, error=str(error), status=error.status)
    except Conflict:
        # Somebody was first: tell who and when, and give back what was written.
        return _closed(request, queries.asked(request.client.id, found.escalation.pk), text=text)
    if what != "acknowledge":
        links.spend(request.link)
    return HttpResponseRedirect(request.path)


def _pass_on(request: DoorRequest, actor: Actor, found: Asked) -> HttpResponse:
    """Hand the question to another contact; this link dies, theirs is in their mail."""
    given = request.POST.get("contact", "")
    contact_id = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    # First, so that of two clicks at once one finds it spent; a refusal rolls it back.
    if not links.spend(request.link):
        return _closed(request, found)
    actions.pass_on(actor, client_id=request.client.id, escalation_id=found.escalation.pk, contact_id=contact_id)
    return HttpResponseRedirect(request.path)


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
        "only_told": is_only_told(found.escalation, contact.pk),
        "others": queries.reachable_contacts(request.client.id, without=contact.pk),
        "expires_at": request.link.expires_at,
        "text": text,
        "error": error,
        "now": clock.now(),
    }
    return render(request, "escalation/letter.html", context, status=status)


def _closed(request: DoorRequest, found: Asked, *, text: str = "", refusal: str = "") -> HttpResponse:
    """Who answered and when, and what can be done now; `text` is what was written and is not sent.

    Whoever answered by this link may see what they said; for everybody else the link is gone.
    """
    link = request.link
    ended_at, expired = found.escalation.ended_at, links.is_expired(link)
    # A link is used by passing the question on, which needs an open one, by the answer that ends it,
    # or, when its time is over, by having a new one mailed.
    renewed = link.used_at is not None and link.used_at >= link.expires_at
    gave = link.used_at is not None and ended_at is not None and link.used_at >= ended_at
    passed = link.used_at is not None and not gave and not renewed
    may_renew = _may_renew(found, link)
    context = {
        "asked": found,
        "own": gave,
        "passed": passed,
        "renewed": renewed,
        "may_renew": may_renew,
        "newer": links.working_beside(link) if may_renew else None,
        "refusal": refusal,
        "expired_at": link.expires_at if expired else None,
        "tried": request.method == "POST",
        "text": "" if gave or passed else text,
    }
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
