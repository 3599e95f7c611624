"""Drafts: kept while one writes, and kept even where a gate has closed meanwhile.

A draft's address carries a signed mark that its person has opened the ticket, and when, so that
keeping one needs no scope and tells nobody whether a ticket exists.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from access.actor import Actor, Standing, holds
from access.clearance import at_the_door
from access.doors import staff
from access.errors import GateClosed, Invalid, NoRoom, NotFound, Refused, TooLarge
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock
from post import files
from tickets.actions import conversation, draft_files
from tickets.desk import waiting
from tickets.desk.forms import AnswerForm
from tickets.models import DraftFile, Message, Ticket

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
    form = AnswerForm(request.POST, request.FILES)
    found = keep_after(request, form)
    if found is None:
        return None
    context: dict[str, Any] = {"sentence": error.sentence, "how": error.how, "body": request.POST.get("body", "")}
    if found.is_fresh:
        context["waits"] = waiting.offer_behind_gate(
            request, client_id=found.client_id, ticket_id=found.ticket_id, files=form.go_along()
        )
        context["files"] = _names(request.actor, found, form)
    return render(request, "tickets/desk/gate_closed.html", context, status=error.status)


def keep_after(request: DoorRequest, form: AnswerForm) -> Mark | None:
    """Have the draft and its files kept once the refused request is rolled back; None where its mark is not theirs.

    An answer to the customer where the form does not say for whom it is.  The files stand in `form.keeping`.
    """
    try:
        found = read_mark(request.POST.get("draft", ""), request.actor)
    except NotFound:
        return None
    sent = request.POST.get("audience", "")
    audience = _Audience(sent) if sent in _Audience.values else _Audience.PUBLIC
    request.after_refusal.append(lambda _response: _keep(request, found, audience))
    standing = request.actor.standings.get(found.client_id)
    if found.is_fresh and standing is not None and standing.is_live and _writes(standing):
        form.keeping = uploads_of(form)
        request.after_refusal.append(lambda _response: _keep_files(request.actor, found, form))
    return found


def uploads_of(form: AnswerForm) -> list[files.Incoming]:
    """The uploads of a refused answer that would be taken: one that would not takes none of the others with it."""
    fine = []
    for upload in form.files.getlist("files") if isinstance(form.files, MultiValueDict) else ():
        upload.seek(0)
        with suppress(Invalid, TooLarge):
            fine += files.check_uploads([upload])
    return files.taken([(each.name, each.data) for each in fine[: settings.UPLOAD_MAX_FILES]])


def _names(actor: Actor, found: Mark, form: AnswerForm) -> list[str]:
    """What the files are called that are kept with it: those of before, and the new ones."""
    standing = actor.standings.get(found.client_id)
    if standing is None or not standing.is_live:
        return []
    with at_the_door(actor, found.client_id):
        rows = DraftFile.objects.filter(client_id=found.client_id, ticket_id=found.ticket_id, user_id=found.user_id)
        before = rows.filter(file__sha256__in=list(form.kept())).order_by("pk")
        return [*before.values_list("file__name", flat=True), *(each.name for each in form.keeping)]


def _writes(standing: Standing) -> bool:
    return holds(standing, Right.TICKET_REPLY) or holds(standing, Right.TICKET_NOTE)


def _keep_files(actor: Actor, found: Mark, form: AnswerForm) -> None:
    """Only where the ticket is still the actor's to see; a full disk keeps the text alone."""
    with at_the_door(actor, found.client_id) as here:
        ticket = Ticket.objects.visible_to(here).filter(client_id=found.client_id, pk=found.ticket_id).first()
        if ticket is not None:
            with suppress(NoRoom):
                draft_files.keep(here, ticket, still=form.kept(), uploads=form.keeping)
