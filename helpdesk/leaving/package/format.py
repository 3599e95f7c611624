"""What an exit package is made of: names, order, columns and limits.  `docs/exit-package.md` tells it in words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import BinaryField, Model

from access import registries
from access.models import Client, User, Vendor
from access.registries import Holding

NAME, VERSION = "helpdesk-exit-package", 1
README, MANIFEST, SUMS = "README.txt", "manifest.json", "SHA256SUMS"
LOG, HEADS = "log/LOG.jsonl.gz", "log/HEADS.json"
EARLIER = "log/earlier/"

# A member's name is one of these shapes, or the package is refused: it never becomes a path by itself.
MEMBER = re.compile(
    r"README\.txt|manifest\.json|SHA256SUMS|data/[a-z_]{1,40}\.jsonl\.gz|files/[0-9]{1,19}"
    r"|log/(?:earlier/[0-9]{1,4}/)?(?:LOG\.jsonl\.gz|HEADS\.json)|reports/[0-9]{4}-[0-9]{2}\.csv"
)
# Real rows pack to a tenth.  What packs a hundredfold was made to fill a disk.
MOST_PACKED = 100
SMALL = 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024
LARGEST_MANIFEST = 4 * 1024 * 1024
LARGEST_FILE = 512 * 1024 * 1024

CLIENT_COLUMNS = (
    "slug", "name", "monogram", "colour", "customer_word", "language", "languages", "time_zone", "phone",
    "mailbox", "logo", "greeting", "name_class",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a part: how it is called, and which rows its numbers name, if any."""

    name: str
    field: Any
    target: str = ""
    # May be missing in a package, though no row here is without it.
    is_nullable: bool = False

    @property
    def is_bytes(self) -> bool:
        """Written as base64."""
        return isinstance(self.field, BinaryField)

    def takes(self, value: Any) -> bool:
        """Whether a value of JSON has this column's type; none has where the column must have one."""
        if value is None:
            return self.is_nullable or self.field.null
        if self.is_right:
            return isinstance(value, str)
        if isinstance(self.field, models.JSONField):
            # One that begins as a list or an object is one; the others are either.
            return isinstance(value, type(self.field.default()) if self.field.has_default() else list | dict)
        if isinstance(self.field, models.BooleanField):
            return isinstance(value, bool)
        if self.target or isinstance(self.field, models.IntegerField):
            return type(value) is int
        return isinstance(value, str)

    @property
    def is_right(self) -> bool:
        """A right, which goes by its name and not by this installation's number for it."""
        return self.target == Permission._meta.label


@dataclass(frozen=True)
class Part:
    """A table as a file of JSON Lines."""

    name: str
    model: type[Model]
    holding: Holding | None
    columns: tuple[Column, ...]

    @property
    def member(self) -> str:
        """Its name in the package."""
        return f"data/{self.name}.jsonl.gz"

    @property
    def refers_to(self) -> set[str]:
        """The labels of the models whose rows it names, in columns or inside them."""
        inside = self.holding.inside.values() if self.holding else ()
        return {column.target for column in self.columns} | {label for inner in inside for label in inner.values()}

    @property
    def table(self) -> str:
        """Its table."""
        return self.model._meta.db_table

    @property
    def client_column(self) -> str:
        """The column with the client."""
        return str(getattr(self.model, "client_column", "client_id"))


@cache
def parts() -> Sequence[Part]:
    """Every table that a package has, what is referred to before what refers."""
    left = [_part(holding) for holding in registries.holdings() if holding.part]
    left.reverse()
    waiting = {part.model._meta.label for part in left}
    ordered: list[Part] = []
    while left:
        ready = next(part for part in left if not (part.refers_to & waiting - {part.model._meta.label}))
        left.remove(ready)
        waiting.discard(ready.model._meta.label)
        ordered.append(ready)
    return tuple(ordered)


def _part(holding: Holding) -> Part:
    skipped = {getattr(holding.model, "client_column", "client_id"), *holding.left_out}
    fields = holding.model._meta.local_concrete_fields
    kept = ((str(each.column), each) for each in fields if not isinstance(each, models.GeneratedField))
    columns = (
        Column(name, each, _target(each) or holding.names.get(name, "")) for name, each in kept if name not in skipped
    )
    return Part(holding.part, holding.model, holding, tuple(columns))


def _target(column: "models.Field[Any, Any]") -> str:
    if isinstance(column, models.ForeignKey):
        return str(column.remote_field.model._meta.label)
    return ""


def _directory(name: str, model: type[Model], *names: str, nullable: Sequence[str] = ()) -> Part:
    """A part with these of a model's columns; a person of a vendor's has no address in a package."""
    fields = {str(each.column): each for each in model._meta.local_concrete_fields}
    return Part(
        name,
        model,
        None,
        tuple(Column(each, fields[each], _target(fields[each]), each in nullable) for each in ("id", *names)),
    )


VENDORS = _directory("vendors", Vendor, "slug", "name")
PEOPLE = _directory("people", User, "name", "vendor_id", "language", "time_zone", "email", nullable=["email"])
CLIENT = _directory("client", Client, *CLIENT_COLUMNS)
# Known before any scope, and of this client only what it sees of them.
DIRECTORY = (CLIENT, VENDORS, PEOPLE)
