"""What a person has to do at their clients, for *My access*: the apps that ask for it say so here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from access.actor import Actor
from access.soft_gates import Soft


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """One thing that the reader can do something about: what, why, until when and where.

    `kind` and `key` name the same thing as a `soft_gates.Missing` does.
    """

    client_id: int
    kind: Soft
    key: int
    name: str
    said: str
    due_at: datetime
    url: str


# Gives what the actor has to do at their open clients; in one statement.
OwnSource = Callable[[Actor], Iterable[OwnDuty]]
_SOURCES: list[OwnSource] = []


def tell_own(source: OwnSource) -> None:
    """Declare what an app asks of the reader of *My access*."""
    _SOURCES.append(source)


def of(actor: Actor) -> dict[int, list[OwnDuty]]:
    """What the actor has to do, by client."""
    found: dict[int, list[OwnDuty]] = {}
    for source in _SOURCES:
        for duty in source(actor):
            found.setdefault(duty.client_id, []).append(duty)
    return found
