"""What a path asks of whoever escalates, what of it was given, and what is still missing.  No database.

At priority 1 nothing waits for it: the ticket climbs, and what is missing is given while it does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

WITHOUT_WAITING = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked, and what was given, by whom and when (ISO); empty until then."""

    what: str
    given: str = ""
    by: str = ""
    at: str = ""


def begin(asks: Sequence[str], given: Mapping[str, str], *, by: str, at: str) -> tuple[Item, ...]:
    """The checklist of a new escalation; `given` is by what was asked, and what nobody asked is left out."""
    first = [(what, given.get(what, "").strip()) for what in dict.fromkeys(asks)]
    return tuple(Item(what, text, by, at) if text else Item(what) for what, text in first)


def missing(items: Sequence[Item]) -> tuple[str, ...]:
    """What was not given yet."""
    return tuple(item.what for item in items if not item.given)


def may_wait(priority: int) -> bool:
    """Whether a ticket of this priority climbs without everything that is asked."""
    return priority <= WITHOUT_WAITING


def give(items: Sequence[Item], place: int, text: str, *, by: str, at: str) -> tuple[Item, ...]:
    """The list with one more given (counted from 0); raises `IndexError` for a place that it has not."""
    if not 0 <= place < len(items):
        raise IndexError(place)
    return tuple(
        replace(item, given=text, by=by, at=at) if number == place else item for number, item in enumerate(items)
    )


def write(items: Sequence[Item]) -> list[dict[str, str]]:
    """As an escalation keeps it."""
    return [{"what": item.what, "given": item.given, "by": item.by, "at": item.at} for item in items]


def read(data: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    """What `write` wrote."""
    return tuple(Item(**{name: str(row.get(name, "")) for name in ("what", "given", "by", "at")}) for row in data)
