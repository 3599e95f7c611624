"""Has an answer wait for a colleague where its author may not send it, and tells them who that is."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from django.http import HttpResponse

from access.actor import Actor, Standing, holds
from access.clearance import at_the_door
from access.errors import Invalid, Refused
from access.requests import DoorRequest
from access.rights import Right
from tickets import cover
from tickets.actions import waiting_replies
from tickets.actions.conversation import Then
from tickets.actions.parts import body_of
from tickets.desk import closing_lines
from tickets.desk.forms import AnswerForm
from tickets.errors import NotReady
from tickets.models import Message, Status, Ticket


@dataclass(frozen=True, slots=True)
class Offer:
    """That an answer is kept and waits: for whom by name ("" for whoever is first), and what they can do."""

    name: str
    sentence: str


def offer(request: DoorRequest, ticket: Ticket, error: Refused, *, files: Collection[str]) -> Offer | None:
    """Where something is missing for new tickets: keep the answer once this is rolled back, and say who can send it.

    `files` are the digests of the kept files that go with it.
    """
    if not isinstance(error, NotReady):
        return None
    return _offer(request, ticket.client_id, ticket.pk, ", ".join(error.missing), files)


def offer_behind_gate(request: DoorRequest, *, client_id: int, ticket_id: int, files: Collection[str]) -> Offer | None:
    """The same for somebody who is kept from their place by a hard gate of the client's.

    None where nothing was to be sent, and for whoever has no place there any more: they are told
    nothing of the client's, neither who is on shift nor how the ticket stands.
    """
    standing = request.actor.standings.get(client_id)
    if standing is None or not standing.closed or not standing.is_live:
        return None
    return _offer(request, client_id, ticket_id, standing.closed[0].value, files)


def _offer(request: DoorRequest, client_id: int, ticket_id: int, missing: str, files: Collection[str]) -> Offer | None:
    actor, form = request.actor, AnswerForm(request.POST, request.FILES)
    standing: Standing = actor.standings[client_id]
    if not form.is_valid() or form.cleaned_data["audience"] != Message.Audience.PUBLIC:
        return None
    if not holds(standing, Right.TICKET_REPLY):
        return None
    with at_the_door(actor, client_id) as here:
        ticket = Ticket.objects.visible_to(here).filter(client_id=client_id, pk=ticket_id).first()
        body = closing_lines.without(here, standing.client, form.cleaned_data["body"])
        if ticket is None or ticket.status == Status.CLOSED or not _can_be_sent(body):
            return None
        found = cover.find(ticket, actor.user_id, actor.vendor_id)
    kept = partial(
        waiting_replies.keep,
        client_id=client_id,
        ticket_id=ticket_id,
        body=body,
        then=Then(form.cleaned_data["then"] or Then.WAIT),
        revision_id=form.revision_id(),
        missing=missing,
        for_user_id=found.user_id if found else None,
        files=files,
    )
    request.after_refusal.append(partial(_keep, actor, client_id, kept))
    return Offer(found.name, found.sentence(standing.client.name)) if found else Offer("", cover.nobody())


def _keep(actor: Actor, client_id: int, kept: partial, _response: HttpResponse) -> None:
    with at_the_door(actor, client_id) as here:
        kept(here)


def _can_be_sent(body: str) -> bool:
    try:
        body_of(body)
    except Invalid:
        return False
    return True
