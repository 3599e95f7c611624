"""Open clocks go over to new support hours and new promises, in batches, when those begin; nothing is counted twice."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from access.actor import Actor
from escalation import calendars, timers
from escalation.models import PLEDGED, Calendar, Clock, SlaPolicy
from helpdesk.lib import clock
from tickets.events import Kind, note
from tickets.models import Ticket

BATCH = 200


def is_waiting(client_id: int) -> bool:
    """Whether a clock of the client's runs on hours or promises that others have followed; up to four statements."""
    now = clock.now()
    return _behind(client_id, _lines(client_id), now).exists() or _outdated(client_id, _agreed(client_id, now)).exists()


def left(client_id: int) -> tuple[int, int]:
    """How many open clocks are still to be recounted, and how many open clocks count support hours at all."""
    waiting = _behind(client_id, _lines(client_id), clock.now()).count()
    return waiting, _open(client_id).count() if waiting else 0


def recount_batch(actor: Actor, *, client_id: int, most: int = BATCH) -> bool:
    """Recount the clocks of up to `most` tickets and say so in their history; tells whether any may be left.

    For the task.  A second run finds nothing to do: a clock that has gone over is not behind.
    Tickets that somebody else holds locked wait for the next batch.
    """
    hours = _recount_hours(actor, client_id, most)
    promises = _recount_promises(actor, client_id, most)
    return hours or promises


def _recount_promises(actor: Actor, client_id: int, most: int) -> bool:
    now = clock.now()
    lines = _agreed(client_id, now)
    outdated = _outdated(client_id, lines)
    numbers = list(outdated.order_by("ticket_id").values_list("ticket_id", flat=True).distinct()[:most])
    tickets = _locked(client_id, numbers)
    rows: dict[int, list[Clock]] = defaultdict(list)
    for row in outdated.filter(ticket__in=tickets).select_related("calendar").order_by("pk"):
        rows[row.ticket_id].append(row)
    for ticket in tickets:
        line = lines.get(ticket.contract_id or 0, [])
        if rows[ticket.pk] and timers.promise_anew(ticket, rows[ticket.pk], line, at=now):
            note(actor, ticket, Kind.PROMISED_ANEW, at=now, version=line[-1].version)
    return len(numbers) == most and bool(tickets)


def _recount_hours(actor: Actor, client_id: int, most: int) -> bool:
    now, lines = clock.now(), _lines(client_id)
    behind = _behind(client_id, lines, now)
    numbers = list(behind.order_by("ticket_id").values_list("ticket_id", flat=True).distinct()[:most])
    tickets = _locked(client_id, numbers)
    rows: dict[int, list[Clock]] = defaultdict(list)
    # Read anew behind the locks: a twin may have been first.
    for row in behind.filter(ticket__in=tickets).select_related("calendar").order_by("pk"):
        rows[row.ticket_id].append(row)
    for ticket in tickets:
        for name, found in _by_name(rows[ticket.pk]).items():
            timers.count_on(ticket, found, lines[name], at=now)
            version = found[0].hours.version
            note(actor, ticket, Kind.RECOUNTED, at=now, name=name, version=version)
    return len(numbers) == most and bool(tickets)


def _locked(client_id: int, numbers: Iterable[int]) -> list[Ticket]:
    """Of these tickets those that nobody else holds, locked."""
    free = Ticket.objects.select_for_update(of=("self",), skip_locked=True)
    return list(free.filter(client_id=client_id, pk__in=list(numbers)).order_by("pk"))


def _agreed(client_id: int, at: datetime) -> dict[int, list[SlaPolicy]]:
    """The promises of each contract that have changed, in the order in which they began; one statement."""
    agreed = SlaPolicy.objects.filter(client_id=client_id, state=SlaPolicy.State.AGREED, valid_from__lte=at)
    found: dict[int, list[SlaPolicy]] = defaultdict(list)
    for row in agreed.order_by("valid_from", "version"):
        found[row.contract_id].append(row)
    return {contract_id: rows for contract_id, rows in found.items() if len(rows) > 1}


def _outdated(client_id: int, lines: dict[int, list[SlaPolicy]]) -> QuerySet[Clock]:
    """The open clocks that have the targets of an earlier policy than the one in force."""
    outdated = Q()
    for contract_id, line in lines.items():
        current = line[-1].pk
        outdated |= Q(ticket__contract_id=contract_id) & (Q(policy=None) | ~Q(policy_id=current))
    # What no contract promises has no policy either, and goes over to none.
    rows = Clock.objects.filter(client_id=client_id, stopped_at=None, metric__in=PLEDGED)
    return rows.filter(outdated) if outdated else Clock.objects.none()


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
        found[row.hours.name].append(row)
    return found
