"""Who can send an answer whose author may not: a cleared colleague on shift, a lead, or the client's own people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from django.utils.translation import gettext as _

from access import clearance, roles, soft_gates
from access.clearance import PersonLine
from access.rights import Right, Role
from helpdesk.lib import clock
from tickets.models import Ticket


class Reach(IntEnum):
    """How near somebody is, the nearest first."""

    SHIFT = 1
    LEAD = 2
    CLIENT = 3


@dataclass(frozen=True, slots=True)
class Cover:
    """Somebody who may send it."""

    user_id: int
    name: str
    reach: Reach

    def sentence(self, client_name: str) -> str:
        """Who it is, for the author of the answer."""
        match self.reach:
            case Reach.SHIFT:
                said = _("It is kept and waits for %(name)s, who is cleared and on shift and sees it on their queue.")
            case Reach.LEAD:
                said = _("It is kept and waits for %(name)s, team lead: nobody else who is cleared is on shift.")
            case Reach.CLIENT:
                said = _("It is kept and waits for %(name)s at %(client)s: no cleared colleague or lead is on shift.")
        return said % {"name": self.name, "client": client_name}


def nobody() -> str:
    """What the author is told where there is nobody to name."""
    return _("It is kept. Nobody is cleared for it right now: whoever is first sends it from the ticket.")


def find(ticket: Ticket, user_id: int | None, vendor_id: int | None) -> Cover | None:
    """The nearest person but the author who may answer on this ticket right now; as the scope's side sees them."""
    found = sorted(
        _all(ticket, user_id, vendor_id, clock.now()), key=lambda cover: (cover.reach, cover.name.casefold())
    )
    return found[0] if found else None


def _all(ticket: Ticket, user_id: int | None, vendor_id: int | None, now: datetime) -> Iterator[Cover]:
    own = roles.copies(ticket.client_id)
    for line in clearance.grid(ticket.client_id, "", now=now):
        role = Role(line.role)
        rights = own.get(role, role.rights)
        reach = _reach(line, vendor_id)
        if line.user_id == user_id or reach is None or not _may_answer(line, rights, ticket, now):
            continue
        yield Cover(line.user_id, line.name, reach)


def _reach(line: PersonLine, vendor_id: int | None) -> Reach | None:
    """How near somebody is to the author; None for those of another vendor, and for whoever is off."""
    if line.vendor_id is None:
        return Reach.CLIENT
    if line.vendor_id != vendor_id:
        return None
    if line.on_shift:
        return Reach.SHIFT
    return Reach.LEAD if line.role == Role.TEAM_LEAD else None


def _may_answer(line: PersonLine, rights: frozenset[Right], ticket: Ticket, now: datetime) -> bool:
    sees = Right.TICKET_READ_ALL in rights or ticket.assignee_id == line.card_id
    is_ready = ticket.assignee_id == line.card_id or not soft_gates.closed(line.missing, now)
    return line.is_cleared and sees and is_ready and Right.TICKET_REPLY in rights
