"""Who is at work when, for contracts: each person's shifts or their team's hours, and while they are cleared.

Who is cleared is asked of `access.gates` alone; a contract that is not in force yet is no reason here,
so that the question can be asked of a draft.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from access import evidence, gates
from access.gates import Facts, Gate
from access.models import Assignment, Contract
from escalation.calendars import week_of
from escalation.models import TeamHours
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar
from helpdesk.lib.stretches import Stretch, common, joined, open_in, without


@dataclass(frozen=True, slots=True)
class Roster:
    """One person's hours on one contract, and the stretches in which they are cleared."""

    contract_id: int
    user_id: int
    team: str
    role: str
    hours: WeekCalendar
    cleared: tuple[Stretch, ...]

    @property
    def is_cleared(self) -> bool:
        """Whether they are cleared at all in the time that was asked for."""
        return bool(self.cleared)

    def at_work(self, start: datetime, end: datetime) -> list[Stretch]:
        """When they are there and cleared."""
        return common(open_in(self.hours, start, end), self.cleared)


def of_contracts(contracts: Sequence[Contract], start: datetime, end: datetime) -> list[Roster]:
    """The rosters, from `start` to `end`, of everybody on these contracts who has any hours.

    By what is known today: an assignment or a proof that ends covers nothing from then on, one that begins does.
    Statements do not grow with the people.
    """
    bindings = list(Assignment.objects.filter(contract_id__in=[contract.pk for contract in contracts]))
    now = clock.now()
    known = evidence.read({row.client_id for row in contracts}, {row.user_id for row in bindings}, now)
    teams = team_hours([contract.pk for contract in contracts])
    found = []
    for binding in bindings:
        hours = known.shifts(binding) or teams.get((binding.contract_id, binding.team))
        if hours is not None:
            cleared = _cleared(known.facts(binding), start, end)
            found.append(Roster(binding.contract_id, binding.user_id, binding.team, binding.role, hours, cleared))
    return found


def bare(promised: Sequence[Stretch], people: Iterable[Roster], start: datetime, end: datetime) -> list[Stretch]:
    """What is promised and has nobody cleared at work."""
    return without(promised, joined(stretch for roster in people for stretch in roster.at_work(start, end)))


def _cleared(facts: Facts, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    found, at = [], start
    while at < end:
        until = min(gates.next_change(facts, at) or end, end)
        if not set(gates.closed_gates(facts, at)) - {Gate.CONTRACT}:
            found.append((at, until))
        at = until
    return tuple(joined(found))


def team_hours(contract_ids: Collection[int]) -> dict[tuple[int, str], WeekCalendar]:
    """The hours of the teams of these contracts, by (contract, team); one statement."""
    rows = TeamHours.objects.filter(contract_id__in=list(contract_ids))
    return {(row.contract_id, row.team): week_of(row) for row in rows}
