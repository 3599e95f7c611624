"""Stretches of time: pairs of aware moments, in order and apart, each end the first moment outside."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from helpdesk.lib.business_time import WeekCalendar, next_open, next_shut

Stretch = tuple[datetime, datetime]


def open_in(hours: WeekCalendar, start: datetime, end: datetime) -> list[Stretch]:
    """When these hours are open from `start` to `end`."""
    found, at = [], start
    while at < end and (opens := next_open(hours, at)) is not None and opens < end:
        at = min(next_shut(hours, opens), end)
        found.append((opens, at))
    return found


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """All that lies in any of them, which come in any order and may overlap."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def common(ones: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """What lies in both."""
    found = [(max(a, c), min(b, d)) for a, b in ones for c, d in others]
    return joined(stretch for stretch in found if stretch[0] < stretch[1])


def without(ones: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """What lies in the first and in none of the others."""
    found = []
    for start, end in ones:
        at = start
        for from_, until in others:
            if until <= at or from_ >= end:
                continue
            if from_ > at:
                found.append((at, from_))
            at = max(at, until)
        if at < end:
            found.append((at, end))
    return found
