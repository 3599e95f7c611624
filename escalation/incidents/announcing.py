"""One message to all whom an incident concerns: on each of their tickets once, whatever fails in between.

What is to be said is a row for each ticket, written together with the announcement.  The engine writes the messages in
batches; a batch and what it has done of the list are one transaction, so that a worker that dies has said nothing.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Conflict, Invalid
from access.rights import Right
from escalation.engine import due
from escalation.engine.beginnings import SOON, locked
from escalation.incidents.parts import Happened, happened, lock_incident, log_incident
from escalation.models import Announcement, AnnouncementTicket, Incident, IncidentEvent, IncidentTicket
from escalation.parts import name_of
from helpdesk.lib import clock
from helpdesk.lib.locks import hold
from tickets.actions.announcing import announce
from tickets.actions.parts import body_of
from tickets.models import Status, Ticket

State = AnnouncementTicket.State
_UNTOLD = (State.WAITS, State.FAILED)
BATCH = 25
LONGEST_ONCE = 64
_log = logging.getLogger(__name__)


def tell_all(actor: Actor, *, client_id: int, number: int, body: str, once: str) -> Announcement:
    """Write to every customer whose open ticket hangs on the incident.

    Needs INCIDENT_LEAD and TICKET_REPLY.  Said once for each `once`: a second time gives what was said the first.
    Raises `Empty` or `Invalid` for the text or `once`, `Conflict` where no ticket hangs on it or it is over.
    """
    row = lock_incident(actor, client_id, number)
    if (said := said_before(row, once)) is not None:
        return said
    if row.state not in Incident.LASTING:
        raise Conflict(_("This is mended. Open it again first, where there is more to say."))
    if not IncidentTicket.objects.filter(client_id=client_id, incident=row).exists():
        raise Conflict(_("No ticket hangs on it yet: there is nobody to write to."))
    return say(actor, row, body=body, solves=False, once=once)


def said_before(row: Incident, once: str) -> Announcement | None:
    """What this form has said of the incident; raises `Invalid` where it has said something of another."""
    hold("announcement", row.client_id, once)
    said = Announcement.objects.filter(client_id=row.client_id, once=once).first()
    if said is not None and said.incident_id != row.pk:
        raise Invalid(_("Open the page anew, and send it again."))
    return said


def say(actor: Actor, row: Incident, *, body: str, solves: bool, once: str) -> Announcement:
    """Write down what all are told, and whom it is to reach; the engine does the rest."""
    actor.require(Right.TICKET_REPLY, row.client_id)
    if not once or len(once) > LONGEST_ONCE:
        raise Invalid(_("Open the page anew, and send it again."))
    text, now = body_of(body), clock.now()
    said = Announcement.objects.create(
        client_id=row.client_id,
        incident=row,
        body=text,
        solves=solves,
        at=now,
        by_name=name_of(actor, row.client_id)[:160],
        once=once,
    )
    links = IncidentTicket.objects.filter(client_id=row.client_id, incident=row)
    count = links.filter(ticket__status=Status.OPEN).count()
    _put(said, links.order_by("ticket_id").values_list("ticket_id", flat=True))
    happened(actor, row, Happened.TOLD, at=now, tickets=count, announcement=said.pk)
    log_incident(actor, row, "told", tickets=count)
    return said


def say_again(row: Incident, tickets: Iterable[Ticket]) -> None:
    """Tell the customers of these tickets too what all were told last, if that still holds (see `newest`)."""
    if (said := newest(row)) is not None:
        _put(said, [ticket.pk for ticket in tickets])


def newest(row: Incident) -> Announcement | None:
    """What all were told last; nothing of what was said before the incident was opened again holds any more."""
    said = Announcement.objects.filter(client_id=row.client_id, incident=row).order_by("-pk").first()
    again = IncidentEvent.objects.filter(client_id=row.client_id, incident=row, kind=Happened.AGAIN)
    return None if said is None or again.filter(at__gte=said.at).exists() else said


def stop(row: Incident) -> None:
    """What still waits to be said of this incident is said to nobody."""
    waiting = AnnouncementTicket.objects.filter(client_id=row.client_id, announcement__incident=row)
    waiting.filter(state__in=_UNTOLD).delete()


def forget(row: Incident, ticket: Ticket) -> None:
    """What waits to be said on this ticket isn't any more."""
    waiting = AnnouncementTicket.objects.filter(client_id=row.client_id, announcement__incident=row, ticket=ticket)
    waiting.filter(state__in=_UNTOLD).delete()


