"""How an escalation ends: answered, not needed, incomplete, declined, taken over, or withdrawn."""

from datetime import datetime

from django.utils.translation import gettext as _

from access.actor import Actor
from access.clearance import closed_duties_of
from access.errors import Invalid
from access.rights import Right
from access.wording import whole_text
from escalation import timers
from escalation.models import Escalation
from escalation.parts import end, lock_open, log_change
from helpdesk.lib import clock
from tickets import courts
from tickets.actions import handling
from tickets.actions.parts import write_message
from tickets.events import Kind, note
from tickets.models import Holder, Message, Ticket
from tickets.queries import staff

State = Escalation.State
LONGEST_ANSWER = 4000


def return_to_support(actor: Actor, *, client_id: int, escalation_id: int, answer: str) -> Escalation:
    """Answer the question: the ticket is the vendor's again and its clock goes on where it paused.

    Needs ESCALATION_ANSWER, as every ending by the client does.  Raises `Invalid` without an
    answer, `AlreadyAnswered` where somebody was first.
    """
    text = whole_text(answer, "answer", LONGEST_ANSWER)
    if not text:
        raise Invalid(_("Write an answer first, or choose “Not needed”."), "answer")
    return _hand_back(actor, client_id, escalation_id, State.RETURNED, text)


def return_as_suggested(actor: Actor, *, client_id: int, escalation_id: int, more: str = "") -> Escalation:
    """Answer with what support suggested, and with `more` below it; as `return_to_support` otherwise.

    Raises `Invalid` where nothing was suggested.
    """
    actor.require(Right.ESCALATION_ANSWER, client_id)
    rows = Escalation.objects.filter(client_id=client_id, pk=escalation_id)
    suggestion = rows.values_list("suggestion", flat=True).first()
    if not suggestion:
        raise Invalid(_("Support has suggested nothing. Write an answer."), "answer")
    answer = _("Yes, as suggested: %(text)s") % {"text": suggestion}
    whole = "\n\n".join(filter(None, (answer, more.strip())))
    return return_to_support(actor, client_id=client_id, escalation_id=escalation_id, answer=whole)


def not_needed(actor: Actor, *, client_id: int, escalation_id: int, answer: str = "") -> Escalation:
    """Say that support could decide this alone: its clock goes on as if it had never paused."""
    text = whole_text(answer, "answer", LONGEST_ANSWER)
    return _hand_back(actor, client_id, escalation_id, State.NOT_NEEDED, text)


def incomplete(actor: Actor, *, client_id: int, escalation_id: int, missing: str) -> Escalation:
    """Say what is missing to decide: the vendor's clock goes on as if it had never paused.

    Raises `Invalid` where nothing is named.
    """
    text = whole_text(missing, "answer", LONGEST_ANSWER)
    if not text:
        raise Invalid(_("Write what is missing, so that support can ask for it."), "answer")
    return _hand_back(actor, client_id, escalation_id, State.INCOMPLETE, text)


def decline(actor: Actor, *, client_id: int, escalation_id: int, reason: str) -> Escalation:
    """Say that the client won't do what is asked, and why: the ticket is the vendor's again.

    It is an answer: the vendor's clock goes on where it paused.  Raises `Invalid` without a reason.
    """
    text = whole_text(reason, "answer", LONGEST_ANSWER)
    if not text:
        raise Invalid(_("Write why you decline, so that support can tell the customer."), "answer")
    return _hand_back(actor, client_id, escalation_id, State.DECLINED, text)


def take_over(actor: Actor, *, client_id: int, escalation_id: int, answer: str = "") -> Escalation:
    """The client's own people work the ticket from here, on the desk, for their client only.

    It is given to the actor's card where they have one, else to nobody, and stays the client's.
    """
    text = whole_text(answer, "answer", LONGEST_ANSWER)
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    now = clock.now()
    courts.move(actor, ticket, Holder.CLIENT, at=now)
    _end(actor, escalation, State.TAKEN_OVER, text, at=now)
    handling.give(actor, ticket, actor.card_id(client_id), at=now)
    note(actor, ticket, Kind.TAKEN_OVER, at=now, name=escalation.answered_by_name, escalation=escalation.pk)
    log_change(actor, escalation, "taken over")
    return escalation


def withdraw(actor: Actor, *, client_id: int, escalation_id: int) -> Escalation:
    """Take the question back: the ticket is the vendor's, as if it had never been escalated.

    Needs TICKET_ESCALATE.  Raises `AlreadyAnswered` where somebody was first.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.TICKET_ESCALATE)
    give_way(actor, ticket, escalation, at=clock.now())
    return escalation


def give_way(actor: Actor, ticket: Ticket, escalation: Escalation, *, at: datetime, void: bool = True) -> None:
    """End a running escalation of a locked ticket without an answer: nobody is asked any more.

    The vendor's clocks go on as if the client had never been asked, unless not `void`.
    """
    _end(actor, escalation, State.WITHDRAWN, "", at=at)
    courts.move(actor, ticket, Holder.VENDOR, at=at, void=void and ticket.holder == Holder.CLIENT)
    note(actor, ticket, Kind.WITHDRAWN, at=at, name=escalation.answered_by_name, escalation=escalation.pk)
    log_change(actor, escalation, "withdrawn")


def _hand_back(actor: Actor, client_id: int, escalation_id: int, state: State, text: str) -> Escalation:
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    now = clock.now()
    _end(actor, escalation, state, text, at=now)
    void = state in (State.NOT_NEEDED, State.INCOMPLETE) and ticket.holder == Holder.CLIENT
    courts.move(actor, ticket, Holder.VENDOR, at=now, void=void)
    _give_to_asker(actor, escalation, at=now)
    if text:
        _write_note(actor, escalation, text, at=now)
    name = escalation.answered_by_name
    note(actor, ticket, Kind.RETURNED, at=now, state=state.value, name=name, escalation=escalation.pk)
    log_change(actor, escalation, state.value)
    return escalation


def _give_to_asker(actor: Actor, escalation: Escalation, *, at: datetime) -> None:
    """An answer that nobody waits for would lie in the queue: who asked takes it, while they work there.

    Not where they take no new tickets: asking would be a way around what they lack.
    """
    ticket, asker = escalation.ticket, escalation.asked_by_id
    if ticket.assignee_id is not None or asker is None or not staff.works_now(ticket.client_id, asker):
        return
    if not closed_duties_of(ticket.client_id, asker):
        handling.give(actor, ticket, asker, at=at)


def _end(actor: Actor, escalation: Escalation, state: State, answer: str, *, at: datetime) -> None:
    """Close the escalation, and the client's clock with it."""
    end(actor, escalation, state, answer, at=at)
    if state == State.WITHDRAWN:
        timers.client_spared(escalation.ticket, at=at)
    else:
        timers.client_answered(escalation.ticket, at=at)


def _write_note(actor: Actor, escalation: Escalation, text: str, *, at: datetime) -> None:
    """Put the answer into the thread as a note that vendor and client share, in the name of who answered.

    A contact without a place on the staff has no card, so the note carries the name itself.
    """
    client_name = actor.standing(escalation.client_id).client.name
    named = "" if actor.card_id(escalation.client_id) else f"{escalation.answered_by_name}, {client_name}"
    write_message(
        actor,
        escalation.ticket,
        body=text,
        author=Message.Author.STAFF,
        audience=Message.Audience.SHARED,
        at=at,
        channel="escalation",
        author_name=named[:160],
    )
