"""How long to wait before something is tried again: pure, with chance passed in or drawn here."""

import random
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

_chance = random.SystemRandom()
# What an endpoint may ask for in `Retry-After`.
LONGEST_ASKED = timedelta(hours=6)


def doubling(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """The wait after so many failed attempts: doubling up to the longest, with a quarter of chance to either side."""
    wait = min(longest, first * 2 ** min(max(attempts, 1) - 1, 20))
    return wait * _chance.uniform(0.75, 1.25)


def asked(text: str, now: datetime) -> timedelta | None:
    """What a `Retry-After` asks for (seconds, or a date: RFC 9110), within bounds; None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        # Cut before it is a number: a thousand digits are no wait.
        return min(timedelta(seconds=int(text[:9])), LONGEST_ASKED)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if at.tzinfo is None:
        return None
    return max(timedelta(), min(at - now, LONGEST_ASKED))
