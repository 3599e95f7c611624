"""What work outside the contract may do, in numbers.  No database.

**Make it stable** is always within the contract: whatever it takes to have something work again needs no request,
on a ticket of priority 1 as on any other, and so nothing urgent ever waits for a signature.  Everything else that the
contract does not hold is billed by the rate card, and begins once the client has said yes: a person of theirs, or
before, by an allowance for each ticket of priority 1 or a budget for the month.

Amounts are hundredths of the currency, quantities hundredths of a unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

URGENT = 1
# In units.
MOST_UNITS = 10_000
HUNDREDTHS = 100


class Purpose(TextChoices):
    """What work on a ticket is for."""

    STABILISE = "stabilise", _("To make it stable again")
    BEYOND = "beyond", _("Something beyond the contract")


def needs_request(purpose: Purpose) -> bool:
    """Whether work for this purpose waits for the client's yes; what makes something stable never does."""
    return purpose is not Purpose.STABILISE


def cost(price: int, hundredths: int) -> int:
    """What so many hundredths of a unit cost at a price for one unit, halves rounded up."""
    return (price * hundredths + HUNDREDTHS // 2) // HUNDREDTHS


def can_be_asked(hundredths: int) -> bool:
    """Whether a quantity is one: more than nothing, and no slip of the key."""
    return 0 < hundredths <= MOST_UNITS * HUNDREDTHS


def budget_of(budgets: Mapping[str, int], work_key: str) -> str | None:
    """The key of the budget that a kind of work is taken from: its own, or the one for all others, or none."""
    if work_key in budgets:
        return work_key
    return "" if "" in budgets else None


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of what the client has allowed before anybody asks; never less than nothing."""

    allowance: int = 0
    budget: int = 0

    @staticmethod
    def of(*, allowance: int, lent: int, budget: int, spent: int) -> "Left":
        """What is left after `lent` of the ticket's allowance, and `spent` of the month's budget."""
        return Left(max(0, allowance - lent), max(0, budget - spent))


def covered_by(estimate: int, priority: int, left: Left) -> str | None:
    """What covers an estimate as a whole: "allowance" on priority 1, "budget", or None where a person decides.

    Neither is taken in part, nor are both put together: who reads the log can see what paid for what.
    """
    if priority == URGENT and 0 < left.allowance >= estimate:
        return "allowance"
    return "budget" if 0 < left.budget >= estimate else None


@dataclass(frozen=True, slots=True)
class Telling:
    """That the approver at this place of the order is asked, or reminded, so many seconds after the request."""

    after: int
    place: int
    is_reminder: bool


def tellings(approvers: int, seconds: int) -> list[Telling]:
    """Who is told when, within the time in which the client has promised to answer.

    Each approver has an equal part of it: asked at its beginning, reminded in its middle, and then the next one
    is asked.  At the end the request is over.
    """
    part = seconds // max(1, approvers)
    return [
        Telling(place * part + is_reminder * (part // 2), place, bool(is_reminder))
        for place in range(approvers)
        for is_reminder in (0, 1)
    ]


def cost_of_next(price: int, before: int, hundredths: int) -> int:
    """What further work adds to a request under which `before` was done: the parts add up to the cost of the whole."""
    return cost(price, before + hundredths) - cost(price, before)
