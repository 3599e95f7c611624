"""Which steps of a path are told only once the promise that they serve is broken.  No database.

Until somebody hands over, the ticket is with the vendor: its steps serve the time to solve, and those of a row that
begins with the ticket the first answer too, counted since the climb began (a ticket is never younger).  From the step
that hands over on they serve the client's answer, whose clock begins with that step (`escalation.clocks`).

Only what is sure is told.  A promise in business time is held against real minutes on its own hours, in an ordinary
week without days off: a step counts as late where a ticket whose climb begins as these hours open finds it late, so
there is always an example, which is named.  Shares of clocks that began nobody knows when are left out, with what
waits for a yes to them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from escalation import special
from escalation.matrix.climbing import Told, simulate
from escalation.matrix.document import Begins, Document, Row, Trigger, fold
from escalation.matrix.reach import OTHER, Box, Space, TooMany
from escalation.special import Nature
from helpdesk.lib.business_time import DAY_MINUTES, NeverOpen, WeekCalendar, add_seconds, is_open, next_open, next_shut

FIRST, SOLVE, ANSWER = "first_response", "solve", "client_response"
# A Monday; days off and the clock's changes are no part of the ordinary week that begins here.
_MONDAY = datetime(2001, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a contract promises of a metric to a kind of tickets; without `hours` by day and night."""

    contract_id: int
    metric: str
    priority: int
    seconds: int
    hours: WeekCalendar | None = None
    category: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True)
class Late:
    """A step (counted from 0) that comes too late; where hours matter `begun` is an example, on their clock."""

    path: str
    step: int
    pledge: Pledge
    begun: datetime | None = None


class Lateness:
    """The late steps of the rows of one document."""

    def __init__(self, document: Document, space: Space, pledges: Sequence[Pledge]) -> None:
        self.document, self.space = document, space
        self._pledges: dict[tuple[int, int], list[Pledge]] = {}
        for pledge in pledges:
            self._pledges.setdefault((pledge.contract_id, pledge.priority), []).append(pledge)
        self._categories = {pledge.category for pledge in pledges if pledge.category}
        self._tiers = {fold(pledge.tier) for pledge in pledges if pledge.tier}
        self._known: dict[tuple[object, ...], list[Late]] = {}

    def of_row(self, place: int) -> Iterator[Late]:
        """Of each way that tickets of this row (counted from 0) climb, the first step that is late."""
        row = self.document.rows[place]
        if self.document.path(row.path) is None:
            return
        for (_contract_id, priority), pledges in self._pledges.items():
            if not row.priority_from <= priority <= row.priority_to:
                continue
            for box, nature in self._kinds(row, priority):
                found = self._late(row, special.nearest(pledges, nature))
                if found and self._reaches(box, place):
                    yield from found

    def _late(self, row: Row, promised: Mapping[str, Pledge]) -> list[Late]:
        key = (row.path, row.begins, row.hours, *(promised.get(metric) for metric in (FIRST, SOLVE, ANSWER)))
        if key not in self._known:
            ours = [
                promised[m] for m in (FIRST, SOLVE) if m in promised and (m == SOLVE or row.begins is Begins.OPENED)
            ]
            self._known[key] = list(self._firsts(row, ours, promised.get(ANSWER)))
        return self._known[key]

    def _firsts(self, row: Row, ours: Sequence[Pledge], answer: Pledge | None) -> Iterator[Late]:
        """The first step that is late by each promise."""
        for pledge in (*ours, *filter(None, [answer])):
            for begun in _starts(row, pledge.hours):
                told = _told(self.document, row, begun, answer)
                if (late := _first_late(told, self.document, begun, pledge)) is not None:
                    yield Late(
                        late.path,
                        late.step,
                        pledge,
                        begun.astimezone(ZoneInfo(pledge.hours.zone)) if pledge.hours is not None else None,
                    )
                    break

    def _kinds(self, row: Row, priority: int) -> Iterator[tuple[Box, Nature]]:
        """The kinds of a row's tickets that promises tell apart."""
        own = self.space.box_of(row)
        keys: dict[str | None, list[str | None]] = {}
        for key in own.categories or (None, *self.space.above):
            keys.setdefault(self._nearest(key), []).append(key)
        tiers: dict[str, list[str]] = {}
        for tier in own.tiers or {*self.space.by_tier, *self._tiers}:
            told_apart = tier if tier in self._tiers else ""
            tiers.setdefault(told_apart, []).append(tier if tier in self.space.by_tier else OTHER)
        for near, categories in keys.items():
            for tier, named in tiers.items():
                box = Box(tuple(categories), (priority,), tuple(named), own.languages, own.tags, own.services, row)
                yield box, Nature({each: far for far, each in enumerate(self._line(near))}, tier)

    def _nearest(self, key: str | None) -> str | None:
        """The nearest category at or above this one to which anything is promised by itself."""
        return next((each for each in self._line(key) if each in self._categories), None)

    def _line(self, key: str | None) -> list[str]:
        """A category with those above it, itself first."""
        above = self.space.above.get(key, frozenset()) if key is not None else frozenset()
        return sorted(above, key=lambda each: -len(self.space.above.get(each, ())))

    def _reaches(self, box: Box, place: int) -> bool:
        """Whether rows further up leave any of these tickets; False where that is not found out."""
        try:
            return self.space.taken(box, (1 << place) - 1) is None
        except TooMany:
            return False


