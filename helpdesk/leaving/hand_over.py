"""What somebody leaves behind at a client: their open tickets go back to the queue, and stand in notes for a lead.

Made by the keeper a moment after the place has ended, by whoever or by time alone: revocation waits for nothing.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from access import scope
from access.actor import Actor
from access.models import Assignment, Client, Contract, Membership, StaffCard
from access.rights import Side
from access.tasks import in_client
from helpdesk.leaving.models import HandOver
from helpdesk.lib import clock
from tickets.actions import handling
from tickets.models import Draft, Event, Status, Ticket


def sweep(now: datetime) -> int:
    """Make the notes of everybody who holds open tickets at a client and has no place there; returns how many."""
    made = 0
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        with in_client(client_id, "leaving.hand_over") as actor:
            for card in _gone(client_id, now):
                _make(actor, card)
                made += 1
    return made


def _gone(client_id: int, now: datetime) -> list[StaffCard]:
    """Cards of people without a place who hold open tickets; a place ends with its contract too."""
    live = Q(card_id=OuterRef("pk")) & (Q(ends_at=None) | Q(ends_at__gt=now))
    places = Assignment.objects.filter(live, client_id=client_id, contract__in=Contract.lasting_at(now))
    held = Ticket.objects.filter(client_id=client_id, assignee_id=OuterRef("pk"), status=Status.OPEN)
    cards = StaffCard.objects.select_for_update(of=("self",), skip_locked=True).filter(client_id=client_id)
    return list(
        cards.filter(Exists(held))
        .exclude(Exists(places))
        .exclude(Exists(Membership.objects.filter(live, client_id=client_id)))
    )


def _make(actor: Actor, card: StaffCard) -> None:
    tickets = Ticket.objects.filter(client_id=card.client_id, assignee_id=card.pk, status=Status.OPEN)
    found = list(tickets.order_by("priority", "asked_at", "pk"))
    begun = _begun(card)
    HandOver.objects.create(
        client_id=card.client_id,
        card=card,
        name=card.name,
        made_at=clock.now(),
        tickets=[_line(ticket, begun) for ticket in found],
    )
    for ticket in found:
        handling.assign(actor, client_id=card.client_id, ticket_id=ticket.pk, card_id=None, expected_card_id=card.pk)


def _begun(card: StaffCard) -> set[int]:
    """The tickets on which the person has begun an answer; what it says stays theirs."""
    with scope.enter(scope.Scope(side=Side.SYSTEM, client_ids=(card.client_id,), user_id=card.user_id)):
        return set(Draft.objects.filter(client_id=card.client_id).exclude(body="").values_list("ticket_id", flat=True))


def _line(ticket: Ticket, begun: set[int]) -> dict[str, Any]:
    last = Event.objects.filter(client_id=ticket.client_id, ticket_id=ticket.pk).order_by("-pk").first()
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "subject": ticket.subject,
        "priority": ticket.priority,
        "holder": ticket.holder,
        "asked_at": ticket.asked_at.isoformat() if ticket.asked_at else "",
        "due_at": ticket.due_at.isoformat() if ticket.due_at else "",
        "last": last.kind if last else "",
        "last_at": last.at.isoformat() if last else "",
        "begun": ticket.pk in begun,
    }
