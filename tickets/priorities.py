"""What a service adds to the priority that impact and urgency give.  No database.

The client's table gives a priority from 1 (highest) to 4.  The weight of the service's criticality
and, in its busy season, the season's weight are taken off that number together, and the result is
held within 1 to 4.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tickets.models.services import Criticality

HIGHEST, LOWEST = 1, 4
BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Weights:
    """By how many steps each reason raises a priority; a negative number lowers it."""

    vital: int = 0
    important: int = 0
    ordinary: int = 0
    busy: int = 0

    def of(self, criticality: str) -> int:
        """The steps of a criticality."""
        return int(getattr(self, Criticality(criticality).value))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A priority, and which reasons moved it from what the table gives; none where it is the table's."""

    priority: int
    because: tuple[str, ...] = ()

    @property
    def kept(self) -> str:
        """The reasons as a ticket keeps them."""
        return " ".join(self.because)


def weigh(table: int, criticality: str, weights: Weights, *, is_busy: bool) -> Weighed:
    """The priority of a ticket about a service of this criticality, in or out of its busy season."""
    steps = {criticality: weights.of(criticality), BUSY: weights.busy if is_busy else 0}
    priority = min(LOWEST, max(HIGHEST, table - sum(steps.values())))
    if priority == table:
        return Weighed(table)
    # What pulled the other way did not make it so.
    up = priority < table
    return Weighed(priority, tuple(name for name, by in steps.items() if by and (by > 0) == up))


def why(because: Collection[str]) -> str:
    """The reasons in words: "vital service in its busy season"; empty without any."""
    busy = BUSY in because
    service = {
        Criticality.VITAL.value: (_("vital service"), _("vital service in its busy season")),
        Criticality.IMPORTANT.value: (_("important service"), _("important service in its busy season")),
        Criticality.ORDINARY.value: (_("ordinary service"), _("ordinary service in its busy season")),
    }
    for name, (calm, in_season) in service.items():
        if name in because:
            return in_season if busy else calm
    return _("service in its busy season") if busy else ""
