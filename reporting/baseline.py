"""What a client's history says, as plain functions: no database, no clock.

Volume by hour, reasons, how long customers waited, what that suggests to promise, and what it would cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reporting.formulas import Spread

# The trade speaks of history in months, and plans in weeks.
FEWEST_DAYS, MOST_DAYS = 84, 366
DAYS_A_MONTH = 365.25 / 12
# Below this a percentile is an anecdote.
FEWEST_MEASURED = 20
LEVELS = 6
MINUTE, HOUR = 60, 3600
# The rungs of what can be promised, in seconds of support hours.
RUNGS = (
    *(minutes * MINUTE for minutes in (5, 10, 15, 30, 45)),
    *(hours * HOUR for hours in (1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40, 50, 80, 120, 160, 240)),
)
PROMISED = ("first_response", "solve")


@dataclass(frozen=True, slots=True)
class Before:
    """The figures of one stretch of history.

    `hours` counts the tickets opened by weekday (Monday first) and hour of the day; `reasons` are
    (name, count), most first.  `wait` is in wall clock seconds; `first_response` and `solve` in
    seconds of the support hours named by `calendar` ("" for round the clock), and `targets` the same
    by priority.  `one_in` says that times were measured on each so-many-th ticket.
    """

    days: int
    tickets: int
    hours: tuple[tuple[int, ...], ...]
    reasons: tuple[tuple[str, int], ...]
    wait: Spread
    first_response: Spread
    solve: Spread
    targets: Mapping[int, Mapping[str, Spread]]
    calendar: str = ""
    one_in: int = 1

    def of(self, metric: str) -> Spread | None:
        """How long a promised metric took; None for one that history can't tell."""
        return getattr(self, metric) if metric in PROMISED else None

    def stored(self) -> dict[str, Any]:
        """The figures as JSON holds them."""
        values = asdict(self)
        values["targets"] = {
            str(priority): {name: asdict(one) for name, one in each.items()} for priority, each in self.targets.items()
        }
        return values


def read(values: Mapping[str, Any]) -> Before:
    """The figures that `Before.stored` wrote."""
    targets = {
        int(priority): {name: Spread(**one) for name, one in each.items()}
        for priority, each in values["targets"].items()
    }
    return Before(
        days=values["days"],
        tickets=values["tickets"],
        hours=tuple(tuple(row) for row in values["hours"]),
        reasons=tuple((name, count) for name, count in values["reasons"]),
        wait=Spread(**values["wait"]),
        first_response=Spread(**values["first_response"]),
        solve=Spread(**values["solve"]),
        targets=targets,
        calendar=values["calendar"],
        one_in=values["one_in"],
    )


def per_week(count: int, days: int) -> float:
    """So many in so many days, a week."""
    return 7 * count / days


def per_month(count: int, days: int) -> float:
    """So many in so many days, in a month of mean length."""
    return DAYS_A_MONTH * count / days


def suggested(spread: Spread) -> int | None:
    """What may be promised for nine in ten, in seconds: the first rung that history keeps already.

    None where too little was measured, or where history is slower than every rung.
    """
    if spread.count < FEWEST_MEASURED or spread.p90 is None:
        return None
    return next((rung for rung in RUNGS if rung >= spread.p90), None)


def levels(hours: Sequence[Sequence[int]]) -> list[list[int]]:
    """How dark each hour is drawn: 0 for none, up to `LEVELS` for the busiest."""
    most = max((count for row in hours for count in row), default=0)
    return [[-(-count * LEVELS // most) if most else 0 for count in row] for row in hours]


def cost_of_month(tickets: float, prices: Mapping[str, int]) -> int | None:
    """A month with so many tickets, in hundredths: the fixed part and the price of each ticket.

    None without either price; hours can't be told from history.
    """
    if not {"ticket", "month"} & prices.keys():
        return None
    return round(prices.get("month", 0) + tickets * prices.get("ticket", 0))


@dataclass(frozen=True, slots=True)
class Against:
    """A figure beside what it was before; `shorter` is None where they are alike or one is missing."""

    before: float | None
    now: float | None

    @property
    def shorter(self) -> bool | None:
        """Whether it takes less long than before; less than a tenth, or a minute, is alike."""
        if self.before is None or self.now is None or abs(self.now - self.before) < max(MINUTE, 0.1 * self.before):
            return None
        return self.now < self.before
