"""Open clocks go over to new support hours, in batches, when those begin; nothing is counted twice."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from access.actor import Actor
from escalation import calendars, timers
from escalation.models import Calendar, Clock
from helpdesk.lib import clock
from tickets.events import Kind, note
from tickets.models import Ticket

BATCH = 200


def is_waiting(client_id: int) -> bool:
    """Whether a clock of the client's runs on hours that others have followed; two statements."""
    return _behind(client_id, _lines(client_id), clock.now()).exists()


def left(client_id: int) -> tuple[int, int]:
    """How many open clocks are still to be recounted, and how many open clocks count support hours at all."""
    waiting = _behind(client_id, _lines(client_id), clock.now()).count()
    return waiting, _open(client_id).count() if waiting else 0


def recount_batch(actor: Actor, *, client_id: int, most: int = BATCH) -> bool:
    """Recount the clocks of up to `most` tickets and say so in their history; tells whether any may be left.

    For the task.  A second run finds nothing to do: a clock that has gone over is not behind.
    Tickets that somebody else holds locked wait for the next batch.
    """
    now, lines = clock.now(), _lines(client_id)
    behind = _behind(client_id, lines, now)
    numbers = list(behind.order_by("ticket_id").values_list("ticket_id", flat=True).distinct()[:most])
    free = Ticket.objects.select_for_update(of=("self",), skip_locked=True)
    tickets = list(free.filter(client_id=client_id, pk__in=numbers).order_by("pk"))
    rows: dict[int, list[Clock]] = defaultdict(list)
    # Read anew behind the locks: a twin may have been first.
    for row in behind.filter(ticket__in=tickets).select_related("calendar").order_by("pk"):
        rows[row.ticket_id].append(row)
    for ticket in tickets:
        for name, found in _by_name(rows[ticket.pk]).items():
            timers.count_on(ticket, found, lines[name], at=now)
            version = found[0].calendar.version
            note(actor, ticket, Kind.RECOUNTED, at=now, name=name, version=version)
    return len(numbers) == most and bool(tickets)


def _lines(client_id: int) -> dict[str, list[Calendar]]:
    """The timeline of each of the client's calendars; one statement."""
    found: dict[str, list[Calendar]] = defaultdict(list)
    for row in Calendar.objects.filter(client_id=client_id):
        found[row.name].append(row)
    return {name: calendars.timeline(rows) for name, rows in found.items()}


def _open(client_id: int) -> QuerySet[Clock]:
    return Clock.objects.filter(client_id=client_id, stopped_at=None, round_the_clock=False)


def _behind(client_id: int, lines: dict[str, list[Calendar]], at: datetime) -> QuerySet[Clock]:
    """The open clocks whose calendar is an earlier version than the one in force."""
    behind = Q()
    for name, line in lines.items():
        if (current := calendars.at_moment(line, at)) is not None:
            behind |= Q(calendar__name=name, calendar__valid_from__lt=current.valid_from) | Q(
                calendar__name=name, calendar__valid_from=current.valid_from, calendar__version__lt=current.version
            )
    return _open(client_id).filter(behind) if behind else Clock.objects.none()


def _by_name(rows: Iterable[Clock]) -> dict[str, list[Clock]]:
    found: dict[str, list[Clock]] = defaultdict(list)
    for row in rows:
        found[row.calendar.name].append(row)
    return found
