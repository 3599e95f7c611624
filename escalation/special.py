"""Promises for a kind of tickets: those of a category, of a tier of customers, or of both.  No database.

One rule says which target a ticket has, for each metric by itself: of those that fit, one for a category goes before
one for none, and the nearer category before those above it; between equals, one for a tier goes before one for none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from escalation.matrix.document import fold


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """Which tickets: the key of a category, with all below it, and a tier; both empty are all tickets."""

    category: str = ""
    tier: str = ""

    def __bool__(self) -> bool:
        return bool(self.category or self.tier)


EVERY = Kind()


@dataclass(frozen=True, slots=True)
class Nature:
    """What a ticket is: how far up each of its categories stands, its own at 0, and its customer's tier."""

    categories: Mapping[str, int]
    tier: str = ""

    def rank(self, kind: Kind) -> tuple[int, int] | None:
        """How near a kind is to it, the nearest lowest; None where it does not fit."""
        if kind.category and kind.category not in self.categories:
            return None
        if kind.tier and fold(kind.tier) != fold(self.tier):
            return None
        far = self.categories[kind.category] if kind.category else len(self.categories)
        return far, 0 if kind.tier else 1


def nature(line: frozenset[str], deep: Mapping[str, int], tier: str) -> Nature:
    """Of a category's line, the keys of it with those above it, and of how deep each stands (`depths`)."""
    # Its own is the deepest of its line.
    return Nature({key: len(line) - deep[key] for key in line if key in deep}, tier)


class Target(Protocol):
    """What is promised to a kind of tickets for a metric."""

    @property
    def metric(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def tier(self) -> str: ...


T = TypeVar("T", bound=Target)


def nearest(targets: Iterable[T], nature: Nature) -> dict[str, T]:
    """The one target of each metric that a ticket of this nature has."""
    best: dict[str, tuple[tuple[int, int], T]] = {}
    for target in targets:
        rank = nature.rank(Kind(target.category, target.tier))
        if rank is not None and (target.metric not in best or rank < best[target.metric][0]):
            best[target.metric] = rank, target
    return {metric: target for metric, (_rank, target) in best.items()}


def depths(tree: Iterable[frozenset[str]]) -> dict[str, int]:
    """How deep each category stands, from the keys of each with those above it (`subjects.category_tree`)."""
    found: dict[str, int] = {}
    for line in sorted(tree, key=len):
        # Shorter lines are known by now: what is new in this one is the category itself.
        for key in line - found.keys():
            found[key] = len(line)
    return found
