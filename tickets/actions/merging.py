"""Two tickets of one customer about one thing become one: what was said goes along, nobody's wait gets shorter."""

from django.db.models import Q
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict, Invalid
from access.rights import Right
from access.tasks import in_client
from helpdesk.lib import clock
from post import kinds
from post.models import OutboxMail
from tickets import courts, index, signals
from tickets.actions.parts import lock, log_change, require
from tickets.events import Kind, note
from tickets.models import Attachment, Draft, DraftFile, Holder, Message, Status, Ticket, WaitingReply


def merge(actor: Actor, *, client_id: int, ticket_id: int, into_id: int) -> Ticket:
    """Put one ticket together with another, or with what that was merged into itself; gives the one that stays.

    Its messages, notes and files go over in their order of time; its history stays with it, closed, and leads to the
    other.  The customer's wait and the open promises of the one that stays count from the earlier of the two.

    Needs TICKET_TRIAGE on both.  Raises `NotFound` for a ticket that the actor does not see, `Invalid` for a ticket
    merged into itself, `Conflict` for one that is not open, of another customer, or with something left to decide.
    """
    into_id = final_id(client_id, into_id)
    if ticket_id == into_id:
        raise Invalid(_("A ticket can’t be merged into itself."), "into")
    # In one order, so that two who merge the same ones never wait for each other.
    found = {pk: lock(actor, pk, client_id=client_id) for pk in sorted((ticket_id, into_id))}
    ticket, into = found[ticket_id], found[into_id]
    for each in (ticket, into):
        require(actor, Right.TICKET_TRIAGE, each)
    _may_merge(ticket, into)
    now = clock.now()
    signals.before_merge.send(Ticket, ticket=ticket, into=into, actor=actor, at=now)
    _move_words(ticket, into)
    courts.merge(ticket, into, at=now)
    if into.asked_at is not None and into.holder == Holder.CUSTOMER:
        # The customer waits, so the ball isn't theirs.
        courts.move(actor, into, courts.workers(into), at=now)
    into.updated_at = now
    into.save(update_fields=["updated_at"])
    # Closed and not solved: reports count what is solved on the ticket that stays.
    ticket.status, ticket.closed_at, ticket.updated_at = Status.CLOSED, now, now
    ticket.merged_into = into
    ticket.save(update_fields=["status", "closed_at", "updated_at", "merged_into"])
    note(actor, ticket, Kind.MERGED, at=now, into=into.number)
    note(actor, into, Kind.MERGED, at=now, number=ticket.number)
    signals.ticket_merged.send(Ticket, ticket=ticket, into=into, actor=actor, at=now)
    log_change(actor, ticket, "merged", into=into.number)
    log_change(actor, into, "merged", number=ticket.number)
    return into


def final_id(client_id: int, ticket_id: int) -> int:
    """The ticket that this one was merged into, and that one in its turn; itself where it was not."""
    seen = {ticket_id}
    rows = Ticket.objects.filter(client_id=client_id)
    while (further := rows.filter(pk=ticket_id).values_list("merged_into_id", flat=True).first()) is not None:
        if further in seen:
            break
        seen.add(further)
        ticket_id = further
    return ticket_id


def refuse_merged(ticket: Ticket) -> None:
    """Raise `Conflict` for a ticket that is a part of another one now."""
    if ticket.merged_into_id is not None:
        number = (
            Ticket.objects.filter(client_id=ticket.client_id, pk=ticket.merged_into_id).values_list("number").first()
        )
        raise Conflict(
            _("This ticket was merged into #%(number)s. Go on there.") % {"number": number[0] if number else "?"}
        )


def _may_merge(ticket: Ticket, into: Ticket) -> None:
    refuse_merged(ticket)
    if ticket.customer_id != into.customer_id:
        raise Conflict(
            _(
                "These are two customers’ tickets: what one wrote is not the other’s to read. Link both to a known"
                " problem instead; then they are written to together."
            )
        )
    if into.merged_into_id is not None:
        # Between the look at where it leads and the lock.
        raise Conflict(_("#%(number)s has just been merged into another ticket. Look again.") % {"number": into.number})
    for each in (ticket, into):
        if each.status != Status.OPEN:
            raise Conflict(_("#%(number)s is not open. Open it again first.") % {"number": each.number})
    if ticket.call_at is not None:
        raise Conflict(_("A call is promised on this ticket. Keep it, or take it back, first."))
    if WaitingReply.objects.filter(client_id=ticket.client_id, ticket=ticket).exists():
        raise Conflict(_("An answer on this ticket waits for a colleague. Send it, or put it aside, first."))


def _move_words(ticket: Ticket, into: Ticket) -> None:
    """Messages, notes and files, and the letters to the customer.

    The actor's own draft too, with the files beside it, where they have none over there.
    """
    about = Q(client_id=ticket.client_id, ticket=ticket)
    # As the system, which gives nothing of it back: a side's own notes go along whoever merges.
    with in_client(ticket.client_id, "tickets.merge"):
        words = Message.objects.filter(about)
        if ticket.reporter_unconfirmed:
            # On the other ticket they would read as the customer's own.
            words.filter(author=Message.Author.CUSTOMER).update(unverified=True)
        # Where they came over before, they stay words of the first.
        words.filter(merged_from=None).update(merged_from=ticket)
        words.update(ticket=into)
        index.move(ticket, into)
        Attachment.objects.filter(about).update(ticket=into)
    # What was written on the one and did not arrive is told, and sent again, on the other.
    mails = OutboxMail.objects.filter(client_id=ticket.client_id, ticket_id=ticket.pk)
    letters = mails.filter(kind__in=kinds.of(kinds.Whose.CUSTOMER))
    letters.update(ticket_id=into.pk)
    writing = Draft.objects.filter(client_id=ticket.client_id, ticket=into).values("user_id")
    # The files first: with the drafts over there, nobody would be without one.
    DraftFile.objects.filter(about).exclude(user_id__in=writing).update(ticket=into)
    Draft.objects.filter(about).exclude(user_id__in=writing).update(ticket=into)
