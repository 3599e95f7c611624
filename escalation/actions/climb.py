"""A ticket climbs: escalated along its row, step after step, until somebody takes it on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access import links
from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import SignedLink
from access.rights import Right
from access.wording import one_line, whole_text
from escalation import dispatch, letters, matrix, recipients, rows, timers
from escalation.actions.answers import withdraw_ended
from escalation.actions.parts import cancel_pending, lock_both, lock_open, log_change, name_of
from escalation.errors import AlreadyEscalated, LinkWorks
from escalation.models import Contact, Escalation, EscalationStep, Target
from helpdesk.lib import clock
from tickets import courts
from tickets.actions.contracts import bring_under_contract
from tickets.actions.parts import lock
from tickets.events import Kind, note
from tickets.models import Holder, Status, Ticket


@dataclass(frozen=True, slots=True)
class Path:
    """The way that a ticket would climb now; `row` is None where no row fits."""

    version: int | None
    row: matrix.Row | None
    steps: tuple[matrix.Step, ...]
    contacts: dict[int, Contact]


def path_for(client_id: int, ticket: Ticket, at: datetime) -> Path:
    """The steps of the first row that fits, without contacts who are gone or can't be reached.

    Where no row fits, or it names nobody who can be reached, the client's first contact is asked
    at once.  Raises `Invalid` where there is none either.
    """
    contacts = {contact.pk: contact for contact in Contact.objects.filter(client_id=client_id).order_by("pk")}
    can = recipients.reachable(client_id, list(contacts.values()), at)
    version, found = rows.in_force(client_id)
    row = matrix.match(found, ticket.category_id, ticket.priority)
    steps = tuple(s for s in row.steps if s.contact_id is None or s.contact_id in can) if row else ()
    if not steps:
        first = next((pk for pk in contacts if pk in can), None)
        if first is None:
            raise Invalid(
                _(
                    "Nobody at the client can be asked: no row of the escalation matrix fits, and there is no"
                    " contact with an address. Ask the client to add one in its console, under Escalation."
                )
            )
        steps = (matrix.Step(0, contact_id=first),)
    return Path(version, row, steps, contacts)


def escalate(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    reason: str,
    question: str,
    facts: str = "",
    suggestion: str = "",
) -> Escalation:
    """Ask the client: the ticket climbs the path of its row, and what is due at once is told now.

    Needs TICKET_ESCALATE.  With the first contact told the holder becomes the client.  Raises
    `Invalid` for a missing reason or question, `AlreadyEscalated`, or `Conflict` on a ticket that
    is not open.
    """
    ticket = lock(actor, ticket_id, client_id=client_id)
    standing = actor.require(Right.TICKET_ESCALATE, client_id)
    _may_climb(ticket, standing.client.name)
    values = {
        "reason": one_line(reason, "reason", 40),
        "question": one_line(question, "question", 300),
        "facts": whole_text(facts, "facts", 4000),
        "suggestion": one_line(suggestion, "suggestion", 300),
    }
    if not values["reason"]:
        raise Invalid(_("Say why you ask."), "reason")
    if not values["question"]:
        raise Invalid(_("Write the one question that they should answer."), "question")
    now = clock.now()
    bring_under_contract(ticket, at=now)
    path = path_for(client_id, ticket, now)
    escalation = Escalation.objects.create(
        client_id=client_id,
        ticket=ticket,
        matrix_version=path.version if path.row else None,
        row_position=path.row.position if path.row else None,
        asked_by_id=actor.card_id(client_id),
        asked_by_name=name_of(actor, client_id),
        started_at=now,
        **values,
    )
    note(actor, ticket, Kind.ESCALATED, at=now, question=values["question"], escalation=escalation.pk)
    _begin(actor, escalation, path, at=now)
    log_change(actor, escalation, "escalated")
    return escalation


def tell_step(actor: Actor, *, step_id: int) -> None:
    """Tell a step that is due, once; or, where it was told, look whether the climb is over.

    For the sweep: the actor is the system inside one client.  A step of a climb that was
    acknowledged or has ended is not told.
    """
    (client_id,) = actor.standings
    found = EscalationStep.objects.filter(client_id=client_id, pk=step_id).values(
        "escalation_id", "escalation__ticket_id"
    )
    if not found:
        dispatch.drop([step_id])
        return
    ticket, escalation = lock_both(client_id, found[0]["escalation__ticket_id"], found[0]["escalation_id"])
    steps = _steps_of(escalation)
    step = next(s for s in steps if s.pk == step_id)
    now = clock.now()
    if escalation.ended_at is not None:
        dispatch.drop([s.pk for s in steps])
    elif ticket.status != Status.OPEN:
        withdraw_ended(actor, escalation, at=now)
    elif step.attempted_at is None and step.cancelled_at is None and step.due_at <= now:
        _tell(actor, step, at=now)
        _keep_watch(step, steps, at=now)
    elif step.attempted_at is not None or step.cancelled_at is not None:
        _keep_watch(step, steps, at=now)


def acknowledge(actor: Actor, *, client_id: int, escalation_id: int) -> Escalation:
    """Say "I am on it": nobody further is told; the question stays open.  A second time changes nothing.

    Needs ESCALATION_ANSWER.  Raises `AlreadyAnswered` where it has ended.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    if escalation.acknowledged_at is not None:
        return escalation
    told = _told(escalation)
    own = [step for step in told if step.contact_id is not None and step.contact_id == actor.contact_id]
    _take_on(actor, ticket, escalation, (own or [s for s in told if s.contact_id is not None] or told)[-1:])
    return escalation


