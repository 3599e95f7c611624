"""Emergency access as it is asked about: who may ask where, for how long, and how a request stands.

Reads only.  What changes a request stands in `access.actions.emergency`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access import scope
from access.actor import Actor, ClientFace
from access.gates import Gate
from access.log import Action
from access.models import AccessLogContent, Client, Contract, EmergencyAccess
from access.rights import Side
from access.scope import Scope
from access.standing import face
from helpdesk.lib import clock

# The minutes that can be asked for; a client may allow fewer at most.
LENGTHS = (15, 30, 60, 120, 240)
LONGEST_EMERGENCY = LENGTHS[-1]
UNANSWERED_AFTER = timedelta(minutes=15)
UNANSWERED_MINUTES = 60
UNANSWERED_PRIORITY = 1
EXPIRES_AFTER = timedelta(hours=4)
SHOWN_OWN = 10
State = EmergencyAccess.State
_NOT_COUNTED = (Action.CLEARANCE, Action.SIGN_IN, Action.SIGN_OUT, Action.REFUSED)


@dataclass(frozen=True, slots=True)
class KnownTicket:
    """What a request must know of its ticket; the asker is told none of it."""

    id: int
    priority: int
    is_open: bool


TicketFinder = Callable[[int, int], KnownTicket | None]
# Which tickets there are is known by the app that has them: client id and number to the ticket.
_finder: list[TicketFinder] = []


def find_tickets_by(finder: TicketFinder) -> None:
    """Declare who finds a client's ticket by its number, in the client's scope."""
    _finder[:] = [finder]


def ticket_of(client_id: int, number: int) -> KnownTicket | None:
    """The client's ticket with this number, or None."""
    return _finder[0](client_id, number) if _finder else None


def askable(actor: Actor) -> list[ClientFace]:
    """The clients at which the actor may ask for emergency access, by name; none for a client's own people.

    A vendor's person: those with which the vendor has a contract in force.  Who runs the platform: any.
    Left out is where they have a place already, whatever else is missing there.
    """
    if actor.side is not Side.VENDOR or actor.user_id is None:
        return []
    rows = Client.objects.order_by("name")
    if actor.vendor_id is not None:
        rows = rows.filter(pk__in=_served_by(actor, actor.vendor_id))
    return [face(row) for row in rows if not _has_place(actor, row.pk)]


def _served_by(actor: Actor, vendor_id: int) -> list[int]:
    """The clients with which a vendor has a contract in force; which those are, its office's eyes see."""
    with scope.enter(Scope(Side.OFFICE, (), vendor_id, None, actor.user_id)):
        rows = Contract.in_force_at(clock.now()).filter(vendor_id=vendor_id)
        return sorted(set(rows.values_list("client_id", flat=True)))


def _has_place(actor: Actor, client_id: int) -> bool:
    standing = actor.standings.get(client_id)
    return standing is not None and not {Gate.ASSIGNMENT, Gate.CONTRACT} & set(standing.closed)


def own(actor: Actor) -> list[EmergencyAccess]:
    """The actor's own requests, the newest first, with their clients."""
    rows = EmergencyAccess.objects.filter(user_id=actor.user_id or 0).select_related("client")
    return list(rows.order_by("-pk")[:SHOWN_OWN])


def lapses_at(row: EmergencyAccess) -> datetime:
    """When a request that nobody answers ends."""
    return row.asked_at + EXPIRES_AFTER


def is_askers(row: EmergencyAccess, address: str) -> bool:
    """Whether mail to this address reaches whoever asked: it is neither sent there nor answered from there."""
    return address.strip().lower() == row.user.email.strip().lower()


def review_due(row: EmergencyAccess, zone: str) -> datetime | None:
    """The end of the day after it was granted without an answer, in the client's time zone; None where none is due."""
    if row.state != State.UNANSWERED or row.starts_at is None:
        return None
    here = ZoneInfo(zone)
    return datetime.combine(row.starts_at.astimezone(here).date() + timedelta(days=2), time(), here)


def made_under(entries: QuerySet[AccessLogContent], emergency_id: int) -> QuerySet[AccessLogContent]:
    """Those of a client's log entries by which something was opened or done under this emergency access.

    The one rule for what is counted and what is listed: not the request itself, nor what was refused.
    """
    return entries.filter(detail__emergency=emergency_id).exclude(action__in=_NOT_COUNTED)


def entries_under(row: EmergencyAccess) -> int:
    """How many they are."""
    return made_under(AccessLogContent.objects.filter(client_id=row.client_id), row.pk).count()


def outcome(row: EmergencyAccess) -> str:
    """What has become of a request, in a sentence, in the active time zone."""
    at = f"{timezone.localtime(row.decided_at):%H:%M}" if row.decided_at else ""
    until = f"{timezone.localtime(row.until):%H:%M}" if row.until else ""
    said = {"name": row.decided_by_name, "at": at, "until": until}
    match State(row.state):
        case State.GRANTED:
            return _("%(name)s allowed it at %(at)s, until %(until)s.") % said
        case State.UNANSWERED:
            return _("Nobody had answered, so it was granted by itself at %(at)s, until %(until)s.") % said
        case State.REFUSED:
            return _("%(name)s refused it at %(at)s.") % said
        case State.EXPIRED:
            return _("Nobody answered within four hours, so the request has ended.")
        case State.WITHDRAWN:
            return _("Whoever asked has taken the request back.")
        case _:
            return _("It waits for an answer.")
