"""When the clocks of a ticket would reach the shares that the steps of a matrix wait for; for what only tries one.

As if every clock began at one moment and never paused; by the promises that hold for such a ticket at that moment.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from escalation import special
from escalation.clocks import Promise, moment_after, seconds_of
from escalation.matrix.climbing import Shares
from escalation.matrix.document import Document, Subject, Trigger
from escalation.models import Calendar, SlaPolicy, SlaTarget
from escalation.promises import every_target_at, promise_of
from escalation.subjects import category_tree


class Foretold:
    """The shares that one document waits for, of any number of tickets; nothing is read if it waits for none.

    Three statements, and one for each contract, priority and stretch of time in which the same was promised.
    """

    def __init__(self, client_id: int, document: Document) -> None:
        self.client_id = client_id
        whens = (step.when for path in document.paths for step in path.steps)
        self._wanted = frozenset((when.metric, when.percent) for when in whens if when.trigger is Trigger.SHARE)
        self._kept: dict[tuple[int | None, int, int], list[SlaTarget]] = {}

    def shares(self, subject: Subject, contract_id: int | None, at: datetime) -> Shares:
        """When each would be reached by a ticket like this that came under a contract and begins at a moment."""
        if not self._wanted:
            return {}
        every = self._every(contract_id, subject.priority, at)
        nature = special.nature(subject.categories, self._deep, subject.tier)
        found = special.nearest(every, nature)
        promises = {metric: promise_of(target) for metric, target in found.items()}
        return {
            (metric, percent): _reached(promises[metric], percent, at)
            for metric, percent in self._wanted
            if metric in promises
        }

    def _every(self, contract_id: int | None, priority: int, at: datetime) -> list[SlaTarget]:
        key = contract_id, priority, bisect_right(self._changes, at)
        if key not in self._kept:
            self._kept[key] = every_target_at(self.client_id, contract_id, priority, at)
        return self._kept[key]

    @cached_property
    def _changes(self) -> list[datetime]:
        """The moments at which anything else may be promised, or on other hours; between two nothing changes."""
        agreed = SlaPolicy.objects.filter(client_id=self.client_id, state=SlaPolicy.State.AGREED)
        hours = Calendar.objects.filter(client_id=self.client_id, withdrawn_at=None)
        return sorted({*agreed.values_list("valid_from", flat=True), *hours.values_list("valid_from", flat=True)})

    @cached_property
    def _deep(self) -> Mapping[str, int]:
        return special.depths(category_tree(self.client_id).values())


def _reached(promise: Promise, percent: int, at: datetime) -> datetime | None:
    return moment_after(promise.hours, at, seconds_of(promise.target, percent))
