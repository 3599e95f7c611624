"""What each table holds of a client and of a customer: one line a table, written by the app that owns it.

`leaving` reads the lines to export, import, erase and retain; it knows no table by name.  A test walks
every table of clients and fails for one that nobody has declared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model


class Keep(StrEnum):
    """Which of a client's rules ends the life of a table's rows."""

    CLIENT = "client"  # as long as the client is one
    TICKETS = "tickets"  # what was said on tickets, some months after they were closed
    FILES = "files"
    RAW_MAIL = "raw_mail"
    LOG = "log"
    BRIEFLY = "briefly"  # the product clears it away by itself within days


class Words(StrEnum):
    """What stands for a text that was erased."""

    ERASED = "erased"  # a word for it, in the client's language


class Fate(StrEnum):
    """What erasure does with a row, where it does not blank single columns."""

    DELETED = "deleted"


# The columns to overwrite with their new values, or the whole row.
Erasing = Mapping[str, Any] | Fate


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One table, as those who export, import, erase and retain must know it.

    `part` names its file in the exit package, `why_not` says why it has none; `left_out` are columns that
    it has not.  `customer` and `ticket`
    are lookups to the ids by which a row is one customer's; `erasing` is what happens to such rows, and
    `harmless` says why nothing does.
    """

    model: type[Model]
    keep: Keep
    part: str = ""
    why_not: str = ""
    left_out: tuple[str, ...] = ()
    # Rows that the package has not: those with this value in a column.
    without: Mapping[str, str] = field(default_factory=dict)
    # Columns without a key in the database that name a row, and such names inside a column of JSON: the
    # labels of the models that they name.  An import gives both their new numbers.
    names: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # What an import makes itself of a row's other columns, rather than believe a file.
    made: "Callable[[Mapping[str, Any]], Mapping[str, Any]] | None" = None
    customer: str = ""
    ticket: str = ""
    erasing: Erasing | None = None
    harmless: str = ""

    def __post_init__(self) -> None:
        name = self.model._meta.label
        if bool(self.part) == bool(self.why_not):
            raise ValueError(f"{name}: give it a part of the package, or say why it has none.")
        if (self.erasing is None) != bool(self.harmless):
            raise ValueError(f"{name}: say what erasure does with it, or why it need not.")
        if isinstance(self.erasing, Mapping) and not (self.customer or self.ticket):
            raise ValueError(f"{name}: say by which column a row is a customer's.")

    @property
    def table(self) -> str:
        """The table's name."""
        return self.model._meta.db_table


@dataclass
class Subject:
    """Whose data is to go: one customer's with all their tickets, or some closed tickets' content."""

    client_id: int
    ticket_ids: list[int]
    customer_id: int | None = None
    # What names the customer in a text, in lower case: address, phone, number, whole name.
    names: tuple[str, ...] = ()
    # What stands where a text was.
    word: str = ""
    # Storage keys to delete once the rows are committed; filled in on the way.
    keys: list[str] = field(default_factory=list)

    def is_named_in(self, text: str) -> bool:
        """Whether a text names the customer."""
        lowered = text.lower()
        return any(name in lowered for name in self.names)


# Does what columns can't say, inside the client's scope; returns how much was removed, by kind.
Eraser = Callable[[Subject], Mapping[str, int]]
# Makes again, inside a client's scope, what no package holds: search entries, what is due.
Rebuilder = Callable[[int], object]
_rebuilders: list[Rebuilder] = []
_holdings: dict[type[Model], Holding] = {}
_erasers: dict[str, Eraser] = {}


def hold(*holdings: Holding) -> None:
    """Declare tables; a second line for the same one is a mistake."""
    for holding in holdings:
        if holding.model in _holdings:
            raise ValueError(f"{holding.model._meta.label} is declared twice.")
        _holdings[holding.model] = holding


def erase_also(name: str, eraser: Eraser) -> None:
    """Declare what else goes with a customer; it runs before the tables' own rows do."""
    _erasers[name] = eraser


def rebuild_with(rebuilder: Rebuilder) -> None:
    """Declare what is made again once a client's rows have been imported."""
    _rebuilders.append(rebuilder)


def rebuilders() -> Iterable[Rebuilder]:
    """What runs after an import."""
    return tuple(_rebuilders)


def holdings() -> Iterator[Holding]:
    """Every table declared, those of higher apps first: what refers stands before what is referred to."""
    yield from _holdings.values()


def holding_of(model: type[Model]) -> Holding | None:
    """A table's line, or None where nobody has written one."""
    return _holdings.get(model)


def erasers() -> Iterable[Eraser]:
    """What runs before the rows go."""
    return tuple(_erasers.values())
