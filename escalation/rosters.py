"""Who is at work when, for contracts: each person's shifts or their team's hours, and whether they are cleared.

Who is cleared is asked of `access.gates` alone; a contract that is not in force yet is no reason here,
so that the question can be asked of a draft.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from access import evidence, gates
from access.gates import Gate
from access.models import Assignment, Contract
from escalation.calendars import weekly
from escalation.models import TeamHours
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar


@dataclass(frozen=True, slots=True)
class Roster:
    """One person's hours on one contract."""

    contract_id: int
    user_id: int
    team: str
    hours: WeekCalendar
    is_cleared: bool


def of_contracts(contracts: Sequence[Contract]) -> list[Roster]:
    """The rosters of everybody on these contracts who has any hours; statements do not grow with the people."""
    bindings = list(Assignment.objects.filter(contract_id__in=[contract.pk for contract in contracts]))
    now = clock.now()
    known = evidence.read({row.client_id for row in contracts}, {row.user_id for row in bindings}, now)
    teams = team_hours([contract.pk for contract in contracts])
    found = []
    for binding in bindings:
        hours = known.shifts(binding) or teams.get((binding.contract_id, binding.team))
        if hours is not None:
            closed = set(gates.closed_gates(known.facts(binding), now)) - {Gate.CONTRACT}
            found.append(Roster(binding.contract_id, binding.user_id, binding.team, hours, not closed))
    return found


def team_hours(contract_ids: Collection[int]) -> dict[tuple[int, str], WeekCalendar]:
    """The hours of the teams of these contracts, by (contract, team); one statement."""
    rows = TeamHours.objects.filter(contract_id__in=list(contract_ids))
    return {(row.contract_id, row.team): weekly(row.zone, row.week) for row in rows}
