"""The coverage board: what a vendor's contracts promise in a week, which team is at work, and what nobody covers.

Everything is real time from the week's first midnight on the reader's clock, in minutes; a week in
which the clocks change is an hour shorter or longer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.utils.translation import gettext as _

from access.actor import Actor, ClientFace
from access.models import Contract
from escalation import calendars, hours_chart, rosters
from escalation.clocks import RULES
from escalation.hours import weekday
from escalation.models import PLEDGED, Calendar, SlaPolicy, SlaTarget
from escalation.rosters import Roster
from helpdesk.lib.business_time import Day, WeekCalendar, next_open
from helpdesk.lib.stretches import joined, open_in
from tickets.models import Holder

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
class Promised:
    """What a contract promises in a stretch of time: support hours, and within how many seconds of any hour something
    is to be done, where anything is promised so.
    """

    start: datetime
    end: datetime
    hours: WeekCalendar
    within: int | None = None

    def stretches(self) -> list[tuple[datetime, datetime]]:
        """When somebody has to be there: in support hours, and while a ticket could not wait until they begin."""
        open_ones = open_in(self.hours, self.start, self.end)
        if self.within is None:
            return open_ones
        nights = []
        for shuts in (self.start, *(until for _from, until in open_ones)):
            opens = next_open(self.hours, shuts)
            waits_from = self.end if opens is None else opens - timedelta(seconds=self.within)
            nights.append((shuts, min(waits_from, self.end)))
        return joined([*open_ones, *nights])


@dataclass(frozen=True, slots=True)
class Board:
    """One contract's week; without promised hours `zone` is empty.

    `within` are the seconds of the tightest promise that holds at any hour.
    """

    client: ClientFace
    contract: Contract
    zone: str
    within: int | None
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
    rows = Contract.objects.filter(state__in=Contract.IN_FORCE, valid_from__lt=week.end)
    rows = rows.exclude(valid_until__lte=week.start)
    rows = rows.filter(client_id__in=list(client_ids), vendor_id=actor.vendor_id or 0)
    contracts = list(rows.order_by("pk"))
    people = rosters.of_contracts(contracts, week.start, week.end)
    promised = _promised(contracts, week)
    own = rosters.team_hours([contract.pk for contract in contracts])
    found = []
    for contract in contracts:
        theirs = [roster for roster in people if roster.contract_id == contract.pk]
        teams = {team: hours for (pk, team), hours in own.items() if pk == contract.pk}
        face = actor.standings[contract.client_id].client
        found.append(board_of(face, contract, promised.get(contract.pk, ()), theirs, teams, week))
    return sorted(found, key=lambda board: (not board.gaps, board.client.name.casefold(), board.contract.pk))


def board_of(
    client: ClientFace,
    contract: Contract,
    promised: Sequence[Promised],
    people: Sequence[Roster],
    teams: dict[str, WeekCalendar],
    week: Week,
) -> Board:
    """One contract's week; pure."""
    whole = joined(stretch for each in promised for stretch in each.stretches())
    names = sorted({*(roster.team for roster in people), *teams}, key=str.casefold)
    lanes = tuple(_lane(name, [r for r in people if r.team == name], teams.get(name), week) for name in names)
    gaps = tuple(_gap(start, end, people, week) for start, end in rosters.bare(whole, people, week.start, week.end))
    zone = promised[-1].hours.zone if promised else ""
    within = min((each.within for each in promised if each.within is not None), default=None)
    return Board(client, contract, zone, within, tuple(_stretch(*each, week) for each in whole), lanes, gaps)


def _stretch(start: datetime, end: datetime, week: Week) -> Stretch:
    x = int((start - week.start).total_seconds()) // 60
    return Stretch(start, end, x, max(1, int((end - start).total_seconds()) // 60))


def _lane(team: str, people: Sequence[Roster], own: WeekCalendar | None, week: Week) -> Lane:
    zones = sorted({roster.hours.zone for roster in people} | ({own.zone} if own else set()))
    drawn = sorted({stretch for roster in people for stretch in roster.at_work(week.start, week.end)})
    cleared = sum(roster.is_cleared for roster in people)
    words = week_words(own.week) if own is not None else ""
    return Lane(team, len(people), cleared, tuple(zones), tuple(_stretch(*each, week) for each in drawn), own, words)


def _gap(start: datetime, end: datetime, people: Iterable[Roster], week: Week) -> Gap:
    # Nobody who is cleared is at work: whoever has a shift isn't.
    kept_out = {
        roster.user_id for roster in people if (opens := next_open(roster.hours, start)) is not None and opens < end
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


def _promised(contracts: Sequence[Contract], week: Week) -> dict[int, list[Promised]]:
    """What each contract promises in the week, by the versions that hold in each part of it; three statements."""
    here = {row.client_id for row in contracts}
    agreed = SlaPolicy.objects.filter(client_id__in=here, valid_from__lt=week.end, state=SlaPolicy.State.AGREED)
    lines: dict[int, list[SlaPolicy]] = {}
    for row in agreed.filter(contract__in=contracts).select_related("calendar").order_by("valid_from", "version"):
        lines.setdefault(row.contract_id, []).append(row)
    within = _within([row.pk for line in lines.values() for row in line], here)
    named: dict[tuple[int, str], list[Calendar]] = {}
    for version in Calendar.objects.filter(client_id__in=here, valid_from__lt=week.end):
        named.setdefault((version.client_id, version.name), []).append(version)
    hours = {key: calendars.timeline(rows) for key, rows in named.items()}
    found: dict[int, list[Promised]] = {}
    for contract in contracts:
        line = lines.get(contract.pk, [])
        ends = [row.valid_from for row in line[1:]] + [week.end]
        last = min(week.end, contract.valid_until or week.end)
        for policy, until in zip(line, ends, strict=True):
            of = hours.get((policy.client_id, policy.calendar.name), [])
            start, end = max(policy.valid_from, week.start, contract.valid_from), min(until, last)
            edges = sorted({start, end, *(row.valid_from for row in of if start < row.valid_from < end)})
            for one, other in pairwise(edges if start < end else []):
                week_hours = calendars.week_of(calendars.at_moment(of, one) or policy.calendar)
                found.setdefault(contract.pk, []).append(Promised(one, other, week_hours, within.get(policy.pk)))
    return found


def _within(policy_ids: Sequence[int], client_ids: Iterable[int]) -> dict[int, int]:
    """The seconds of the tightest promise of the vendor's that counts every hour, by policy; one statement."""
    rows = SlaTarget.objects.filter(client_id__in=list(client_ids), policy_id__in=policy_ids, round_the_clock=True)
    rows = rows.filter(metric__in=[metric for metric in PLEDGED if RULES[metric].runs_with == Holder.VENDOR])
    return dict(rows.values("policy_id").annotate(least=Min("seconds")).values_list("policy_id", "least"))
