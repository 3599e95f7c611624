"""Answers, notes, and what customers write back."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Invalid, NotFound
from access.rights import Right, Side
from helpdesk.lib import clock
from knowledgebase.models import Revision
from post import files
from tickets import courts, letters, readiness, signals
from tickets.actions import draft_files, handling
from tickets.actions.contracts import bring_under_contract
from tickets.actions.merging import refuse_merged
from tickets.actions.parts import body_of, lock, log_change, require, require_customer, write_message
from tickets.errors import Closed, Stale
from tickets.events import Kind, note
from tickets.models import Draft, DraftFile, Holder, Message, Status, Ticket, WaitingReply


class Then(StrEnum):
    """What an answer leaves the ticket as."""

    WAIT = "wait"
    SOLVED = "solved"
    STAY = "stay"


def reply(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    body: str,
    then: Then = Then.WAIT,
    uploads: Sequence[files.Incoming] = (),
    kept: Sequence[DraftFile] = (),
    revision_id: int | None = None,
    seen_message_id: int | None = None,
    channel: str = "desk",
) -> Message:
    """Answer the customer in the client's name, and leave the ticket waiting, solved or with us.

    It is said all the same to somebody without an address, by whatever way: then no letter goes.

    Whoever answers an unassigned ticket takes it, but for emergency access, which soon ends.
    `seen_message_id` is the newest message that the writer had seen: raises `Stale` where a
    colleague has answered since, `Closed` on a closed ticket.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_REPLY, ticket)
    if ticket.status == Status.CLOSED:
        raise Closed
    readiness.require_ready(actor, ticket)
    _refuse_stale(actor, ticket, seen_message_id)
    now = clock.now()
    if ticket.assignee_id is None and actor.card_id(client_id) is not None and client_id not in actor.lent:
        handling.take(actor, ticket, at=now)
    if ticket.status == Status.SOLVED:
        handling.unsolve(actor, ticket, at=now)
    message = write_message(
        actor,
        ticket,
        body=body_of(body),
        author=Message.Author.STAFF,
        audience=Message.Audience.PUBLIC,
        at=now,
        channel=channel,
        uploads=uploads,
        kept=kept,
        revision=_revision(client_id, revision_id),
    )
    ticket.first_answered_at = ticket.first_answered_at or now
    ticket.updated_at = now
    ticket.save(update_fields=["first_answered_at", "updated_at"])
    note(actor, ticket, Kind.REPLIED, at=now, message=message.pk)
    courts.answer(ticket, at=now)
    signals.staff_answered.send(Ticket, ticket=ticket, actor=actor, at=now)
    letters.answer(actor, ticket, message)
    forget_draft(actor, ticket)
    _leave(actor, ticket, then, at=now)
    # Behind the answer, which must not keep promises that nobody had made before it.
    bring_under_contract(ticket, at=now)
    log_change(actor, ticket, "replied", message=message.pk)
    return message


def _leave(actor: Actor, ticket: Ticket, then: Then, *, at: datetime) -> None:
    """Leave an answered ticket as its writer wants it."""
    if then is Then.SOLVED:
        handling.finish_as_solved(actor, ticket, at=at)
    elif then is Then.WAIT and not (ticket.holder == Holder.CLIENT and courts.workers(ticket) is Holder.VENDOR):
        # A holding answer leaves a ticket with the client that was asked.
        courts.move(actor, ticket, Holder.CUSTOMER, at=at)
    elif then is Then.STAY and ticket.holder == Holder.CUSTOMER:
        courts.move(actor, ticket, courts.workers(ticket), at=at)


