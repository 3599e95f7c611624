"""A ticket climbs: escalated along the path of its row, step after step, until somebody takes it on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from access import links
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import ClientProfile, SignedLink
from access.rights import Right, Role
from access.wording import one_line, whole_text
from escalation import checklist, letters, rows
from escalation.engine import climbs, due
from escalation.engine.everybody import Everybody
from escalation.engine.telling import Teller, steps_for
from escalation.errors import AlreadyEscalated, LinkWorks, TakenOn
from escalation.matrix import pingpong, stored
from escalation.matrix.document import Path, Step, Target, Trigger, When, Who
from escalation.models import Contact, Escalation, EscalationStep, Notice
from escalation.parts import cancel_pending, lock_open, log_change, name_of
from escalation.recipients import Reach, left
from escalation.subjects import subjects_of
from helpdesk.lib import clock
from tickets.actions.contracts import bring_under_contract
from tickets.actions.parts import lock
from tickets.events import Kind, note
from tickets.models import Event, Status, Ticket

LONGEST_GIVEN = 300


@dataclass(frozen=True, slots=True)
class Way:
    """How a ticket would climb now: the deciding row from 1, or None where no row fits; `names` by target."""

    version: int | None
    row: int | None
    path: Path
    names: Mapping[Who, str]


def way_for(client_id: int, ticket: Ticket, at: datetime, reach: Reach | None = None) -> Way:
    """The path of the first row that fits, with its steps that somebody can be told by.

    Where no row fits, or nobody on its path can be reached, the client's first contact is asked at once.
    Raises `Invalid` where there is none either.
    """
    reach = reach or Everybody(client_id, at)
    version = rows.current(client_id, at)
    subject = subjects_of(client_id, [ticket], at)[ticket.pk]
    place = version.matcher.match(subject) if version else None
    path = version.document.path(version.document.rows[place].path) if version and place is not None else None
    steps = (
        tuple(step for step in path.steps if reach.of_all((*step.to, *step.instead), ticket.vendor_id)) if path else ()
    )
    if path is None or not steps:
        path, steps = Path("", ()), (_to_anybody(reach),)
    way = Path(path.name, steps, path.asks, path.idle_minutes, path.then, path.then_minutes, path.ends_minutes)
    names = {who: reach.name_of(who) for step in steps for who in step.to}
    return Way(version.number if version else None, None if place is None else place + 1, way, names)


def _to_anybody(reach: Reach) -> Step:
    """A step that asks the client's first contact who can be reached."""
    first = next((contact for contact in reach.contacts.values() if reach.of_contact(contact)), None)
    if first is None:
        raise Invalid(
            _(
                "Nobody at the client can be asked: no row of the escalation matrix fits, and there is no"
                " contact with an address. Ask the client to add one in its console, under Escalation."
            )
        )
    return Step(When(Trigger.START), (Who(Target.CONTACT, first.key),), hands_over=True)