def acknowledge_as_role(actor: Actor, *, client_id: int, escalation_id: int) -> Escalation:
    """Say "I am on it" as one of the vendor's people whose role was told; as `acknowledge` otherwise.

    Needs TICKET_ESCALATE.  Raises `Conflict` where nobody of the actor's role was told.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.TICKET_ESCALATE)
    own = told_as(actor, client_id, _told(escalation))
    if not own:
        raise Conflict(_("Nobody of your role was told, so there is nothing for you to take on."))
    if escalation.acknowledged_at is None:
        _take_on(actor, ticket, escalation, own[-1:])
    return escalation


def told_as(actor: Actor, client_id: int, steps: Iterable[EscalationStep]) -> list[EscalationStep]:
    """Those of the steps by which the actor's own role at the vendor was told."""
    role = actor.standing(client_id).role
    mine = actor.vendor_id is not None and bool(role)
    return [step for step in steps if mine and step.attempted_at is not None and step.vendor_role == role]


def _told(escalation: Escalation) -> list[EscalationStep]:
    return list(escalation.steps.exclude(attempted_at=None).order_by("position"))


def _take_on(actor: Actor, ticket: Ticket, escalation: Escalation, own: Sequence[EscalationStep]) -> None:
    """End the climb without ending the question; `own` are the steps that are answered by it."""
    now, client_id = clock.now(), escalation.client_id
    escalation.state, escalation.acknowledged_at = Escalation.State.ACKNOWLEDGED, now
    escalation.save(update_fields=["state", "acknowledged_at"])
    steps = cancel_pending(escalation, at=now)
    for step in own:
        step.acknowledged_at = now
        step.save(update_fields=["acknowledged_at"])
    dispatch.watch(steps[-1], at=now)
    note(actor, ticket, Kind.ACKNOWLEDGED, at=now, name=name_of(actor, client_id), escalation=escalation.pk)
    log_change(actor, escalation, "acknowledged")


def pass_on(actor: Actor, *, client_id: int, escalation_id: int, contact_id: int) -> EscalationStep:
    """Have another contact of the client answer instead: they are told at once, with a link of their own.

    Needs ESCALATION_ANSWER.  The caller ends the link that was used.  Raises `Invalid` for
    somebody who is no contact that can be reached, or for oneself, `AlreadyAnswered` where the
    question has ended.
    """
    _ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    contact = Contact.objects.filter(client_id=client_id, pk=contact_id, is_active=True).exclude(email="").first()
    if contact is None or contact.pk == actor.contact_id:
        raise Invalid(_("Choose somebody of the list."), "contact")
    step = _tell_one_more(actor, escalation, contact)
    log_change(actor, escalation, "passed on", contact=contact.pk)
    return step


