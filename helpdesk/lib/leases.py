"""Whether somebody works on a row: a lease says until when, and counts for nothing once it can't be meant.

The hosts of a house read clocks that differ a little, and two of its workers read the same one a moment apart: a
lease that ends a little later than one given now is somebody's.  One that ends much later is of a clock that was
wrong, and would keep its row from everybody.
"""

from datetime import datetime, timedelta

from django.db.models import Q

# How far apart the clocks of two hosts may be.
SKEW = timedelta(seconds=10)
# Of a row with `lease_until`; takes the parameters of `moments`.
IS_FREE = "(lease_until IS NULL OR lease_until <= %(now)s OR lease_until > %(unmeant)s)"


def moments(now: datetime, lease: timedelta) -> dict[str, datetime]:
    """The parameters of `IS_FREE`, and `until`, which is when a lease ends that is given now."""
    return {"now": now, "until": now + lease, "unmeant": _unmeant(now, lease)}


def free(now: datetime, lease: timedelta) -> Q:
    """Rows that nobody works on."""
    return Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=_unmeant(now, lease))


def held(now: datetime, lease: timedelta) -> Q:
    """Rows that somebody works on."""
    return Q(lease_until__gt=now, lease_until__lte=_unmeant(now, lease))


def is_held(until: datetime | None, now: datetime, lease: timedelta) -> bool:
    """The same of one lease."""
    return until is not None and now < until <= _unmeant(now, lease)


def _unmeant(now: datetime, lease: timedelta) -> datetime:
    return now + lease + SKEW