def escalate(
    actor: Actor,
    *,
    client_id: int,
    ticket_id: int,
    reason: str,
    question: str,
    facts: str = "",
    suggestion: str = "",
    given: Mapping[str, str] | None = None,
) -> Escalation:
    """Ask the client: the ticket climbs the path of its row, and what is due at once is told now.

    Needs TICKET_ESCALATE.  With the first step told that hands over the holder becomes the client.  `given`
    is what the path asks for, by what it asks; at priority 1 it may be missing and given later (`give`).
    Raises `Invalid` for a missing reason or question, or for what is asked and not given,
    `AlreadyEscalated`, or `Conflict` on a ticket that is not open.
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
    teller = Teller(actor, client_id, now)
    way = way_for(client_id, ticket, now, teller.reach)
    asked = _asked_for(actor, ticket, way.path, given or {}, now)
    came_back = Escalation.objects.filter(client_id=client_id, ticket=ticket, state__in=Escalation.CAME_BACK).count()
    escalation = Escalation.objects.create(
        client_id=client_id,
        ticket=ticket,
        came_back=came_back,
        matrix_version=way.version if way.row else None,
        row_position=way.row,
        asked_by_id=actor.card_id(client_id),
        asked_by_name=name_of(actor, client_id),
        started_at=now,
        path=stored.write_path(way.path),
        leg_at=now,
        checklist=checklist.write(asked),
        **values,
    )
    note(actor, ticket, Kind.ESCALATED, at=now, question=values["question"], escalation=escalation.pk)
    climbs.begin(actor, [(escalation, way.path)], teller)
    if came_back and pingpong.is_too_often(came_back, _most_often(client_id)):
        _go_up(actor, escalation)
    log_change(actor, escalation, "escalated")
    return escalation


def _most_often(client_id: int) -> int:
    """How often the client allows a ticket to come back before it goes up."""
    rows = ClientProfile.objects.filter(client_id=client_id).values_list("back_and_forth_most", flat=True)
    return rows.first() or pingpong.MOST


def _go_up(actor: Actor, escalation: Escalation) -> None:
    """Tell the next step of both sides at once: the vendor's leads, where no step of its own is left."""
    now, client_id = clock.now(), escalation.client_id
    ascent = climbs.lock(client_id, escalation.ticket_id)
    note(actor, ascent.ticket, Kind.BACK_AND_FORTH, at=now, times=escalation.times_asked, escalation=escalation.pk)
    vendors, clients = pingpong.next_of_both(ascent.climb())
    teller = Teller(actor, client_id, now)
    for place in sorted({found for found in (vendors, clients) if found is not None}):
        teller.tell(ascent.on_path()[place], due_at=now)
    teller.flush()
    if vendors is None:
        _tell_one_more(actor, ascent.escalation, Step(When(Trigger.MANUAL), (Who(Target.ROLE, Role.TEAM_LEAD.value),)))
    due.put(client_id, due.Kind.CLIMB, {escalation.pk: now})
    log_change(actor, ascent.escalation, "went up", times=escalation.times_asked)


def _asked_for(
    actor: Actor, ticket: Ticket, path: Path, given: Mapping[str, str], at: datetime
) -> tuple[checklist.Item, ...]:
    """What the path asks for, as far as it was given; raises `Invalid` for what may not wait."""
    clean = {what: one_line(text, "given", LONGEST_GIVEN) for what, text in given.items()}
    items = checklist.begin(path.asks, clean, by=name_of(actor, ticket.client_id), at=at.isoformat())
    missing = checklist.missing(items)
    if missing and not checklist.may_wait(ticket.priority):
        raise Invalid(_("Give first what the client asks for: %(what)s.") % {"what": ", ".join(missing)}, "given")
    return items


def give(actor: Actor, *, client_id: int, escalation_id: int, place: int, text: str) -> Escalation:
    """Give one more of what the path asks for (counted from 0), while nobody has answered.

    Needs TICKET_ESCALATE.  Raises `Invalid` for nothing, `NotFound` for what is not asked, `AlreadyAnswered`.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.TICKET_ESCALATE)
    text = one_line(text, "given", LONGEST_GIVEN)
    if not text:
        raise Invalid(_("Write it down first."), "given")
    now = clock.now()
    try:
        items = checklist.give(escalation.items, place, text, by=name_of(actor, client_id), at=now.isoformat())
    except IndexError as error:
        raise NotFound from error
    escalation.checklist = checklist.write(items)
    escalation.save(update_fields=["checklist"])
    note(actor, ticket, Kind.GIVEN, at=now, name=items[place].what, escalation=escalation.pk)
    log_change(actor, escalation, "given", place=place)
    return escalation


def press(actor: Actor, *, client_id: int, escalation_id: int, step_id: int) -> EscalationStep:
    """Tell a step of the running path that waits for somebody to press its button.

    Needs TICKET_ESCALATE, or ESCALATION_ANSWER of the client's own people.  Raises `NotFound` for a step that
    waits for no button, `Conflict` where it was told already or nobody is told any more, `AlreadyAnswered`.
    """
    right = Right.TICKET_ESCALATE if actor.may(Right.TICKET_ESCALATE, client_id) else Right.ESCALATION_ANSWER
    ticket, escalation = lock_open(actor, client_id, escalation_id, right)
    rows = EscalationStep.objects.filter(client_id=client_id, escalation=escalation, leg=escalation.leg)
    step = rows.filter(pk=step_id, definition__trigger=Trigger.MANUAL.value).first()
    if step is None:
        raise NotFound
    if escalation.acknowledged_at is not None:
        raise TakenOn(escalation)
    if step.told or step.cancelled_at is not None:
        raise Conflict(_("They were told already."))
    now, step.escalation = clock.now(), escalation
    note(actor, ticket, Kind.PRESSED, at=now, step=step.position, name=name_of(actor, client_id))
    teller = Teller(actor, client_id, now)
    teller.tell(step, due_at=now)
    teller.flush()
    due.put(client_id, due.Kind.CLIMB, {escalation.pk: now})
    log_change(actor, escalation, "step pressed", step=step.position)
    return step


def acknowledge(actor: Actor, *, client_id: int, escalation_id: int) -> Escalation:
    """Say "I am on it": nobody further is told; the question stays open.  A second time changes nothing.

    Needs ESCALATION_ANSWER.  Raises `TakenOn` where somebody else was first, `AlreadyAnswered` where it has ended,
    `Invalid` for a contact by the link of whom it was only told.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    if _is_on_it(actor, escalation):
        return escalation
    if actor.contact_id is not None and is_only_told(escalation, actor.contact_id):
        raise Invalid(_("You were told for your information: nobody waits for your yes. You can answer all the same."))
    told = _told(escalation)
    own = [step for step in told if _is_told(step, actor.contact_id, actor.user_id)]
    _take_on(actor, ticket, escalation, (own or [s for s in told if _asks_client(s)] or told)[-1:])
    return escalation


