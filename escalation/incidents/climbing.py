"""The way of a major incident: its ticket climbs the path of the matrix's row for such tickets, and no other."""

from collections.abc import Collection
from datetime import datetime

from access.actor import Actor
from escalation import rows
from escalation.actions.answers import give_way
from escalation.engine.beginnings import SOON, Beginning, begin, locked, paths_of
from escalation.engine.telling import Teller
from escalation.incidents.parts import Happened, happened
from escalation.models import Escalation, Incident
from tickets.models import Status, Ticket


def look(actor: Actor, client_id: int, subjects: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Let the tickets of these major incidents climb; gives when to try again those that somebody works on now."""
    found = Incident.objects.filter(client_id=client_id, pk__in=list(subjects), state__in=Incident.LASTING)
    following: dict[int, datetime | None] = dict.fromkeys(subjects)
    for row in found.exclude(parent=None).order_by("pk"):
        ticket = locked(client_id, [row.parent_id or 0]).get(row.parent_id or 0)
        if ticket is None:
            following[row.pk] = at + SOON
        elif ticket.status == Status.OPEN:
            _climb(actor, row, ticket, at)
    return following


def _climb(actor: Actor, row: Incident, ticket: Ticket, at: datetime) -> None:
    version = rows.current(row.client_id, at)
    way = paths_of(row.client_id, version, [ticket], at).get(ticket.pk) if version else None
    if way is None:
        happened(actor, row, Happened.CLIMBS, at=at)
        return
    running = Escalation.objects.select_for_update().filter(client_id=row.client_id, ticket=ticket, ended_at=None)
    for escalation in running:
        if (escalation.row_position, escalation.matrix_version) == (way[1], way[0]):
            return
        escalation.ticket = ticket
        # The client is asked on, on another way: what it had the ticket for stays its own time.
        give_way(actor, ticket, escalation, at=at, void=False)
    begin(
        actor,
        [Beginning(ticket, way, Escalation.Origin.INCIDENT, at)],
        Teller(actor, row.client_id, at),
    )
    happened(actor, row, Happened.CLIMBS, at=at, matrix_row=way[1], path=way[2].name)
