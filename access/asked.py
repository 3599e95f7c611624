"""What waits for the client's word, of whatever kind: the registry behind its page of requests.

An app declares what it asks of the client; the page knows no kind by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from access.actor import Actor, ClientFace
from access.rights import Right


class Turn(IntEnum):
    """Which comes first on the page: what somebody waits for this minute, then what is late, then what runs."""

    AT_ONCE = 1
    SOON = 2
    OVERDUE = 3
    RUNS = 4
    LATER = 5


@dataclass(frozen=True, slots=True)
class Item:
    """One request: the template that shows it gets it as `item`.

    `at` is when it was asked, or when it was decided for what is over; `turn` says what stands above what, and one
    that `is_late` stands above the others of its turn.  One that `asks` nothing is shown because it still runs; of
    one that `is_told` the client's first page says more in a line of its own.
    """

    template: str
    at: datetime
    row: Any
    is_open: bool = True
    is_late: bool = False
    asks: bool = True
    is_told: bool = False
    turn: Turn = Turn.LATER
    more: dict[str, Any] = field(default_factory=dict)


# Gives what is open, and the newest of what is over.
Source = Callable[[Actor, ClientFace], Sequence[Item]]
_SOURCES: list[tuple[Right, Source]] = []


def ask_by(right: Right, source: Source) -> None:
    """Declare requests that are shown to whoever holds `right` at the client."""
    _SOURCES.append((right, source))


@dataclass(frozen=True, slots=True)
class Requests:
    """What is open, in the order of its turns; and what is over, the newest first."""

    waiting: tuple[Item, ...]
    over: tuple[Item, ...]

    @property
    def count(self) -> int:
        """How many ask for somebody's word, and are not told of elsewhere."""
        return sum(item.asks and not item.is_told for item in self.waiting)

    @property
    def late(self) -> int:
        """How many of them should have had it by now."""
        return sum(item.is_late and not item.is_told for item in self.waiting)


def of(actor: Actor, face: ClientFace) -> Requests:
    """What the actor may decide or read at the client."""
    found = [item for right, source in _SOURCES if actor.may(right, face.id) for item in source(actor, face)]
    waiting = sorted((item for item in found if item.is_open), key=_place)
    over = sorted((item for item in found if not item.is_open), key=lambda item: item.at, reverse=True)
    return Requests(tuple(waiting), tuple(over))


def _place(item: Item) -> tuple[Turn, bool, bool, datetime]:
    return item.turn, not item.is_late, not item.asks, item.at
