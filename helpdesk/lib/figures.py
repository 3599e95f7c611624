"""The formulas of every figure, as plain functions: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass


def median(values: Sequence[int]) -> float | None:
    """The value in the middle, the mean of the two in the middle where their number is even; None of none."""
    if not values:
        return None
    ordered, half = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return float(ordered[half])
    return (ordered[half - 1] + ordered[half]) / 2


def percentile(values: Sequence[int], percent: int) -> int | None:
    """The smallest value that at least `percent` in a hundred values do not exceed; None of none.

    Nearest rank: it is always one of the values, never one in between.  Raises `ValueError` for
    a percent outside 1 to 100.
    """
    if not 1 <= percent <= 100:
        raise ValueError(f"There is no {percent}th percentile.")
    if not values:
        return None
    return sorted(values)[-(-percent * len(values) // 100) - 1]


def share(part: int, whole: int) -> int | None:
    """`part` of `whole` in percent, rounded down, so that 100 means all; None of nothing.

    Raises `ValueError` for a part that is not between nothing and the whole.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}.")
    return part * 100 // whole if whole else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number of lengths of time (whole seconds) are spread."""

    count: int
    median: float | None
    p90: int | None
    longest: int | None


def spread(seconds: Sequence[int]) -> Spread:
    """Median, 90th percentile and longest."""
    return Spread(len(seconds), median(seconds), percentile(seconds, 90), max(seconds, default=None))


@dataclass(frozen=True, slots=True)
class Kept:
    """How many promises were judged, and how many of them were broken."""

    judged: int
    missed: int

    @property
    def percent(self) -> int | None:
        """The kept ones in percent, rounded down; None where nothing was judged."""
        return share(self.judged - self.missed, self.judged)
