"""How often the same peer or address may do a thing that costs somebody else something.

Counted in Redis in fixed windows.  Without Redis the callers' rows are counted instead, or each
process counts for itself.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Lock

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from access.errors import TooMany
from helpdesk.lib import away, clock


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in each fixed window."""

    name: str
    most: int
    window: timedelta


OPENING_BY_ADDRESS = Limit("opening-address", 20, timedelta(hours=1))
OPENING_BY_PEER = Limit("opening-peer", 60, timedelta(hours=1))
LINK_BY_ADDRESS = Limit("link-address", 5, timedelta(minutes=15))
LINK_BY_PEER = Limit("link-peer", 30, timedelta(hours=1))
ANSWER_BY_ADDRESS = Limit("answer-address", 60, timedelta(hours=1))
API_BY_TOKEN = Limit("api-token", 1200, timedelta(minutes=1))
SEARCH_BY_PEER = Limit("search-peer", 240, timedelta(minutes=1))
UPLOAD_BY_PEER = Limit("upload-peer", 100, timedelta(hours=1))
CODE_BY_PEER = Limit("code-peer", 60, timedelta(minutes=15))
CODE_BY_PERSON = Limit("code-person", 10, timedelta(minutes=15))
KEY_BY_PEER = Limit("key-peer", 60, timedelta(minutes=15))
COMPANY_BY_PEER = Limit("company-peer", 120, timedelta(minutes=15))
EMERGENCY_BY_PERSON = Limit("emergency-person", 12, timedelta(hours=1))
OWN_DATA_BY_CUSTOMER = Limit("own-data", 20, timedelta(hours=1))
FEED_BY_PEER = Limit("feed-peer", 240, timedelta(hours=1))
SHIFT_CODES_BY_LEAD = Limit("shift-codes-lead", 30, timedelta(hours=1))


def take(limit: Limit, whose: str, *, count: int = 1, counted: Callable[[datetime], int] | None = None) -> None:
    """Count `count` tries of `whose` (a peer, a client and an address); raises `TooMany` over the limit.

    `counted(since)` tells from rows how many there were, for when Redis is away.
    """
    if (wait := _full(limit, whose, count, counted)) is not None:
        raise _too_many(wait)


def refuse_used_up(limit: Limit, whose: str) -> None:
    """Raise `TooMany` where no try is left to take; counts none."""
    if (wait := _full(Limit(limit.name, limit.most - 1, limit.window), whose, 0, None)) is not None:
        raise _too_many(wait)


def _full(limit: Limit, whose: str, count: int, counted: Callable[[datetime], int] | None) -> int | None:
    """The seconds to wait where these tries go over the limit, else None."""
    now = clock.now()
    seconds = int(limit.window.total_seconds())
    window, passed = divmod(int(now.timestamp()), seconds)
    # The digest keeps people's addresses out of Redis.
    mark = hashlib.sha256(network_of(whose).encode("utf-8", "replace")).hexdigest()[:32]
    key = cache.make_key(f"throttle/{limit.name}/{mark}/{window}")
    used = _count(key, count, seconds)
    if used is None:
        used = counted(now - limit.window) + count if counted else _own.count(key, count)
    return max(1, seconds - passed) if used > limit.most else None


def _too_many(wait: int) -> TooMany:
    minutes = -(-wait // 60)
    return TooMany(
        _("That was too often in a short time. Try again in %(minutes)s minutes.") % {"minutes": minutes}, wait
    )


def network_of(address: str) -> str:
    """Whose address it is: one line has a whole /64 of IPv6 to itself; anything else stays as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))


class _Own:
    """What this process has counted by itself; the oldest is forgotten first."""

    MOST = 100_000

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[str, int] = {}

    def count(self, key: str, count: int) -> int:
        """How many there are now."""
        with self._lock:
            used = self._counts.pop(key, 0) + count
            while len(self._counts) >= self.MOST:
                del self._counts[next(iter(self._counts))]
            self._counts[key] = used
            return used

    def forget(self) -> None:
        """Begin anew (a test's)."""
        with self._lock:
            self._counts.clear()


_own = _Own()
forget_own = _own.forget


def _count(key: str, count: int, seconds: int) -> int | None:
    """How many there are now, or None while Redis is away."""
    if away.redis:
        return None
    try:
        with get_redis_connection("default").pipeline() as pipe:
            pipe.incrby(key, count)
            pipe.expire(key, seconds)
            used, _expires = pipe.execute()
    except RedisError as error:
        away.redis.note(error)
        return None
    return int(used)
