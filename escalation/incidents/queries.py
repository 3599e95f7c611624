"""Incidents as pages show them.  Reads only."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from access.actor import Actor, ClientFace
from access.errors import NotFound
from access.rights import Right
from escalation import calendars
from escalation.calendars import week_of
from escalation.incidents import announcing, picture
from escalation.incidents.parts import Happened, Nature, State
from escalation.incidents.picture import Picture
from escalation.models import Announcement, AnnouncementTicket, Incident, IncidentEvent, IncidentTicket, PortalBanner
from helpdesk.lib import clock
from helpdesk.lib.business_time import seconds_between
from tickets import index
from tickets.models import Event, Status, Ticket

LISTED, SHOWN_TICKETS, SHOWN_EVENTS, SUGGESTED = 200, 200, 500, 20
# What the parent's escalation does stands in the timeline too.
_STEPS = ("began_to_climb", "told", "acknowledged", "climbs_on", "unheard", "returned", "taken_over", "expired")


@dataclass(frozen=True, slots=True)
class Listed:
    """One incident of a list, with how many tickets it has, how many of them are open, and whether it is overdue."""

    row: Incident
    face: ClientFace
    tickets: int
    open: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Said:
    """An announcement, and how far it has come: by what became of it, the number of tickets."""

    row: Announcement
    counts: dict[str, int]

    @property
    def whole(self) -> int:
        """Whom it is to reach."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """What is done with, said or not."""
        return self.whole - self.counts.get(AnnouncementTicket.State.WAITS, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """An incident with what all were told of it, and how far that has come."""

    row: Incident
    said: list[Said]

    @property
    def is_being_told(self) -> bool:
        """Whether an announcement is on its way."""
        return any(each.row.told_at is None for each in self.said)


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of the timeline: what was done in the incident, or on its ticket; `more` of its kind right behind it."""

    at: datetime
    event: IncidentEvent | None = None
    step: Event | None = None
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident with all that its page shows; `lost` are seconds of support hours (see `hours_lost`)."""

    row: Incident
    parent: Ticket | None
    links: list[IncidentTicket]
    tickets: int
    open: int
    lost: int
    is_late: bool
    picture: Picture | None
    said: list[Said]
    can_repeat: bool
    turns: list[Turn]
    banner: PortalBanner | None
    others: list[Ticket] = field(default_factory=list)

    @property
    def lasts(self) -> bool:
        """Whether it still costs somebody something."""
        return self.row.state in Incident.LASTING

    @property
    def is_major(self) -> bool:
        """Whether it is a major incident."""
        return bool(self.row.nature == Nature.MAJOR)

    @property
    def has_more(self) -> bool:
        """Whether it has more tickets than are shown."""
        return len(self.links) != self.tickets

    @property
    def is_being_told(self) -> bool:
        """Whether an announcement is on its way."""
        return Progress(self.row, self.said).is_being_told

    @property
    def failed(self) -> int:
        """On how many tickets an announcement could not be written."""
        return sum(each.counts.get(AnnouncementTicket.State.FAILED, 0) for each in self.said)


def visible_to(actor: Actor) -> QuerySet[Incident]:
    """Every incident of a client that the actor reads tickets of; by emergency access those of the ticket lent."""
    known = {client_id for client_id in actor.clients_with(Right.TICKET_READ) if client_id not in actor.lent}
    known |= set(actor.clients_with(Right.TICKET_READ_ALL))
    of_lent = IncidentTicket.objects.filter(client_id__in=list(actor.lent), ticket_id__in=list(actor.lent.values()))
    return Incident.objects.filter(Q(client_id__in=list(known)) | Q(pk__in=of_lent.values("incident_id")))


def listed(actor: Actor, faces: Iterable[ClientFace], *, all_states: bool = False) -> list[Listed]:
    """The incidents of these clients, those that last first, the newest first; one statement."""
    known = {face.id: face for face in faces}
    rows = visible_to(actor).filter(client_id__in=list(known)).select_related("contact")
    if not all_states:
        rows = rows.exclude(state=State.CLOSED)
    counted = rows.annotate(
        tickets=Count("links"), open=Count("links", filter=Q(links__ticket__status=Status.OPEN))
    ).order_by("-began_at")[:LISTED]
    found = [
        Listed(row, known[row.client_id], row.tickets, row.open, is_late(row, known[row.client_id])) for row in counted
    ]
    return sorted(found, key=lambda each: each.row.state not in Incident.LASTING)


def progress(actor: Actor, client_id: int, number: int) -> Progress:
    """How far the announcements of an incident have come; three statements.  Raises `NotFound`."""
    row = visible_to(actor).filter(client_id=client_id, number=number).first()
    if row is None:
        raise NotFound
    return Progress(row, _said(row))


def is_late(row: Incident, face: ClientFace) -> bool:
    """Whether its day is over on the client's calendar, and it is not mended."""
    today = clock.as_local(clock.now(), face.time_zone).date()
    return row.due_on is not None and row.due_on < today and row.state in Incident.LASTING