def _told(document: Document, row: Row, begun: datetime, answer: Pledge | None) -> list[Told]:
    """The steps in the order in which they are told for the first time, if nobody answers."""
    path = document.path(row.path)
    assert path is not None
    found = [one for one in simulate(document, path, begun) if not one.again]
    asked = _asked_at(found, document)
    whens = [step.when for each in document.paths for step in each.steps]
    percents = {when.percent for when in whens if when.trigger is Trigger.SHARE and when.metric == ANSWER}
    if asked is None or answer is None or not percents:
        return found
    shares = {(ANSWER, percent): _due(asked, answer, percent) for percent in percents}
    return [one for one in simulate(document, path, begun, shares=shares) if not one.again]


def _first_late(told: Sequence[Told], document: Document, begun: datetime, pledge: Pledge) -> Told | None:
    asked = _asked_at(told, document)
    if pledge.metric == ANSWER:
        due = _due(asked, pledge) if asked is not None else None
        return next((one for one in told if due is not None and one.at > due), None)
    due = _due(begun, pledge)
    return next((one for one in told if due is not None and due < one.at and (asked is None or one.at <= asked)), None)


def _asked_at(told: Sequence[Told], document: Document) -> datetime | None:
    """When the client is asked: once the first step is told that hands over."""
    for one in told:
        path = document.path(one.path)
        if path is not None and path.steps[one.step].hands_over:
            return one.at
    return None


def _due(since: datetime, pledge: Pledge, percent: int = 100) -> datetime | None:
    seconds = pledge.seconds * percent // 100
    if pledge.hours is None:
        return since + timedelta(seconds=seconds)
    try:
        return add_seconds(_ordinary(pledge.hours), since, seconds)
    except NeverOpen:
        return None


def _starts(row: Row, hours: WeekCalendar | None) -> list[datetime]:
    """When climbs of a row may begin that have the least wall time until a promise is broken."""
    if hours is None:
        return [_MONDAY]
    week, found, at = _ordinary(hours), [], _MONDAY
    while (opens := next_open(week, at)) is not None and opens < _MONDAY + timedelta(days=7):
        # Whoever asks before they open has the whole of them too.
        found += [opens, opens - _MINUTE]
        if (at := next_shut(week, opens)) >= _MONDAY + timedelta(days=7):
            break
    return [each for each in found if in_hours(row, each, week)]


def in_hours(row: Row, at: datetime, week: WeekCalendar) -> bool:
    """Whether a row may match at a moment, where these are the support hours."""
    local = at.astimezone(ZoneInfo(week.zone))
    minute = local.weekday() * DAY_MINUTES + local.hour * 60 + local.minute
    return row.hours.holds(is_open=is_open(week, at), minute=minute)


def _ordinary(hours: WeekCalendar) -> WeekCalendar:
    return WeekCalendar(hours.zone, hours.week) if hours.holidays or hours.extra else hours
