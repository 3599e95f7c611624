"""Climbs that begin by themselves: with the ticket, by a clock's share, or because nothing happens on it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from access.actor import Actor
from escalation import checklist, row_words, rows, timers
from escalation.engine import climbs, due
from escalation.engine.telling import Teller
from escalation.matrix import stored
from escalation.matrix.document import Begins, Path, Row, Trigger, When
from escalation.models import Escalation
from escalation.rows import Version
from escalation.subjects import subjects_of
from tickets.events import Kind, last_done
from tickets.models import Holder, Status, Ticket

# A version's number, the place of a row from 1, the path that it names, and the row.
Way = tuple[int, int, Path, Row]
SOON = timedelta(seconds=1)
# So many tickets go over to a new version at a time.
FOLLOWING_MOST = 500


def paths_of(client_id: int, version: Version, tickets: Sequence[Ticket], at: datetime) -> dict[int, Way]:
    """The way of each ticket that a row takes, by its id; at most five statements for all of them."""
    found = {}
    for ticket_id, subject in subjects_of(client_id, tickets, at).items():
        place = version.matcher.match(subject)
        row = version.document.rows[place] if place is not None else None
        path = version.document.path(row.path) if row is not None else None
        if place is not None and row is not None and path is not None:
            found[ticket_id] = (version.number, place + 1, path, row)
    return found


@dataclass(frozen=True, slots=True)
class Beginning:
    """A locked ticket that does not climb yet, its way, why it begins, and since when it should have."""

    ticket: Ticket
    way: Way
    origin: Escalation.Origin
    since: datetime


def begin(actor: Actor, found: Sequence[Beginning], teller: Teller) -> None:
    """Let these tickets climb; what is due at once is told.  As many statements however many they are."""
    if not found:
        return
    made = Escalation.objects.bulk_create(
        Escalation(
            client_id=teller.client_id,
            ticket=one.ticket,
            matrix_version=one.way[0],
            row_position=one.way[1],
            origin=one.origin,
            started_at=teller.at,
            path=stored.write_path(one.way[2]),
            leg_at=one.since,
            checklist=checklist.write(checklist.begin(one.way[2].asks, {}, by="", at="")),
        )
        for one in found
    )
    asks = row_words.kept(teller.client_id, (one.way[3] for one in found))
    for escalation, one in zip(made, found, strict=True):
        about = {"origin": one.origin.value, "row": one.way[1]}
        asked = {"version": one.way[0], **asks[one.way[3]]}
        teller.note(one.ticket, Kind.BEGAN_TO_CLIMB, escalation=escalation.pk, **about, **asked)
        teller.log(escalation, "began to climb", **about)
    climbs.begin(actor, [(row, one.way[2]) for row, one in zip(made, found, strict=True)], teller)


def look(actor: Actor, client_id: int, ticket_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Look whether these tickets begin to climb now, and have their clocks wait for what the matrix waits for.

    Gives when to look at each again: where a step waits for silence, once it may be long enough.
    """
    following: dict[int, datetime | None] = dict.fromkeys(ticket_ids)
    version = rows.current(client_id, at)
    if version is None:
        return following
    held = locked(client_id, ticket_ids)
    missing = [pk for pk in ticket_ids if pk not in held]
    if missing:
        there = Ticket.objects.filter(client_id=client_id, pk__in=missing).values_list("pk", flat=True)
        following |= dict.fromkeys(there, at + SOON)
    tickets = [row for row in held.values() if row.status == Status.OPEN]
    teller = Teller(actor, client_id, at)
    if version.shares:
        _catch_up(actor, version, tickets, teller)
    if not version.quiet and not version.begins_with_ticket:
        return following
    return following | _begin(actor, version, tickets, teller)