def one(actor: Actor, face: ClientFace, number: int, words: str = "") -> Shown:
    """One incident with what belongs to it, and tickets that `words` find or that are alike; raises `NotFound`.

    All its tickets are counted, and those shown that the actor sees.
    """
    rows = visible_to(actor).filter(client_id=face.id, number=number).select_related("contact", "article")
    row = rows.first()
    if row is None:
        raise NotFound
    every = IncidentTicket.objects.filter(client_id=face.id, incident=row)
    # What was merged into another ticket is over without being solved.
    over_at = Coalesce("ticket__solved_at", "ticket__closed_at")
    times = list(every.values_list("ticket__created_at", over_at, "ticket__status"))
    seen = Ticket.objects.visible_to(actor).filter(client_id=face.id)
    mine = every.filter(ticket__in=seen).select_related("ticket__customer", "ticket__assignee")
    links = list(mine.order_by("-ticket_id")[:SHOWN_TICKETS])
    parent = seen.filter(pk=row.parent_id).first() if row.parent_id is not None else None
    now = clock.now()
    turns = [(name, at) for name, at in (("eased", row.eased_at), ("fixed", row.fixed_at)) if at is not None]
    said = _said(row)
    turns += [("told", each.row.at) for each in said]
    return Shown(
        row,
        links=links,
        tickets=len(times),
        open=sum(status == Status.OPEN for _opened, _solved, status in times),
        lost=hours_lost(face.id, [(opened, solved or row.fixed_at) for opened, solved, _status in times], now),
        is_late=is_late(row, face),
        picture=picture.draw([opened for opened, *_rest in times], turns, row.fixed_at or now),
        said=said,
        can_repeat=announcing.newest(row) is not None,
        parent=parent,
        turns=_turns(row, parent),
        banner=PortalBanner.objects.filter(client_id=face.id, incident=row, ended_at=None).first(),
        others=_others(actor, row, words),
    )


def hours_lost(client_id: int, stretches: Sequence[tuple[datetime, datetime | None]], now: datetime) -> int:
    """The support hours, in seconds, from the opening of each ticket until it was solved, or until now.

    Counted on the client's main support hours as they are now: of a customer who waits over a weekend
    that nobody is promised, nothing is counted.
    """
    hours = calendars.in_force(client_id, now).get(calendars.main_name(client_id))
    if hours is None:
        return 0
    week = week_of(hours)
    return sum(max(0, seconds_between(week, opened, min(until or now, now))) for opened, until in stretches)


def of_ticket(client_id: int, ticket_id: int) -> list[Incident]:
    """The incidents that a ticket hangs on, the newest first; one statement."""
    rows = Incident.objects.filter(client_id=client_id, links__ticket_id=ticket_id)
    return list(rows.select_related("article", "contact").order_by("-number"))


def lasting(client_id: int) -> list[Incident]:
    """The incidents of a client that a ticket can be linked to, the newest first."""
    return list(Incident.objects.filter(client_id=client_id).exclude(state=State.CLOSED).order_by("-number")[:LISTED])


def banners(client_id: int) -> list[PortalBanner]:
    """What a client's portal says at present, the newest first; one statement."""
    return list(PortalBanner.objects.filter(client_id=client_id, ended_at=None).order_by("-said_at")[:3])


def _said(row: Incident) -> list[Said]:
    rows = list(Announcement.objects.filter(client_id=row.client_id, incident=row).order_by("-pk"))
    counted = AnnouncementTicket.objects.filter(client_id=row.client_id, announcement__in=rows)
    found: dict[int, dict[str, int]] = {}
    for pk, state, count in counted.values_list("announcement_id", "state").annotate(count=Count("pk")).order_by():
        found.setdefault(pk, {})[state] = count
    return [Said(each, found.get(each.pk, {})) for each in rows]


def _turns(row: Incident, parent: Ticket | None) -> list[Turn]:
    """What was done, the first first: links that follow on one another are one line."""
    events = IncidentEvent.objects.filter(client_id=row.client_id, incident=row)
    # Of the many links those shown first are enough; what else was done is few, and none of it is left out for them.
    shown = [*_first(events.filter(kind=Happened.LINKED)), *_first(events.exclude(kind=Happened.LINKED))]
    found: list[Turn] = []
    for event in sorted(shown, key=lambda event: (event.at, event.pk)):
        last = found[-1] if found else None
        is_link = event.kind == Happened.LINKED
        before = last.event if last is not None and last.event is not None else None
        if last is not None and before is not None and _alike(before, event):
            found[-1] = Turn(last.at, before, numbers=(*last.numbers, event.data["ticket"]))
            continue
        found.append(Turn(event.at, event, numbers=(event.data["ticket"],) if is_link else ()))
    if parent is not None:
        steps = Event.objects.filter(client_id=row.client_id, ticket=parent, kind__in=_STEPS)
        found += [Turn(step.at, step=step) for step in steps.filter(at__gte=row.began_at).order_by("pk")[:SHOWN_EVENTS]]
    return sorted(found, key=lambda turn: turn.at)


def _first(events: QuerySet[IncidentEvent]) -> QuerySet[IncidentEvent]:
    return events.order_by("at", "pk")[:SHOWN_EVENTS]


def _alike(before: IncidentEvent, event: IncidentEvent) -> bool:
    """Whether both link tickets, by the same person."""
    return (before.kind, before.by_name) == (event.kind, event.by_name) and event.kind == Happened.LINKED


def _others(actor: Actor, row: Incident, words: str) -> list[Ticket]:
    """Open tickets that could hang on it too: those that the words find, or else those of the same categories."""
    linked = IncidentTicket.objects.filter(client_id=row.client_id, incident=row)
    rows = Ticket.objects.visible_to(actor).filter(client_id=row.client_id, status=Status.OPEN)
    rows = rows.exclude(pk__in=linked.values("ticket_id")).select_related("customer", "category")
    if words:
        ids: Collection[int] = index.find(words)
        named = Q(pk__in=ids)
        if words.lstrip("#").isdecimal() and len(words) < 12:
            named |= Q(number=int(words.lstrip("#")))
        return list(rows.filter(named).order_by("-pk")[:SUGGESTED])
    alike = rows.filter(category_id__in=linked.exclude(ticket__category=None).values("ticket__category_id"))
    return list(alike.order_by("-pk")[:SUGGESTED])
