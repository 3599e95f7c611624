"""What waits for the client's word, of whatever kind: the registry behind its page of requests.

An app declares what it asks of the client; the page knows no kind by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from access.actor import Actor, ClientFace
from access.rights import Right


@dataclass(frozen=True, slots=True)
class Item:
    """One request: the template that shows it gets it as `item`.

    `at` is when it was asked, or when it was decided for what is over; one that `is_late` stands above all.
    """

    template: str
    at: datetime
    row: Any
    is_open: bool = True
    is_late: bool = False
    more: dict[str, Any] = field(default_factory=dict)


# Gives what is open, and the newest of what is over.
Source = Callable[[Actor, ClientFace], Sequence[Item]]
_SOURCES: list[tuple[Right, Source]] = []


def ask_by(right: Right, source: Source) -> None:
    """Declare requests that are shown to whoever holds `right` at the client."""
    _SOURCES.append((right, source))


@dataclass(frozen=True, slots=True)
class Requests:
    """Those that wait, the late ones first and then the oldest; and those that are over, the newest first."""

    waiting: tuple[Item, ...]
    over: tuple[Item, ...]


def of(actor: Actor, face: ClientFace) -> Requests:
    """What the actor may decide or read at the client."""
    found = [item for right, source in _SOURCES if actor.may(right, face.id) for item in source(actor, face)]
    waiting = sorted((item for item in found if item.is_open), key=lambda item: (not item.is_late, item.at))
    over = sorted((item for item in found if not item.is_open), key=lambda item: item.at, reverse=True)
    return Requests(tuple(waiting), tuple(over))