def add_note(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    body: str,
    audience: Message.Audience,
    uploads: Sequence[files.Incoming] = (),
    kept: Sequence[DraftFile] = (),
    revision_id: int | None = None,
    channel: str = "desk",
) -> Message:
    """Write a note that the customer never sees: the vendor's own, or shared with the client.

    Raises `Invalid` for a vendor's note by somebody who is of no vendor.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    require(actor, Right.TICKET_NOTE, ticket)
    refuse_merged(ticket)
    if audience is Message.Audience.PUBLIC or (audience is Message.Audience.VENDOR and actor.vendor_id is None):
        raise Invalid(_("A note is for the vendor, or for vendor and client."), "audience")
    now = clock.now()
    message = write_message(
        actor,
        ticket,
        body=body_of(body),
        author=Message.Author.STAFF,
        audience=audience,
        at=now,
        channel=channel,
        uploads=uploads,
        kept=kept,
        revision=_revision(client_id, revision_id),
    )
    forget_draft(actor, ticket)
    if audience is Message.Audience.VENDOR:
        # That there is such a note is the vendor's to know; the client reads that somebody was at work.
        note(actor, ticket, Kind.NOTED, at=now, message=message.pk, audience=audience.value, vendor=actor.vendor_id)
        log_change(actor, ticket, "worked")
    else:
        note(actor, ticket, Kind.NOTED, at=now, message=message.pk, audience=audience.value)
        log_change(actor, ticket, "noted", message=message.pk)
    return message


def write_as_customer(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    body: str,
    uploads: Sequence[files.Incoming] = (),
    channel: str = "portal",
    mail_message_id: str = "",
    unverified: bool = False,
) -> Message:
    """Take what the customer writes on their ticket; a solved one is opened again by it.

    The customer writes themselves, which makes the ticket theirs whoever opened it with their
    address, or a task takes their mail for them.  Raises `Closed`.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    if actor.side is not Side.SYSTEM:
        require_customer(actor, ticket)
        if ticket.reporter_unconfirmed:
            ticket.reporter_unconfirmed = False
            ticket.save(update_fields=["reporter_unconfirmed"])
    if ticket.status == Status.CLOSED:
        raise Closed
    now = clock.now()
    message = write_message(
        actor,
        ticket,
        body=body_of(body),
        author=Message.Author.CUSTOMER,
        audience=Message.Audience.PUBLIC,
        at=now,
        channel=channel,
        uploads=uploads,
        mail_message_id=mail_message_id,
        unverified=unverified,
    )
    if ticket.status == Status.SOLVED:
        handling.unsolve(actor, ticket, at=now)
    note(actor, ticket, Kind.CUSTOMER_WROTE, at=now, message=message.pk)
    take_question(actor, ticket, at=now)
    log_change(actor, ticket, "customer wrote", message=message.pk)
    return message


def take_question(actor: Actor, ticket: Ticket, *, at: datetime) -> None:
    """The customer has asked: their wait begins, and the ball is ours again unless the client holds it."""
    courts.ask(ticket, at=at)
    ticket.updated_at = at
    ticket.save(update_fields=["updated_at"])
    bring_under_contract(ticket, at=at)
    signals.customer_wrote.send(Ticket, ticket=ticket, actor=actor, at=at)
    if ticket.holder == Holder.CUSTOMER:
        courts.move(actor, ticket, courts.workers(ticket), at=at)


def keep_draft(
    actor: Actor, *, client_id: int, ticket_id: int, body: str, audience: Message.Audience, revisions: str = ""
) -> datetime:
    """Keep what a person has begun to write; returns when.  Kept whatever gate is closed.

    Raises `NotFound` for whoever has no account to keep it under.
    """
    if actor.user_id is None:
        raise NotFound
    now = clock.now()
    Draft.objects.update_or_create(
        client_id=client_id,
        user_id=actor.user_id,
        ticket_id=ticket_id,
        defaults={
            "body": body.replace("\x00", "")[:100_000],
            "audience": audience,
            "revisions": "".join(each for each in revisions if each in "0123456789,")[:400],
            "updated_at": now,
        },
    )
    return now


def forget_draft(actor: Actor, ticket: Ticket) -> None:
    """Drop the actor's draft on this ticket with its files, and what waits of theirs for a colleague: it was sent."""
    if actor.user_id is not None:
        draft_files.forget(actor, ticket)
        for model in (Draft, WaitingReply):
            model.objects.filter(client_id=ticket.client_id, user_id=actor.user_id, ticket=ticket).delete()


def _refuse_stale(actor: Actor, ticket: Ticket, seen_message_id: int | None) -> None:
    if seen_message_id is None:
        return
    newer = Message.objects.filter(
        client_id=ticket.client_id,
        ticket=ticket,
        pk__gt=seen_message_id,
        audience=Message.Audience.PUBLIC,
        author=Message.Author.STAFF,
    ).exclude(card_id=actor.card_id(ticket.client_id))
    latest = newer.select_related("card").order_by("-pk").first()
    if latest is not None:
        raise Stale(name=latest.card.name if latest.card else "", at=latest.created_at, latest_id=latest.pk)


def _revision(client_id: int, revision_id: int | None) -> Revision | None:
    if revision_id is None:
        return None
    revision = Revision.objects.filter(client_id=client_id, pk=revision_id).first()
    if revision is None:
        raise Invalid(_("No such article."), "revision")
    return revision
