"""Drafts: kept while one writes, and kept even where a gate has closed meanwhile.

A draft's address carries a signed mark that its person has opened the ticket, and when, so that
keeping one needs no scope and tells nobody whether a ticket exists.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from access.actor import Actor
from access.doors import staff
from access.errors import GateClosed, Invalid, NotFound, Refused
from access.requests import DoorRequest
from helpdesk.lib import clock
from tickets.actions import conversation
from tickets.desk import waiting
from tickets.models import Message

SALT = "tickets.desk.draft"
# For so long after a page was drawn a gate that has closed since takes nothing of what is written on it.
FRESH = timedelta(hours=24)
_Audience = Message.Audience


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose draft on which ticket, on a page that was drawn at this second."""

    client_id: int
    ticket_id: int
    user_id: int
    drawn: int

    @property
    def is_fresh(self) -> bool:
        """Whether the page was drawn, and so the place there and every gate open, not long ago."""
        return clock.now() - datetime.fromtimestamp(self.drawn, UTC) < FRESH


def mark(client_id: int, ticket_id: int, user_id: int) -> str:
    """The signed mark for a ticket's page."""
    return signing.dumps([client_id, ticket_id, user_id, int(clock.now().timestamp())], salt=SALT)


def read_mark(text: str, actor: Actor) -> Mark:
    """The mark, if it is this person's.

    Raises `NotFound`, also for whoever has no place at the client any more and drew the page long ago.
    """
    try:
        found = Mark(*signing.loads(text, salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        raise NotFound from None
    standing = actor.standings.get(found.client_id)
    if found.user_id != actor.user_id or not (found.is_fresh or (standing and standing.is_live)):
        raise NotFound
    return found


@staff()
@require_POST
def keep(request: DoorRequest, mark: str) -> HttpResponse:
    """Keep what was written so far; 204."""
    audience = request.POST.get("audience", _Audience.PUBLIC)
    if audience not in _Audience.values:
        raise Invalid("", "audience")
    _keep(request, read_mark(mark, request.actor), _Audience(audience))
    return HttpResponse(status=204)


def _keep(request: DoorRequest, found: Mark, audience: Message.Audience) -> None:
    conversation.keep_draft(
        request.actor,
        client_id=found.client_id,
        ticket_id=found.ticket_id,
        body=request.POST.get("body", ""),
        audience=audience,
        revisions=request.POST.get("revisions", ""),
    )


def keep_when_refused(request: DoorRequest, error: Refused) -> HttpResponse | None:
    """For the composer's routes, when a gate has closed: keep what was written, and show that it is kept."""
    if not isinstance(error, GateClosed) or request.actor is None:
        return None
    found = keep_after(request)
    if found is None:
        return None
    context = {"sentence": error.sentence, "how": error.how, "body": request.POST.get("body", "")}
    if found.is_fresh:
        context["who"] = waiting.offer_behind_gate(request, client_id=found.client_id, ticket_id=found.ticket_id)
    return render(request, "tickets/desk/gate_closed.html", context, status=error.status)


def keep_after(request: DoorRequest) -> Mark | None:
    """Have the draft kept once the refused request is rolled back; None where its mark is not the reader's.

    An answer to the customer where the form does not say for whom it is.
    """
    try:
        found = read_mark(request.POST.get("draft", ""), request.actor)
    except NotFound:
        return None
    sent = request.POST.get("audience", "")
    audience = _Audience(sent) if sent in _Audience.values else _Audience.PUBLIC
    request.after_refusal.append(lambda _response: _keep(request, found, audience))
    return found
