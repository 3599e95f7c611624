"""Taking the next ticket: two people who press the button at once get two tickets."""

from collections.abc import Sequence

from access.actor import Actor
from access.errors import NotFound
from access.rights import Right
from helpdesk.lib import clock
from tickets import readiness
from tickets.actions import handling
from tickets.actions.parts import lock, log_change, require
from tickets.errors import AlreadyTaken, NotReady
from tickets.models import Status, Ticket
from tickets.queries import next_ticket, reach

# More than one may be taken from under us in the moment between looking and locking.
TRIES = 8


def claim(actor: Actor, *, client_id: int, ticket_id: int) -> Ticket:
    """Take a ticket that nobody has, or that is the actor's already.

    The row's lock decides between two who claim at once: the second sees the first and gets
    `AlreadyTaken`; so does a ticket that is no longer in our court.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_TRIAGE, ticket)
    card_id = actor.card_id(client_id)
    if ticket.assignee_id not in (None, card_id):
        raise AlreadyTaken(ticket.assignee.name if ticket.assignee else "")
    if ticket.status != Status.OPEN or ticket.holder != reach.our_court(actor):
        raise AlreadyTaken("")
    readiness.require_ready(actor, ticket)
    if ticket.assignee_id is None:
        handling.take(actor, ticket, at=clock.now())
        log_change(actor, ticket, "assigned", to=card_id)
    return ticket


def take_next(actor: Actor, *, languages: Sequence[str] = (), offered: int | None = None) -> Ticket | None:
    """Claim the next ticket, the `offered` one if it is still among them; None where nothing waits."""
    found = next_ticket.candidates(actor, languages, most=TRIES)
    found.sort(key=lambda candidate: candidate.id != offered)
    for candidate in found:
        try:
            return claim(actor, client_id=candidate.client_id, ticket_id=candidate.id)
        except (AlreadyTaken, NotFound, NotReady):
            continue
    return None
