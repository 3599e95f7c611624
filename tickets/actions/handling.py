"""Who works a ticket, how it is sorted, and when it is done."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Invalid, RightMissing
from access.models import StaffCard
from access.rights import Right, Side
from access.wording import one_line
from helpdesk.lib import clock
from tickets import courts, letters, readiness, signals
from tickets.actions.categories import category_of
from tickets.actions.contracts import bring_under_contract
from tickets.actions.merging import refuse_merged
from tickets.actions.parts import lock, log_change, require, require_customer
from tickets.actions.priorities import service_of, weighed_for
from tickets.errors import AlreadyTaken, Closed
from tickets.events import Kind, note
from tickets.models import (
    Impact,
    Service,
    Skip,
    Status,
    Tag,
    Ticket,
    TicketTag,
    Urgency,
)
from tickets.priorities import Weighed
from tickets.queries import staff

MOST_TAGS = 20
# What `sort` is given instead of a service's id to take the service away.
NO_SERVICE = 0
SKIP_LASTS = timedelta(hours=1)


def assign(
    actor: Actor, *, client_id: int, ticket_id: int, card_id: int | None, expected_card_id: int | None = None
) -> Ticket:
    """Give the ticket to somebody who works for this client now, or to nobody.

    `expected_card_id` is who the actor believes has it: raises `AlreadyTaken` where that has
    changed, so that nobody takes a ticket from under a colleague.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_TRIAGE, ticket)
    refuse_merged(ticket)
    if card_id is not None and not staff.works_now(client_id, card_id):
        raise Invalid(_("Nobody of that name works for this client."), "assignee")
    if card_id is not None and card_id == actor.card_id(client_id):
        readiness.require_ready(actor, ticket)
    elif card_id is not None:
        readiness.require_ready_for(card_id, ticket)
    if ticket.assignee_id not in (expected_card_id, card_id) and ticket.assignee is not None:
        raise AlreadyTaken(ticket.assignee.name)
    if ticket.assignee_id != card_id:
        give(actor, ticket, card_id, at=clock.now())
        log_change(actor, ticket, "assigned", to=card_id)
    return ticket


def take(actor: Actor, ticket: Ticket, *, at: datetime) -> None:
    """Give the locked ticket to the actor."""
    give(actor, ticket, actor.card_id(ticket.client_id), at=at)


def give(actor: Actor, ticket: Ticket, card_id: int | None, *, at: datetime) -> None:
    """Make this the locked ticket's assignee, or nobody."""
    before = ticket.assignee_id
    ticket.assignee = StaffCard.objects.get(client_id=ticket.client_id, pk=card_id) if card_id else None
    ticket.updated_at = at
    ticket.save(update_fields=["assignee", "updated_at"])
    name = ticket.assignee.name if ticket.assignee else ""
    note(actor, ticket, Kind.ASSIGNED, at=at, before=before, after=card_id, name=name)


def solve(actor: Actor, *, client_id: int, ticket_id: int) -> Ticket:
    """Say that the ticket is solved, to the customer too; they may open it again by answering."""
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_TRIAGE, ticket)
    if ticket.status == Status.CLOSED:
        raise Closed
    if ticket.status == Status.OPEN:
        finish_as_solved(actor, ticket, at=clock.now())
        letters.solved(actor, ticket)
        log_change(actor, ticket, "solved")
    return ticket


def finish_as_solved(actor: Actor, ticket: Ticket, *, at: datetime) -> None:
    """Set the locked open ticket to solved: its wait and its stretch end."""
    courts.answer(ticket, at=at)
    courts.finish(ticket, at=at)
    ticket.status, ticket.solved_at, ticket.updated_at = Status.SOLVED, at, at
    ticket.save(update_fields=["status", "solved_at", "updated_at"])
    note(actor, ticket, Kind.SOLVED, at=at)
    signals.ticket_solved.send(Ticket, ticket=ticket, actor=actor, at=at)