def acknowledge_as_role(actor: Actor, *, client_id: int, escalation_id: int) -> Escalation:
    """Say "I am on it" as one of the vendor's people whose role was told; as `acknowledge` otherwise.

    Needs TICKET_ESCALATE.  Raises `Conflict` where nobody of the actor's role was asked.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.TICKET_ESCALATE)
    own = asked_as(actor, client_id, _told(escalation))
    if not own:
        raise Conflict(_("Nobody of your role was asked, so there is nothing for you to take on."))
    if not _is_on_it(actor, escalation):
        _take_on(actor, ticket, escalation, own[-1:])
    return escalation


def _is_on_it(actor: Actor, escalation: Escalation) -> bool:
    """Whether the actor has taken it on already; raises `TakenOn` where somebody else has."""
    if escalation.acknowledged_at is None:
        return False
    told = Event.objects.filter(client_id=escalation.client_id, ticket_id=escalation.ticket_id, kind=Kind.ACKNOWLEDGED)
    last = told.filter(data__escalation=escalation.pk).order_by("-pk").first()
    own = actor.card_id(escalation.client_id), name_of(actor, escalation.client_id)[:160]
    # Two people may have one name, and those who share an inbox have it without a card.
    same = last is not None and (last.card_id, escalation.acknowledged_by_name) == own
    if last is None or not same or (last.card_id is None and not _by_one_mailbox(last.data.get("link"), actor.link_id)):
        raise TakenOn(escalation)
    return True


def _by_one_mailbox(one: int | None, other: int | None) -> bool:
    if one == other:
        return True
    mailboxes = SignedLink.objects.filter(pk__in=filter(None, [one, other])).values_list("sent_to", flat=True)
    return len(mailboxes) == 2 and mailboxes[0] == mailboxes[1] != ""


def is_only_told(escalation: Escalation, contact_id: int) -> bool:
    """Whether every step that has told this contact only informs."""
    own = [step for step in _told(escalation) if _is_told(step, contact_id)]
    return bool(own) and not any(stored.read_step(step.definition).needs_yes for step in own)


def asked_as(actor: Actor, client_id: int, steps: Iterable[EscalationStep]) -> list[EscalationStep]:
    """Those of the steps by which the actor, or their role at the vendor, was asked to take it on."""
    if actor.vendor_id is None:
        return []
    role = actor.standing(client_id).role
    return [
        step
        for step in steps
        if step.attempted_at is not None
        and stored.read_step(step.definition).needs_yes
        and any(n.user_id == actor.user_id or (role and n.vendor_role == role) for n in step.notices.all())
    ]


def _told(escalation: Escalation) -> list[EscalationStep]:
    return list(escalation.steps.exclude(attempted_at=None).prefetch_related("notices").order_by("position"))


def _is_told(step: EscalationStep, contact_id: int | None, user_id: int | None = None) -> bool:
    """Whether the step has told this contact, or this person of the staff."""
    notices = step.notices.all()
    return (contact_id is not None and any(notice.contact_id == contact_id for notice in notices)) or (
        user_id is not None and any(notice.user_id == user_id for notice in notices)
    )


def _asks_client(step: EscalationStep) -> bool:
    return any(who.is_clients for who in stored.read_step(step.definition).to)


def _take_on(actor: Actor, ticket: Ticket, escalation: Escalation, own: Sequence[EscalationStep]) -> None:
    """End the climb without ending the question; `own` are the steps that are answered by it."""
    now, client_id = clock.now(), escalation.client_id
    escalation.state, escalation.acknowledged_at = Escalation.State.ACKNOWLEDGED, now
    escalation.acknowledged_by_name = name_of(actor, client_id)[:160]
    escalation.save(update_fields=["state", "acknowledged_at", "acknowledged_by_name"])
    cancel_pending(escalation, at=now)
    for step in own:
        step.acknowledged_at = now
        step.save(update_fields=["acknowledged_at"])
        mine = Notice.objects.filter(client_id=client_id, step=step)
        who = {"contact_id": actor.contact_id} if actor.contact_id else {"user_id": actor.user_id}
        mine.filter(**who).update(acknowledged_at=now)
    due.put(client_id, due.Kind.CLIMB, {escalation.pk: now})
    by = {"link": actor.link_id} if actor.link_id else {}
    note(actor, ticket, Kind.ACKNOWLEDGED, at=now, name=name_of(actor, client_id), escalation=escalation.pk, **by)
    log_change(actor, escalation, "acknowledged")


def pass_on(actor: Actor, *, client_id: int, escalation_id: int, contact_id: int) -> EscalationStep:
    """Have another contact of the client answer instead: they are told at once, with a link of their own.

    Needs ESCALATION_ANSWER.  The caller ends the link that was used.  Raises `Invalid` for
    somebody who is no contact that can be reached, or for oneself, `AlreadyAnswered` where the
    question has ended.
    """
    _ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    contact = Contact.objects.filter(client_id=client_id, pk=contact_id, is_active=True).exclude(email="").first()
    if contact is None or contact.pk == actor.contact_id or left(client_id, [contact], clock.now()):
        raise Invalid(_("Choose somebody of the list."), "contact")
    step = Step(When(Trigger.MANUAL), (Who(Target.CONTACT, contact.key),), hands_over=True)
    told = _tell_one_more(actor, escalation, step)
    log_change(actor, escalation, "passed on", contact=contact.pk)
    return told


def ask_again(actor: Actor, *, client_id: int, escalation_id: int, link: SignedLink) -> EscalationStep:
    """Mail a new link to the one mailbox whose link ended by its time: the actor is the contact that it was for.

    The step is the one by which they were told; the climb goes on as it is.  Needs ESCALATION_ANSWER.  The
    caller ends the old link.  Raises `Invalid` where that mailbox is nobody's to ask any more, `LinkWorks`
    where it has another link that works, `AlreadyAnswered` where the question has ended.
    """
    ticket, escalation = lock_open(actor, client_id, escalation_id, Right.ESCALATION_ANSWER)
    if newer := links.working_beside(link):
        raise LinkWorks(newer.expires_at)
    told = [step for step in _told(escalation) if _is_told(step, actor.contact_id)]
    contact = Contact.objects.filter(client_id=client_id, pk=actor.contact_id or 0, is_active=True).first()
    if contact is None or not told or not letters.ask_once_more(actor, told[-1], contact, link):
        raise Invalid(_("Nobody who may answer reads the address that this link was sent to any more."), "do")
    now, step = clock.now(), told[-1]
    note(actor, ticket, Kind.TOLD, at=now, step=step.position, name=contact.name, role="", mails=1)
    log_change(actor, escalation, "asked again", contact=contact.pk)
    return step


def _tell_one_more(actor: Actor, escalation: Escalation, definition: Step) -> EscalationStep:
    """A step behind the last one that stands in no path, told at once."""
    now = clock.now()
    last = escalation.steps.order_by("-position").values_list("position", flat=True).first() or 0
    teller = Teller(actor, escalation.client_id, now)
    (step,) = EscalationStep.objects.bulk_create(steps_for(escalation, [definition], teller.reach, leg=0, after=last))
    teller.tell(step, due_at=now)
    teller.flush()
    return step


def _may_climb(ticket: Ticket, client_name: str) -> None:
    if ticket.status != Status.OPEN:
        raise Conflict(_("This ticket is not open. Open it again first."))
    if Escalation.objects.filter(client_id=ticket.client_id, ticket=ticket, ended_at=None).exists():
        raise AlreadyEscalated(client_name)
