"""The one clock of the product. Tests freeze it with time-machine; nothing else asks the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_told: ContextVar[datetime | None] = ContextVar("told_time", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _told.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run the block as if it were `moment` (aware): for loading a demo's past, never for requests."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone, so nobody knows which moment it is.")
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def as_local(dt: datetime, tz: str) -> datetime:
    """The same moment on the wall clock of `tz` (an IANA name); refuses a naive time."""
    if dt.tzinfo is None:
        raise ValueError(f"{dt.isoformat()} has no time zone, so nobody knows which moment it is.")
    return dt.astimezone(ZoneInfo(tz))
