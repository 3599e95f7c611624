"""What every change of an incident shares: its lock, its timeline, the ticket's history and the log."""

from datetime import datetime
from typing import Any

from access import log
from access.actor import Actor
from access.errors import Conflict, NotFound
from access.rights import Right
from escalation.models import Incident, IncidentEvent
from escalation.parts import name_of
from helpdesk.lib import clock
from tickets.actions.parts import entry_of_change
from tickets.events import Kind, note
from tickets.models import Ticket

INCIDENT = "incident"
State, Nature, Happened = Incident.State, Incident.Nature, IncidentEvent.Kind


class WrittenSince(Conflict):
    """Somebody has changed the incident since it was read."""


def lock_incident(actor: Actor, client_id: int, number: int, right: Right = Right.INCIDENT_LEAD) -> Incident:
    """The incident of this number, its row locked until the transaction ends; raises `RightMissing`, `NotFound`."""
    actor.require(right, client_id)
    # Not against rows that only name it: whoever holds a ticket may write one, while we wait for that ticket.
    row = Incident.objects.select_for_update(no_key=True).filter(client_id=client_id, number=number).first()
    if row is None:
        raise NotFound
    return row


def happened(actor: Actor, row: Incident, kind: IncidentEvent.Kind, *, at: datetime | None = None, **data: Any) -> None:
    """Write into the incident's timeline what the actor has done."""
    IncidentEvent.objects.create(
        client_id=row.client_id,
        incident=row,
        kind=kind,
        at=at or clock.now(),
        by_name=name_of(actor, row.client_id)[:160],
        data=data,
    )


def log_incident(actor: Actor, row: Incident, what: str, **detail: object) -> None:
    """The access-log entry of a change that touches no ticket."""
    detail = {"what": f"incident {what}", "number": row.number, **detail}
    log.record(actor, row.client_id, log.Action.CHANGE, (INCIDENT, row.pk), detail=detail)


def note_on(actor: Actor, ticket: Ticket, row: Incident, what: str, *, at: datetime) -> None:
    """Say on a ticket what an incident has to do with it, in its history and in the log."""
    note(actor, ticket, Kind.INCIDENT, at=at, what=what, number=row.number, nature=row.nature, title=row.title)
    log.write(actor, [entry_of_change(ticket, f"incident {what}", also=[(INCIDENT, row.pk)])])
