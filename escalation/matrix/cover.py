"""Hours in which a step of the vendor's own people alone would be told to nobody who is at work.  No database.

A step is needed whenever a row that leads to it may match and anything is promised: in the hours of the contract, and
by day and night where a promise for the row's priorities is.  Moments are looked at by quarters of an hour.  Of people
whose hours nobody has written down nothing is claimed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from escalation.matrix.document import Document, Path, Row, Step, Target, Who
from escalation.matrix.lateness import Pledge, in_hours
from helpdesk.lib.business_time import always_open
from helpdesk.lib.stretches import Stretch, joined, open_in, without

AHEAD = timedelta(days=7)
_QUARTER = timedelta(minutes=15)
_ALWAYS = always_open("UTC")

# When the cleared people of a target are at work in the days ahead, by contract; without an entry nobody has any hours.
Rosters = Mapping[int, Mapping[Who, Sequence[Stretch]]]


class Cover:
    """Who is at work in the seven days from a moment, against what rows need."""

    def __init__(self, document: Document, pledges: Sequence[Pledge], rosters: Rosters, at: datetime) -> None:
        self.document, self.rosters, self.at = document, rosters, at
        self._pledges: dict[int, list[Pledge]] = {}
        for pledge in pledges:
            self._pledges.setdefault(pledge.contract_id, []).append(pledge)
        self._found: dict[tuple[object, ...], datetime | None] = {}

    def gap_of(self, path: Path, step: Step) -> datetime | None:
        """The first moment at which the step is needed and none of its people is at work.

        None where there is none, and for a step that tells anybody besides the vendor's roles and teams.
        """
        every = (*step.to, *step.instead)
        if any(who.kind not in (Target.ROLE, Target.TEAM) for who in every):
            return None
        rows = list(self._rows(path))
        found = [self._gap(row, contract, every) for row in rows for contract in self.rosters]
        return min((at for at in found if at is not None), default=None)

    def _rows(self, path: Path) -> Iterator[Row]:
        """The rows that lead to a path, also those whose own goes on as it."""
        for row in self.document.rows:
            seen: set[str] = set()
            at = self.document.path(row.path)
            while at is not None and at.name not in seen:
                seen.add(at.name)
                at = self.document.path(at.then)
            if path.name in seen:
                yield row

    def _gap(self, row: Row, contract: int, every: Sequence[Who]) -> datetime | None:
        key = (row.hours, row.priority_from, row.priority_to, contract, every)
        if key not in self._found:
            self._found[key] = self._looked_for(row, contract, every)
        return self._found[key]

    def _looked_for(self, row: Row, contract: int, every: Sequence[Who]) -> datetime | None:
        known = [self.rosters[contract][who] for who in every if who in self.rosters[contract]]
        promised = [p for p in self._pledges.get(contract, ()) if row.priority_from <= p.priority <= row.priority_to]
        hours = next((p.hours for p in self._pledges.get(contract, ()) if p.hours is not None), None)
        needed = _ALWAYS if any(p.hours is None for p in promised) else hours
        if not known or not promised or needed is None:
            return None
        at_work = joined(stretch for stretches in known for stretch in stretches)
        for start, end in without(open_in(needed, self.at, self.at + AHEAD), at_work):
            moment = start
            while moment < end:
                if in_hours(row, moment, hours or _ALWAYS):
                    return moment
                moment += _QUARTER
        return None
