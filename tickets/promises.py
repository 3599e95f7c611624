"""When we answer, told before a ticket exists; `escalation` knows the promises and says it here."""

from collections.abc import Callable
from datetime import datetime

FirstAnswer = Callable[[int, int, datetime], datetime | None]

_sources: list[FirstAnswer] = []


def tell_first_answer(source: FirstAnswer) -> None:
    """Have `source` asked for a client's first answer; the app that knows calls this in `AppConfig.ready`.

    It is called as `source(client_id, priority, now)` inside that client's scope, whoever's side
    that is, and returns an aware time or None where nothing is promised.
    """
    _sources[:] = [source]


def first_answer_by(client_id: int, priority: int, now: datetime) -> datetime | None:
    """Until when a ticket of this priority opened `now` gets its first answer; None where nobody promises."""
    return _sources[0](client_id, priority, now) if _sources else None