def go_along(ticket: Ticket, into: Ticket, *, at: datetime) -> None:
    """What waits to be said on a ticket that is merged is said on the one that stays, and what was said not again.

    Both tickets are locked.
    """
    rows = AnnouncementTicket.objects.filter(client_id=ticket.client_id)
    for row in rows.filter(ticket=ticket, state=State.TOLD):
        waits = rows.filter(ticket=into, announcement_id=row.announcement_id, state__in=_UNTOLD)
        waits.update(state=State.TOLD, message_id=row.message_id, done_at=at)
    there = rows.filter(ticket=into).values("announcement_id")
    waiting = rows.filter(ticket=ticket, state__in=_UNTOLD)
    waiting.filter(announcement_id__in=there).delete()
    # One that could not be written over there waits to be tried again here.
    waiting.update(ticket=into)


def _put(said: Announcement, ticket_ids: Iterable[int]) -> None:
    about = {"client_id": said.client_id, "announcement": said}
    rows = [AnnouncementTicket(ticket_id=ticket_id, **about) for ticket_id in ticket_ids]
    AnnouncementTicket.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    Announcement.objects.filter(client_id=said.client_id, pk=said.pk).update(told_at=None)
    due.put(said.client_id, due.Kind.ANNOUNCE, {said.pk: clock.now()})


def look(actor: Actor, client_id: int, subjects: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Write the next of these announcements; gives when to go on with each, None where all is said."""
    rows = Announcement.objects.filter(client_id=client_id, pk__in=list(subjects)).order_by("pk")
    return dict.fromkeys(subjects) | {row.pk: _go_on(actor, row, at) for row in rows}


def _go_on(actor: Actor, said: Announcement, at: datetime) -> datetime | None:
    waiting = AnnouncementTicket.objects.filter(client_id=said.client_id, announcement=said, state=State.WAITS)
    held = locked(said.client_id, waiting.order_by("ticket_id").values_list("ticket_id", flat=True)[:BATCH])
    # Read once the tickets are held: until then one may have been told, taken off or merged.
    batch = list(waiting.filter(ticket_id__in=list(held)).order_by("ticket_id").select_for_update(skip_locked=True))
    for row in batch:
        _tell(actor, said, row, held[row.ticket_id], at)
    # What another writes down meanwhile waits for this row, and finds it unsaid (`_put`).
    Announcement.objects.select_for_update(no_key=True).get(client_id=said.client_id, pk=said.pk)
    if waiting.exists():
        # Tickets that somebody works on this moment come a second later.
        return at if batch else at + SOON
    Announcement.objects.filter(client_id=said.client_id, pk=said.pk).update(told_at=at)
    return None


def _tell(actor: Actor, said: Announcement, row: AnnouncementTicket, ticket: Ticket, at: datetime) -> None:
    row.done_at = at
    if ticket.status != Status.OPEN:
        row.state = State.OVER
    else:
        try:
            with transaction.atomic():
                message = announce(actor, ticket, body=said.body, by_name=said.by_name, solves=said.solves, at=at)
                row.state, row.message_id = State.TOLD, message.pk
        except Exception:
            # One ticket keeps nobody else from hearing of it; whoever leads sees which one it was.
            _log.exception("announcement %s could not be written on ticket %s", said.pk, ticket.pk)
            row.state = State.FAILED
    row.save(update_fields=["state", "message_id", "done_at"])


def again(actor: Actor, *, client_id: int, number: int) -> int:
    """Try those once more that could not be written; tells how many.  Needs INCIDENT_LEAD."""
    row = lock_incident(actor, client_id, number)
    failed = AnnouncementTicket.objects.filter(client_id=client_id, announcement__incident=row, state=State.FAILED)
    ids = set(failed.values_list("announcement_id", flat=True))
    count: int = failed.update(state=State.WAITS, done_at=None)
    if count:
        happened(actor, row, Happened.RETRIED, tickets=count)
        log_incident(actor, row, "told again", tickets=count)
    Announcement.objects.filter(client_id=client_id, pk__in=ids).update(told_at=None)
    due.put(client_id, due.Kind.ANNOUNCE, dict.fromkeys(ids, clock.now()))
    return count