def close(actor: Actor, *, client_id: int, ticket_id: int) -> Ticket:
    """Close for good: by staff, by the customer themselves, or by the clock after solving."""
    ticket = lock(actor, ticket_id, client_id=client_id)
    if actor.side is Side.CUSTOMER:
        require_customer(actor, ticket)
    else:
        require(actor, Right.TICKET_TRIAGE, ticket)
    if ticket.status == Status.CLOSED:
        return ticket
    now = clock.now()
    if ticket.status == Status.OPEN:
        finish_as_solved(actor, ticket, at=now)
    ticket.status, ticket.closed_at, ticket.updated_at = Status.CLOSED, now, now
    ticket.save(update_fields=["status", "closed_at", "updated_at"])
    note(actor, ticket, Kind.CLOSED, at=now)
    signals.ticket_closed.send(Ticket, ticket=ticket, actor=actor, at=now)
    log_change(actor, ticket, "closed")
    return ticket


def reopen(actor: Actor, *, client_id: int, ticket_id: int) -> Ticket:
    """Open a solved or closed ticket again: the customer waits for an answer, anew or still."""
    ticket = lock(actor, ticket_id, client_id=client_id)
    if actor.side is Side.CUSTOMER:
        require_customer(actor, ticket)
    else:
        require(actor, Right.TICKET_TRIAGE, ticket)
    if ticket.status != Status.OPEN:
        now = clock.now()
        unsolve(actor, ticket, at=now)
        courts.ask(ticket, at=now)
        # Opening it again asks again, also where nothing is written: an answer is promised for it.
        signals.customer_wrote.send(Ticket, ticket=ticket, actor=actor, at=now)
        log_change(actor, ticket, "reopened")
    return ticket


def unsolve(actor: Actor, ticket: Ticket, *, at: datetime) -> None:
    """Set the locked ticket back to open, in the court of whoever worked it.

    Raises `RightMissing` under emergency access: an open ticket shows how to reach its customer.
    """
    refuse_merged(ticket)
    if ticket.client_id in actor.lent:
        raise RightMissing(_("Emergency access does not open a ticket again. Leave a note for the client instead."))
    # Before it is open: its clocks start by the opening.
    bring_under_contract(ticket, at=at)
    ticket.status, ticket.solved_at, ticket.closed_at = Status.OPEN, None, None
    ticket.reopened += 1
    ticket.updated_at = at
    courts.resume(ticket, courts.workers(ticket), at=at)
    ticket.save(update_fields=["status", "solved_at", "closed_at", "reopened", "updated_at", "holder"])
    note(actor, ticket, Kind.REOPENED, at=at)
    signals.ticket_reopened.send(Ticket, ticket=ticket, actor=actor, at=at)


def sort(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    impact: Impact | None = None,
    urgency: Urgency | None = None,
    category_id: int | None = None,
    service_id: int | None = None,
    need: str | None = None,
) -> Ticket:
    """Change what the ticket is about and how grave it is; the client's table and its service give the priority.

    What is None stays; `NO_SERVICE` takes the service away.  An overridden priority stays as the agent
    set it.  Raises `NotTheirsToRaise` where it would be urgent by somebody who may not take it.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_TRIAGE, ticket)
    refuse_merged(ticket)
    now, category_before = clock.now(), ticket.category_id
    if category_id is not None and category_id != ticket.category_id:
        _set_category(actor, ticket, category_id, at=now)
    if need is not None and need != ticket.need:
        ticket.need = one_line(need, "need", 200)
        note(actor, ticket, Kind.NEED, at=now)
    other = service_id is not None and service_id != (ticket.service_id or NO_SERVICE)
    service = _service(ticket, service_id)
    if other:
        ticket.service = service
        note(actor, ticket, Kind.SERVICE, at=now, name=service.name if service else "")
    graver = (impact or ticket.impact, urgency or ticket.urgency)
    is_graver = graver != (ticket.impact, ticket.urgency)
    if is_graver:
        note(actor, ticket, Kind.IMPACT, at=now, impact=int(graver[0]), urgency=int(graver[1]))
        ticket.impact, ticket.urgency = graver
    if (is_graver or other) and not ticket.priority_reason:
        weighed = weighed_for(client_id, *graver, service, now)
        readiness.require_may_set(actor, ticket, weighed.priority)
        _set_priority(actor, ticket, weighed, reason="", at=now)
    ticket.updated_at = now
    ticket.save(update_fields=["category", "service", "need", "impact", "urgency", "updated_at"])
    if ticket.category_id != category_before:
        signals.category_changed.send(Ticket, ticket=ticket, actor=actor, at=now, before=category_before)
    if other:
        signals.sorted_anew.send(Ticket, ticket=ticket, actor=actor, at=now)
    log_change(actor, ticket, "sorted")
    return ticket


def _service(ticket: Ticket, service_id: int | None) -> Service | None:
    """The service that the ticket shall have; the one it has where `service_id` is None."""
    wanted = ticket.service_id if service_id is None else service_id
    return service_of(ticket.client_id, wanted, kept_id=ticket.service_id) if wanted else None


def _set_category(actor: Actor, ticket: Ticket, category_id: int, *, at: datetime) -> None:
    category = category_of(ticket.client_id, category_id, kept_id=ticket.category_id)
    before, ticket.category = ticket.category_id, category
    note(actor, ticket, Kind.CATEGORY, at=at, before=before, after=category_id, name=category.name)


def override_priority(actor: Actor, *, client_id: int, ticket_id: int, priority: int, reason: str) -> Ticket:
    """Set a priority that the client's table does not give.

    Raises `Invalid` without a reason, `NotTheirsToRaise` where it would be urgent by somebody who may not take it.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_TRIAGE, ticket)
    refuse_merged(ticket)
    why = one_line(reason, "reason", 200)
    if not why:
        raise Invalid(_("Say why the priority differs from the client’s table."), "reason")
    if priority not in (1, 2, 3, 4):
        raise Invalid(_("Priority is a number from 1 to 4."), "priority")
    readiness.require_may_set(actor, ticket, priority)
    _set_priority(actor, ticket, Weighed(priority), reason=why, at=clock.now())
    log_change(actor, ticket, "priority", priority=priority)
    return ticket