def follow(actor: Actor, client_id: int, matrix_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """A version has come in force: open tickets that do not climb wait for what it waits for, some at a time.

    What runs keeps its own version, and a row that begins with its tickets takes those that come.
    """
    following: dict[int, datetime | None] = dict.fromkeys(matrix_ids)
    version = rows.current(client_id, at)
    if version is None:
        return following
    if version.quiet:
        found = Ticket.objects.filter(client_id=client_id, status=Status.OPEN)
        due.put(client_id, due.Kind.TICKET, dict.fromkeys(found.values_list("pk", flat=True), at))
    lacking = timers.not_waiting(client_id, version.shares, most=FOLLOWING_MOST)
    held = locked(client_id, lacking)
    _catch_up(actor, version, list(held.values()), Teller(actor, client_id, at))
    return dict.fromkeys(matrix_ids, at if held else at + SOON) if lacking else following


def _catch_up(actor: Actor, version: Version, tickets: Sequence[Ticket], teller: Teller) -> None:
    """Have the clocks of these tickets wait for what the version waits for, and begin what they are past already.

    A clock comes to each mark once; whoever waits for a share behind its last one would wait for ever.  A ticket
    that has climbed while the clock ran does not climb by it again.
    """
    clocks = timers.wait_for(teller.client_id, tickets, version.shares)
    past: dict[int, dict[tuple[str, int], datetime]] = {}
    for row in clocks:
        for share in version.shares[row.metric]:
            reached = timers.reaches(row, share) if share <= row.marked else None
            if reached is not None and reached <= teller.at:
                past.setdefault(row.ticket_id, {})[row.metric, share] = row.started_at
    busy = climbing(teller.client_id, past) if past else {}
    free = [row for row in tickets if row.pk in past and row.pk not in busy]
    if not free:
        return
    ended, found = _last_ended(teller.client_id, free), []
    for pk, way in paths_of(teller.client_id, version, free, teller.at).items():
        since = [past[pk].get((when.metric, when.percent)) for when in waits(way, Trigger.SHARE)]
        if any(each is not None and (pk not in ended or ended[pk] < each) for each in since):
            (ticket,) = (row for row in free if row.pk == pk)
            found.append(Beginning(ticket, way, Escalation.Origin.CLOCK, teller.at))
    begin(actor, found, teller)


def _begin(actor: Actor, version: Version, tickets: Sequence[Ticket], teller: Teller) -> dict[int, datetime | None]:
    client_id, at = teller.client_id, teller.at
    busy = climbing(client_id, [row.pk for row in tickets])
    free = [row for row in tickets if row.pk not in busy]
    ways = paths_of(client_id, version, free, at)
    climbed = _climbed(client_id, ways) if version.begins_with_ticket else set()
    done = last_done(client_id, [row.pk for row in tickets])
    ended = _last_ended(client_id, tickets) if version.quiet else {}
    # A ticket may come under another row: it is looked at again in the fewest minutes of silence at the latest.
    again = at + timedelta(minutes=version.quiet) if version.quiet else None
    following: dict[int, datetime | None] = dict.fromkeys([row.pk for row in tickets], again)
    beginnings = []
    for row in free:
        way = ways.get(row.pk)
        if way is None:
            continue
        with_ticket = way[3].begins is Begins.OPENED
        # A climb that nobody answered ends by itself; silence is counted from there anew.
        last = max(done.get(row.pk, row.created_at), ended.get(row.pk, row.created_at))
        quiet_at = _quiet_at(row, way, last) if version.quiet else None
        if with_ticket and (row.pk, way[2].name) not in climbed:
            beginnings.append(Beginning(row, way, Escalation.Origin.OPENED, done.get(row.pk, at)))
        elif quiet_at is not None and quiet_at <= at:
            beginnings.append(Beginning(row, way, Escalation.Origin.QUIET, quiet_at))
        elif quiet_at is not None and again is not None:
            following[row.pk] = min(quiet_at, again)
    begin(actor, beginnings, teller)
    return following


def _quiet_at(ticket: Ticket, way: Way, last: datetime) -> datetime | None:
    """When there will have been as much silence as a step of its path waits for; while the customer has it, none."""
    minutes = [when.minutes for when in waits(way, Trigger.QUIET)]
    if not minutes or ticket.holder == Holder.CUSTOMER:
        return None
    return last + timedelta(minutes=min(minutes))


def _climbed(client_id: int, ways: Mapping[int, Way]) -> set[tuple[int, str]]:
    """Which of these tickets have climbed which path since they were opened, or opened again, by themselves."""
    by_itself = (Escalation.Origin.OPENED, Escalation.Origin.INCIDENT)
    found = Escalation.objects.filter(client_id=client_id, ticket_id__in=list(ways), origin__in=by_itself)
    return set(found.values_list("ticket_id", "path__name"))


def _last_ended(client_id: int, tickets: Iterable[Ticket]) -> dict[int, datetime]:
    """When the last climb of each of these tickets ended, of those that had any."""
    found = Escalation.objects.filter(client_id=client_id, ticket__in=tickets, ended_at__isnull=False)
    return dict(found.values_list("ticket_id").annotate(Max("ended_at")).order_by())


def waits(way: Way, trigger: Trigger) -> list[When]:
    """What the steps of a way wait for, of this kind."""
    return [step.when for step in way[2].steps if step.when.trigger is trigger]


def climbing(client_id: int, ticket_ids: Iterable[int]) -> dict[int, int]:
    """The open escalations of these tickets, by ticket."""
    found = Escalation.objects.filter(client_id=client_id, ticket_id__in=list(ticket_ids), ended_at=None)
    return dict(found.values_list("ticket_id", "pk"))


def locked(client_id: int, ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """Those of these tickets that nobody else holds this moment, held until the transaction ends."""
    found = Ticket.objects.filter(client_id=client_id, pk__in=list(ticket_ids)).order_by("pk")
    held = found.select_for_update(of=("self",), skip_locked=True)
    return {row.pk: row for row in held.select_related("customer", "vendor", "assignee")}