def ask_again(actor: Actor, *, client_id: int, escalation_id: int, link: SignedLink) -> EscalationStep:
    """Mail a new link to the one mailbox whose link ended by its time: the actor is the contact that it was for.

    The step is the one by which they were told; the climb goes on as it is.  Needs ESCALATION_ANSWER.  The
    caller ends the old link.  Raises `Invalid` where that mailbox is nobody's to ask any more, `LinkWorks`
    where it has another link that works, `AlreadyAnswered` where the question has ended.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    if newer := links.working_beside(link):
        raise LinkWorks(newer.expires_at)
    told = [step for step in _told(escalation) if step.contact_id is not None and step.contact_id == actor.contact_id]
    contact = Contact.objects.filter(client_id=client_id, pk=actor.contact_id or 0, is_active=True).first()
    if contact is None or not told or not letters.ask_once_more(actor, told[-1], contact, link):
        raise Invalid(_("Nobody who may answer reads the address that this link was sent to any more."), "do")
    now, step = clock.now(), told[-1]
    note(actor, ticket, Kind.TOLD, at=now, step=step.position, name=contact.name, role="", mails=1)
    log_change(actor, escalation, "asked again", contact=contact.pk)
    return step


def _tell_one_more(actor: Actor, escalation: Escalation, contact: Contact) -> EscalationStep:
    """A step behind the last one, told at once."""
    now = clock.now()
    last = escalation.steps.order_by("-position").values_list("position", flat=True).first() or 0
    step = EscalationStep.objects.create(
        client_id=escalation.client_id,
        escalation=escalation,
        position=last + 1,
        target=Target.CONTACT,
        contact=contact,
        target_name=contact.name,
        due_at=now,
    )
    _tell(actor, step, at=now)
    return step


def _may_climb(ticket: Ticket, client_name: str) -> None:
    if ticket.status != Status.OPEN:
        raise Conflict(_("This ticket is not open. Open it again first."))
    if Escalation.objects.filter(client_id=ticket.client_id, ticket=ticket, ended_at=None).exists():
        raise AlreadyEscalated(client_name)


def _begin(actor: Actor, escalation: Escalation, path: Path, *, at: datetime) -> None:
    """Write the steps, tell those due at once, and leave the others to the sweep."""
    steps = [
        EscalationStep(
            client_id=escalation.client_id,
            escalation=escalation,
            position=position,
            target=Target.CONTACT if step.is_clients else Target.VENDOR_ROLE,
            vendor_role=step.vendor_role,
            contact=path.contacts[step.contact_id] if step.contact_id else None,
            target_name=path.contacts[step.contact_id].name if step.contact_id else step.vendor_role,
            due_at=at + timedelta(minutes=step.after_minutes),
        )
        for position, step in enumerate(path.steps, start=1)
    ]
    EscalationStep.objects.bulk_create(steps)
    for step in steps:
        if step.due_at <= at:
            _tell(actor, step, at=at)
    later = [step for step in steps if step.attempted_at is None]
    dispatch.put(later)
    if not later:
        dispatch.watch(steps[-1], at=at)


def _tell(actor: Actor, step: EscalationStep, *, at: datetime) -> None:
    """Tell one step's target; a contact's makes the client the holder and starts its clock."""
    escalation, client_id = step.escalation, step.client_id
    ticket = escalation.ticket
    step.attempted_at = at
    step.save(update_fields=["attempted_at"])
    if step.contact is not None:
        courts.move(actor, ticket, Holder.CLIENT, at=at)
        timers.client_asked(ticket, at=at)
        to = recipients.of_contact(step.contact, at)
        letters.ask_contact(actor, step, step.contact, to)
    else:
        to = recipients.of_role(client_id, ticket.vendor_id, step.vendor_role, at)
        letters.tell_vendor(actor, step, to)
    # A role's name would be in somebody's language.
    name = step.contact.name if step.contact else ""
    note(actor, ticket, Kind.TOLD, at=at, step=step.position, name=name, role=step.vendor_role, mails=len(to))


def _steps_of(escalation: Escalation) -> Sequence[EscalationStep]:
    steps = list(escalation.steps.select_related("contact").order_by("position"))
    for step in steps:
        step.escalation = escalation
    return steps


def _keep_watch(step: EscalationStep, steps: Sequence[EscalationStep], *, at: datetime) -> None:
    """Forget a step that is done; where it was the last one, look again in a while."""
    waiting = any(s.attempted_at is None and s.cancelled_at is None for s in steps)
    if waiting:
        dispatch.drop([step.pk])
    else:
        dispatch.watch(step, at=at)