def _set_priority(actor: Actor, ticket: Ticket, weighed: Weighed, *, reason: str, at: datetime) -> None:
    before = ticket.priority
    ticket.priority, ticket.weighed = weighed.priority, weighed.kept
    ticket.priority_reason, ticket.updated_at = reason, at
    ticket.save(update_fields=["priority", "weighed", "priority_reason", "updated_at"])
    if before != weighed.priority:
        why = {"because": weighed.because} if weighed.because else {}
        note(actor, ticket, Kind.PRIORITY, at=at, before=before, after=weighed.priority, reason=reason, **why)
        signals.priority_changed.send(Ticket, ticket=ticket, actor=actor, at=at, before=before)


def set_tags(actor: Actor, *, client_id: int, ticket_id: int, names: list[str]) -> Ticket:
    """Make these the ticket's tags; new words become tags of the client."""
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_TRIAGE, ticket)
    refuse_merged(ticket)
    now = clock.now()
    if len(names) > MOST_TAGS:
        raise Invalid(_("At most %(most)s tags on a ticket.") % {"most": MOST_TAGS}, "tags")
    wanted = {one_line(name, "tags", 40).lower() for name in names} - {""}
    present = {
        t.tag.name: t for t in TicketTag.objects.filter(client_id=client_id, ticket=ticket).select_related("tag")
    }
    for name in sorted(wanted - present.keys()):
        tag, _created = Tag.objects.get_or_create(client_id=client_id, name=name)
        TicketTag.objects.create(client_id=client_id, ticket=ticket, tag=tag)
        note(actor, ticket, Kind.TAGGED, at=now, name=name)
    for name in sorted(present.keys() - wanted):
        present[name].delete()
        note(actor, ticket, Kind.UNTAGGED, at=now, name=name)
    if wanted != present.keys():
        signals.sorted_anew.send(Ticket, ticket=ticket, actor=actor, at=now)
    log_change(actor, ticket, "tagged")
    return ticket


def skip(actor: Actor, *, client_id: int, ticket_id: int, reason: str) -> None:
    """Pass over this ticket as the next one for an hour; raises `Invalid` without a reason."""
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_READ, ticket)
    why = one_line(reason, "reason", 200)
    if not why:
        raise Invalid(_("Say why you skip it, so that the next one knows."), "reason")
    card_id = actor.card_id(client_id)
    if card_id is None:
        raise RightMissing
    now = clock.now()
    Skip.objects.create(
        client_id=client_id,
        ticket=ticket,
        vendor_id=actor.vendor_id,
        card_id=card_id,
        reason=why,
        at=now,
        until=now + SKIP_LASTS,
    )
    note(actor, ticket, Kind.SKIPPED, at=now, reason=why)
    log_change(actor, ticket, "skipped")
