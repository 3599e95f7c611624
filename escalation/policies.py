"""The versions of what a contract promises, as rows: which is in force, which waits for the other side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from escalation.models import Metric, SlaPolicy
from escalation.pledges import Cell, Pledge, Pledges
from escalation.special import EVERY, Kind

State = SlaPolicy.State


@dataclass(frozen=True, slots=True)
class Versions:
    """Every version of a contract's promises, the newest first, and where the contract stands at a moment."""

    rows: Sequence[SlaPolicy]
    current: SlaPolicy | None
    coming: Sequence[SlaPolicy]
    proposed: SlaPolicy | None

    @property
    def newest(self) -> int:
        """The number of the last version that was written, 0 without any."""
        return self.rows[0].version if self.rows else 0

    def before(self, row: SlaPolicy) -> SlaPolicy | None:
        """What a version was to change: the one in force, or last agreed, when it begins."""
        agreed = [each for each in self.rows if each.state == State.AGREED and each.pk != row.pk]
        earlier = [each for each in agreed if (each.valid_from, each.version) < (row.valid_from, row.version)]
        return max(earlier, key=lambda each: (each.valid_from, each.version), default=None)


def versions(client_id: int, contract_id: int, at: datetime) -> Versions:
    """All of them, with their targets; two statements."""
    rows = list(_rows(client_id, contract_id))
    agreed = sorted((row for row in rows if row.state == State.AGREED), key=lambda row: (row.valid_from, row.version))
    begun = [row for row in agreed if row.valid_from <= at]
    proposed = next((row for row in rows if row.state == State.PROPOSED), None)
    return Versions(rows, begun[-1] if begun else None, agreed[len(begun) :], proposed)


def pledges_of(row: SlaPolicy) -> Pledges:
    """A version as people write it."""
    cells: dict[Kind, dict[Cell, Pledge]] = {EVERY: {}}
    for each in row.targets.all():
        of_kind = cells.setdefault(Kind(each.category, each.tier), {})
        pledge = Pledge(each.seconds, each.round_the_clock, each.promised_percent)
        of_kind[Metric(each.metric), each.priority] = pledge
    every = cells.pop(EVERY)
    return Pledges(row.calendar.name, _shares(row.warn_at), every, cells)


def _rows(client_id: int, contract_id: int) -> QuerySet[SlaPolicy]:
    rows = SlaPolicy.objects.filter(client_id=client_id, contract_id=contract_id).select_related("calendar")
    return rows.prefetch_related("targets").order_by("-version")


def _shares(stored: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(stored))
