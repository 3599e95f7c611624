"""An incident from its first word to its last: begun, written on, eased, fixed, closed, and what the portal says."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict, Invalid
from access.rights import Right
from access.wording import needed_line, one_line, whole_text
from escalation.engine import due
from escalation.incidents import announcing
from escalation.incidents.linking import put_link
from escalation.incidents.parts import (
    Happened,
    Nature,
    State,
    WrittenSince,
    happened,
    lock_incident,
    log_incident,
    note_on,
)
from escalation.models import Contact, Incident, IncidentEvent, IncidentTicket, Notice, PortalBanner, SlaPolicy
from escalation.models.incidents import LONGEST_BANNER, LONGEST_TITLE
from escalation.parts import name_of
from escalation.recipients import Reach
from helpdesk.lib import clock
from helpdesk.lib.locks import hold
from knowledgebase.models import Article
from tickets.actions.merging import refuse_merged
from tickets.actions.parts import lock
from tickets.models import Status, Tag, Ticket, TicketTag

LONGEST_KNOWN = 20_000
# A row of the client's matrix with this tag names the path of major incidents.
TAG = "major incident"
Party = SlaPolicy.Party


@dataclass(frozen=True, slots=True)
class Definition:
    """What is said of a cause; `article_id` is the workaround, `due_on` the day by which it is to be mended."""

    title: str
    known: str = ""
    owner: str = Party.CLIENT.value
    contact_id: int | None = None
    article_id: int | None = None
    due_on: date | None = None


def begin(
    actor: Actor, *, client_id: int, nature: Incident.Nature, given: Definition, ticket_id: int | None = None
) -> Incident:
    """Write down a known problem, or declare a major incident on a ticket, which is linked to it.

    A major incident's ticket climbs the path of the row of the matrix that has the tag `TAG`.
    Needs INCIDENT_LEAD.  Raises `Invalid`, `NotFound`, and `Conflict` for a ticket that is not open or has one.
    """
    actor.require(Right.INCIDENT_LEAD, client_id)
    now, is_major = clock.now(), nature is Nature.MAJOR
    ticket = lock(actor, ticket_id, client_id=client_id) if ticket_id is not None else None
    if is_major:
        _may_be_parent(client_id, ticket)
    values = _checked(client_id, given)
    hold("incidents", client_id)
    last = Incident.objects.filter(client_id=client_id).aggregate(last=Max("number"))["last"] or 0
    row = Incident.objects.create(
        client_id=client_id,
        number=last + 1,
        nature=nature,
        parent=ticket if is_major else None,
        began_at=now,
        began_by_name=name_of(actor, client_id)[:160],
        **values,
    )
    happened(actor, row, Happened.BEGAN, at=now, nature=nature.value)
    log_incident(actor, row, "begun", nature=nature.value)
    if ticket is not None:
        put_link(actor, row, ticket, at=now)
    if is_major and ticket is not None:
        _mark(row, ticket)
        note_on(actor, ticket, row, "declared", at=now)
        due.put(client_id, due.Kind.INCIDENT, {row.pk: now})
    return row


def change(actor: Actor, *, client_id: int, number: int, revision: int, given: Definition, review: str) -> Incident:
    """Say something else of it; raises as `begin`, and `WrittenSince` where it was changed since `revision`."""
    row = lock_incident(actor, client_id, number)
    if row.revision != revision:
        raise WrittenSince(_("Somebody has changed this meanwhile. Look at it again: your words stand below."))
    values = _checked(client_id, given)
    values["review"] = whole_text(review, "review", LONGEST_KNOWN)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.revision += 1
    row.save(update_fields=[*changed, "revision"])
    happened(actor, row, Happened.CHANGED, fields=sorted(changed))
    log_incident(actor, row, "changed", fields=sorted(changed))
    return row


def ease(actor: Actor, *, client_id: int, number: int) -> Incident:
    """The worst is over: there is a workaround, or it is stable.  Needs INCIDENT_LEAD; raises `Conflict`."""
    row = lock_incident(actor, client_id, number)
    _from(row, State.OPEN)
    row.state, row.eased_at = State.EASED, clock.now()
    _stepped(actor, row, Happened.EASED, "eased_at")
    return row


def fix(actor: Actor, *, client_id: int, number: int, body: str, solves: bool, once: str) -> Incident:
    """It is mended: every customer is told on their ticket, whoever works on one is told here, the banner goes.

    Needs INCIDENT_LEAD and TICKET_REPLY.  A second time changes nothing where it is the same form.
    Raises `Empty` without a text, `Conflict` where it is mended already.
    """
    row = lock_incident(actor, client_id, number)
    if announcing.said_before(row, once) is not None:
        return row
    _from(row, *Incident.LASTING)
    row.state, row.fixed_at = State.FIXED, clock.now()
    _stepped(actor, row, Happened.FIXED, "fixed_at")
    announcing.say(actor, row, body=body, solves=solves, once=once)
    _end_banner(actor, row)
    _tell_workers(actor, row)
    # Whoever asks the client about its ticket from here on goes the ordinary way.
    if row.parent_id is not None:
        TicketTag.objects.filter(client_id=client_id, ticket_id=row.parent_id, tag__name=TAG).delete()
    return row


def open_again(actor: Actor, *, client_id: int, number: int) -> Incident:
    """It was not mended after all: whoever was not yet told that it is, is told so no more.

    Needs INCIDENT_LEAD; raises `Conflict` where it lasts already, another was declared on its ticket since, or that was
    merged into another.
    """
    row = lock_incident(actor, client_id, number)
    _from(row, State.FIXED, State.CLOSED)
    if row.parent_id is not None:
        # As `begin` does, so that only one of two at once gets the ticket.
        parent = Ticket.objects.select_for_update(of=("self",)).get(client_id=client_id, pk=row.parent_id)
        refuse_merged(parent)
        _is_free(client_id, parent, besides=row.pk)
        _mark(row, parent)
    announcing.stop(row)
    row.state, row.fixed_at, row.closed_at, row.eased_at = State.OPEN, None, None, None
    _stepped(actor, row, Happened.AGAIN, "fixed_at", "closed_at", "eased_at")
    return row


def close(actor: Actor, *, client_id: int, number: int) -> Incident:
    """Nothing more is to be done or learned.  Needs INCIDENT_LEAD; raises `Conflict` where it is not mended."""
    row = lock_incident(actor, client_id, number)
    _from(row, State.FIXED)
    row.state, row.closed_at = State.CLOSED, clock.now()
    _stepped(actor, row, Happened.CLOSED, "closed_at")
    return row


def put_banner(actor: Actor, *, client_id: int, number: int, text: str) -> Incident:
    """Say something on every page of the client's own portal while a major incident lasts; "" takes it away.

    Needs INCIDENT_LEAD; raises `Invalid` for what is too long, `Conflict` for what is no major incident or is over.
    """
    row = lock_incident(actor, client_id, number)
    words = one_line(text, "banner", LONGEST_BANNER)
    if not words:
        _end_banner(actor, row)
        return row
    if row.nature != Nature.MAJOR:
        raise Conflict(_("Only a major incident is told on the portal."))
    _from(row, *Incident.LASTING)
    now = clock.now()
    PortalBanner.objects.update_or_create(
        client_id=client_id, incident=row, defaults={"text": words, "said_at": now, "ended_at": None}
    )
    happened(actor, row, Happened.BANNER, at=now, text=words)
    log_incident(actor, row, "told on the portal")
    return row


def _mark(row: Incident, ticket: Ticket) -> None:
    """Have the ticket of a major incident stand in the row of the matrix that is for such tickets."""
    tag, _new = Tag.objects.get_or_create(client_id=row.client_id, name=TAG)
    TicketTag.objects.get_or_create(client_id=row.client_id, ticket=ticket, tag=tag)


def _end_banner(actor: Actor, row: Incident) -> None:
    now = clock.now()
    if PortalBanner.objects.filter(client_id=row.client_id, incident=row, ended_at=None).update(ended_at=now):
        happened(actor, row, Happened.NO_BANNER, at=now)
        log_incident(actor, row, "no more on the portal")


def _tell_workers(actor: Actor, row: Incident) -> None:
    """Whoever has one of its open tickets, and the contact who owns it, reads of it on the pages."""
    now, told = clock.now(), dict[int, tuple[str, Ticket]]()
    links = IncidentTicket.objects.filter(client_id=row.client_id, incident=row, ticket__status=Status.OPEN)
    for link in links.select_related("ticket__assignee").exclude(ticket__assignee=None).order_by("-ticket_id"):
        card = link.ticket.assignee
        if card is not None and card.user_id is not None:
            told[card.user_id] = (card.name, link.ticket)
    first = IncidentTicket.objects.filter(client_id=row.client_id, incident=row).select_related("ticket").first()
    if row.contact_id is not None and first is not None:
        contact = Contact.objects.get(client_id=row.client_id, pk=row.contact_id)
        for one in Reach(row.client_id, now).of_contact(contact):
            if one.user_id is not None:
                told.setdefault(one.user_id, (one.name, first.ticket))
    told.pop(actor.user_id or 0, None)
    Notice.objects.bulk_create(
        Notice(
            client_id=row.client_id,
            unique=f"incident/{row.pk}/{now.timestamp():.0f}/app/{user_id}",
            incident=row,
            ticket=ticket,
            channel="app",
            user_id=user_id,
            name=name[:160],
            due_at=now,
            attempted_at=now,
            accepted_at=now,
        )
        for user_id, (name, ticket) in told.items()
    )


def _may_be_parent(client_id: int, ticket: Ticket | None) -> None:
    if ticket is None:
        raise Invalid(_("A major incident is declared on a ticket. Choose the one that tells it best."), "ticket")
    if ticket.status != Status.OPEN:
        raise Conflict(_("This ticket is not open. Open it again first."))
    _is_free(client_id, ticket)


def _is_free(client_id: int, ticket: Ticket, *, besides: int = 0) -> None:
    lasting = Incident.objects.filter(client_id=client_id, parent=ticket, nature=Nature.MAJOR)
    if (other := lasting.exclude(pk=besides).exclude(state=State.CLOSED).first()) is not None:
        said = {"number": other.number}
        raise Conflict(_("A major incident was declared on this ticket already: number %(number)s.") % said)


def _from(row: Incident, *states: Incident.State) -> None:
    if row.state not in states:
        said = {"state": row.get_state_display()}
        raise Conflict(_("Somebody was first: it is marked “%(state)s” now.") % said)


def _stepped(actor: Actor, row: Incident, kind: IncidentEvent.Kind, *moments: str) -> None:
    row.revision += 1
    row.save(update_fields=["state", "revision", *moments])
    happened(actor, row, kind)
    log_incident(actor, row, kind.value)


def _checked(client_id: int, given: Definition) -> dict[str, object]:
    title = needed_line(given.title, "title", LONGEST_TITLE, _("Say in a line what is wrong."))
    if given.owner not in Party.values:
        raise Invalid(_("Choose who mends it."), "owner")
    contacts, articles = Contact.objects.filter(client_id=client_id), Article.objects.filter(client_id=client_id)
    if given.contact_id is not None and not contacts.filter(pk=given.contact_id).exists():
        raise Invalid(_("No such contact."), "contact")
    if given.article_id is not None and not articles.filter(pk=given.article_id).exists():
        raise Invalid(_("No such article."), "article")
    return {
        "title": title,
        "known": whole_text(given.known, "known", LONGEST_KNOWN),
        "owner": given.owner,
        "contact_id": given.contact_id,
        "article_id": given.article_id,
        "due_on": given.due_on,
    }
