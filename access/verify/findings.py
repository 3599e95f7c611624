"""What a check has found: each fault in one sentence, and counted where there are many."""

from dataclasses import dataclass, field
from enum import StrEnum

KEPT = 100


class Kind(StrEnum):
    """What happened to the log."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled_back"
    UNREADABLE = "unreadable"
    EMPTIED = "emptied"
    HEAD = "head"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault; `first` and `last` are the places of the entries that it is about, where it is about some."""

    kind: Kind
    sentence: str
    first: int | None = None
    last: int | None = None


@dataclass
class Findings:
    """The first hundred faults, and how many there were."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, kind: Kind, sentence: str, first: int | None = None, last: int | None = None) -> None:
        """Note a fault; `last` is `first` where only one entry is meant."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(Finding(kind, sentence, first, first if last is None else last))


def span(first: int, last: int) -> str:
    """Entries in words."""
    return f"entry {first}" if first == last else f"entries {first} to {last}"
