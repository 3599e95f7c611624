"""The formulas of the reports, as plain functions: no database, no clock.

Those that the client's console shows too stand in `helpdesk.lib.figures`, so that both say the same.
"""

from collections.abc import Iterable
from itertools import accumulate

from helpdesk.lib.figures import Kept, Spread, median, percentile, share, spread

__all__ = ["Kept", "Spread", "levels", "median", "percentile", "share", "spread"]


def levels(before: int, changes: Iterable[int]) -> list[int]:
    """How many there are after each change, beginning with `before`."""
    return list(accumulate(changes, initial=before))[1:]
