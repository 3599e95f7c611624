"""The arithmetic of flags: what one person did, a stretch of time and a threshold in; the stretches that pass it out.

Pure.  No weighing and no learning: so many customers' records in so many minutes, counted by hand on a bad day.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the log: when, and how many customers' records it names."""

    entry_id: int
    at: datetime
    records: int


@dataclass(slots=True)
class Stretch:
    """A stretch of time that passed the threshold, from its first entry on; `ends_at` is not part of it."""

    starts_at: datetime
    ends_at: datetime
    entries: list[int] = field(default_factory=list)
    count: int = 0


def stretches(deeds: Iterable[Deed], *, most: int, within: timedelta) -> Iterator[Stretch]:
    """The stretches of `within` in which more than `most` records were opened, the earliest first.

    The deeds are one person's, the oldest first.  A stretch begins with the first entry from which the
    threshold is passed, takes in all until its end, and the next one begins after it.
    """
    before: deque[Deed] = deque()
    running: Stretch | None = None
    for deed in deeds:
        if running is not None and deed.at < running.ends_at:
            _take(running, deed)
            continue
        if running is not None:
            yield running
            running = None
        before.append(deed)
        while before[0].at <= deed.at - within:
            before.popleft()
        if sum(each.records for each in before) > most:
            running = Stretch(before[0].at, before[0].at + within)
            for each in before:
                _take(running, each)
            before.clear()
    if running is not None:
        yield running


def _take(stretch: Stretch, deed: Deed) -> None:
    stretch.entries.append(deed.entry_id)
    stretch.count += deed.records
