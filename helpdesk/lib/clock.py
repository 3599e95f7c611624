"""The one clock of the product. Tests freeze it with time-machine; nothing else asks the time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def as_local(dt: datetime, tz: str) -> datetime:
    """The same moment on the wall clock of `tz` (an IANA name); refuses a naive time."""
    if dt.tzinfo is None:
        raise ValueError(f"{dt.isoformat()} has no time zone, so nobody knows which moment it is.")
    return dt.astimezone(ZoneInfo(tz))
