"""A person's weekly shifts as they are typed: a line a day, such as 07:00-11:30, 12:30-16:00.  Pure.

A day is a list of [start, end] in minutes after midnight; what ends on the next day ends after 1440.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

MINUTES = 24 * 60
MOST = 4
_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–]\s*(\d{1,2})[:.](\d{2})")


class NoShift(ValueError):
    """What was typed is no shift."""


def read_day(text: str) -> list[list[int]]:
    """The intervals of one day, in order; raises `NoShift` for what is none, overlaps or is more than four."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    found = sorted(_span(part) for part in parts)
    if len(found) > MOST or any(before[1] > after[0] for before, after in pairwise(found)):
        raise NoShift(text)
    return found


def write_day(day: Sequence[Sequence[int]]) -> str:
    """The line that `read_day` reads."""
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in day)


def _span(text: str) -> list[int]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise NoShift(text)
    hour, minute, last_hour, last_minute = map(int, match.groups())
    start, end = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or start >= MINUTES or end > MINUTES:
        raise NoShift(text)
    # 22:00-06:00 ends on the next day, and 00:00-00:00 is all of this one.
    return [start, end if end > start else end + MINUTES]


def _clock(minutes: int) -> str:
    """As a clock shows it; the end of the day is 24:00."""
    shown = minutes if minutes <= MINUTES else minutes - MINUTES
    return f"{shown // 60:02}:{shown % 60:02}"
