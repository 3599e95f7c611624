"""The coverage board: what a vendor's contracts promise in a week, which team is at work, and what nobody covers.

Everything is real time from the week's first midnight on the reader's clock, in minutes; a week in
which the clocks change is an hour shorter or longer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from access.actor import Actor, ClientFace
from access.models import Contract
from escalation import calendars, hours_chart, rosters
from escalation.hours import weekday
from escalation.models import SlaPolicy
from escalation.rosters import Roster
from helpdesk.lib import clock
from helpdesk.lib.business_time import Day, WeekCalendar, next_open, next_shut, uncovered

DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days on a clock: `midnights` are minutes from `start`, the last one is the end."""

    start: datetime
    end: datetime
    days: tuple[date, ...]
    midnights: tuple[int, ...]

    @property
    def width(self) -> int:
        """The minutes of the week."""
        return self.midnights[-1]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when until when, with its place in the picture."""

    start: datetime
    end: datetime
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One team: its people, who of them are cleared, its clock, and when they are at work."""

    team: str
    people: int
    cleared: int
    clocks: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    own: WeekCalendar | None
    words: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A promised stretch that no cleared person covers; `kept_out` are on shift then and not cleared."""

    stretch: Stretch
    kept_out: int


@dataclass(frozen=True, slots=True)
class Board:
    """One contract's week; without promised hours `zone` is empty."""

    client: ClientFace
    contract: Contract
    zone: str
    promised: tuple[Stretch, ...]
    lanes: tuple[Lane, ...]
    gaps: tuple[Gap, ...]


def week_around(day: date, zone: str) -> Week:
    """The week, Monday to Sunday, that holds a day, on the clock of a zone."""
    place, monday = ZoneInfo(zone), day - timedelta(days=day.weekday())
    days = tuple(monday + timedelta(days=number) for number in range(DAYS + 1))
    midnights = [datetime.combine(each, time(), place).astimezone(UTC) for each in days]
    minutes = tuple(int((at - midnights[0]).total_seconds()) // 60 for at in midnights)
    return Week(midnights[0], midnights[-1], days[:DAYS], minutes)


def boards(actor: Actor, client_ids: Sequence[int], week: Week) -> list[Board]:
    """A board for each contract of the reader's vendor in force at these clients, those with gaps first."""
    rows = Contract.lasting_at(clock.now()).filter(client_id__in=list(client_ids), vendor_id=actor.vendor_id or 0)
    contracts = list(rows.order_by("pk"))
    people = rosters.of_contracts(contracts)
    promised = _promised(contracts)
    own = rosters.team_hours([contract.pk for contract in contracts])
    found = []
    for contract in contracts:
        theirs = [roster for roster in people if roster.contract_id == contract.pk]
        teams = {team: hours for (pk, team), hours in own.items() if pk == contract.pk}
        face = actor.standings[contract.client_id].client
        found.append(board_of(face, contract, promised.get(contract.pk), theirs, teams, week))
    return sorted(found, key=lambda board: (not board.gaps, board.client.name.casefold(), board.contract.pk))


def board_of(
    client: ClientFace,
    contract: Contract,
    hours: WeekCalendar | None,
    people: Sequence[Roster],
    teams: dict[str, WeekCalendar],
    week: Week,
) -> Board:
    """One contract's week; pure."""
    promised = stretches(hours, week) if hours is not None else ()
    cleared = [roster.hours for roster in people if roster.is_cleared]
    names = sorted({*(roster.team for roster in people), *teams}, key=str.casefold)
    lanes = tuple(_lane(name, [r for r in people if r.team == name], teams.get(name), week) for name in names)
    open_ones = uncovered(hours, cleared, week.start, week.end) if hours is not None else []
    gaps = tuple(_gap(start, end, people, week) for start, end in open_ones)
    return Board(client, contract, hours.zone if hours is not None else "", promised, lanes, gaps)


def stretches(hours: WeekCalendar, week: Week) -> tuple[Stretch, ...]:
    """When these hours are open in the week."""
    found, at = [], week.start
    while (opens := next_open(hours, at)) is not None and opens < week.end:
        at = min(next_shut(hours, opens), week.end)
        found.append(_stretch(opens, at, week))
    return tuple(found)


def _stretch(start: datetime, end: datetime, week: Week) -> Stretch:
    x = int((start - week.start).total_seconds()) // 60
    return Stretch(start, end, x, max(1, int((end - start).total_seconds()) // 60))


def _lane(team: str, people: Sequence[Roster], own: WeekCalendar | None, week: Week) -> Lane:
    at_work = {roster.hours for roster in people if roster.is_cleared}
    zones = sorted({roster.hours.zone for roster in people} | ({own.zone} if own else set()))
    drawn = sorted({stretch for hours in at_work for stretch in stretches(hours, week)}, key=lambda each: each.x)
    cleared = sum(roster.is_cleared for roster in people)
    words = week_words(own.week) if own is not None else ""
    return Lane(team, len(people), cleared, tuple(zones), tuple(drawn), own, words)


def _gap(start: datetime, end: datetime, people: Iterable[Roster], week: Week) -> Gap:
    kept_out = {
        roster.user_id
        for roster in people
        if not roster.is_cleared and (opens := next_open(roster.hours, start)) is not None and opens < end
    }
    return Gap(_stretch(start, end, week), len(kept_out))


def week_words(week: Sequence[Day]) -> str:
    """A week in words, days alike joined: "Monday to Friday 08:00–17:00"; pure."""
    told, first = [], 0
    for number in range(1, DAYS + 1):
        if number < DAYS and week[number] == week[first]:
            continue
        if week[first]:
            names = weekday(first)
            if number - first > 1:
                names = _("%(first)s to %(last)s") % {"first": weekday(first), "last": weekday(number - 1)}
            told.append(f"{names} {hours_chart.day_words(week[first])}")
        first = number
    return "; ".join(told)


def _promised(contracts: Sequence[Contract]) -> dict[int, WeekCalendar]:
    """The hours that each contract promises now, by contract; two statements."""
    now = clock.now()
    policies = SlaPolicy.objects.filter(
        client_id__in={row.client_id for row in contracts},
        contract_id__in=[row.pk for row in contracts],
        valid_from__lte=now,
        state=SlaPolicy.State.AGREED,
    )
    latest = {row.contract_id: row for row in policies.select_related("calendar").order_by("valid_from", "version")}
    current = calendars.in_force_of({row.client_id for row in contracts}, now)
    return {
        pk: calendars.week_of(current.get((row.client_id, row.calendar.name), row.calendar))
        for pk, row in latest.items()
    }
