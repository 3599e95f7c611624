"""Opens an exit package and checks all of it before anybody uses any of it.

Raises `BadPackage` with one sentence for whatever is not as the format says; a name in the package never
becomes a path.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from helpdesk.leaving.package import format as shape
from helpdesk.leaving.package.format import Part

_PIECE = 1024 * 1024
_HALF = re.compile("[\ud800-\udfff]")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


class BadPackage(Exception):
    """The package is not one that can be imported; the text says why."""


@dataclass
class Package:
    """A package that was found whole; `ids` are those of each part, in order."""

    path: Path
    members: dict[str, tuple[int, int]] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, "array[int]"] = field(default_factory=dict)

    def piece(self, name: str) -> "Window":
        """The bytes of a member."""
        offset, size = self.members[name]
        return Window(self.path.open("rb"), offset, size)

    def lines(self, member: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rows of a part with their line numbers, never more bytes than the manifest has promised."""
        promised = next(fact["bytes"] for fact in self.manifest["parts"] if fact["name"] == member)
        left = promised
        with self.piece(member) as raw, gzip.GzipFile(fileobj=raw) as packed:
            for number in range(1, 2**62):
                line = packed.readline(min(left, shape.LONGEST_LINE) + 1)
                if not line:
                    break
                left -= len(line)
                if left < 0 or len(line) > shape.LONGEST_LINE:
                    raise BadPackage(f"{member} unpacks to more than its manifest says.")
                yield number, _object(line, f"{member}, line {number}")
        if left:
            raise BadPackage(f"{member} unpacks to less than its manifest says.")

    def has(self, label: str, number: int) -> bool:
        """Whether a row of this model with this id is in the package."""
        known = self.ids.get(label)
        if known is None:
            return False
        place = bisect_left(known, number)
        return place < len(known) and known[place] == number


class Window(io.RawIOBase):
    """A part of a file as a file: what `gzip` and copying need."""

    def __init__(self, file: IO[bytes], offset: int, size: int) -> None:
        super().__init__()
        self._file, self._left = file, size
        file.seek(offset)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        """Close the file behind it too."""
        self._file.close()
        super().close()


def check(path: Path) -> Package:
    """Read the whole package once, and return it where every byte and every row is as it should be."""
    package = Package(path)
    with _told():
        _scan(package)
        package.manifest = _manifest(package)
        _check_sums(package)
        _check_parts(package)
        for part in (*shape.DIRECTORY, *shape.parts()):
            _check_rows(package, part)
    return package


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadPackage(f"This is no whole package: {error}.") from None
    except UnicodeDecodeError:
        raise BadPackage("This is no package: a text in it is not UTF-8.") from None
    except OSError as error:
        raise BadPackage(f"The package can't be read: {error.strerror or error}.") from None


def _scan(package: Package) -> None:
    with tarfile.open(package.path, "r:") as tar:
        while (info := tar.next()) is not None:
            # Or every member's head would stay in memory.
            tar.members = []  # type: ignore[attr-defined]  # as the library keeps them
            if info.type != tarfile.REGTYPE or not shape.MEMBER.fullmatch(info.name):
                raise BadPackage(f"“{info.name[:80]!r}” is no name that a package has inside.")
            if info.name in package.members:
                raise BadPackage(f"{info.name} is in the package twice.")
            if info.offset_data + info.size > package.path.stat().st_size:
                raise BadPackage("The package ends in the middle.")
            package.members[info.name] = (info.offset_data, info.size)
    missing = [name for name in (shape.MANIFEST, shape.SUMS) if name not in package.members]
    if missing:
        raise BadPackage(f"This is no exit package: it has no {missing[0]}.")


def _manifest(package: Package) -> dict[str, Any]:
    if package.members[shape.MANIFEST][1] > shape.LARGEST_MANIFEST:
        raise BadPackage("The manifest is too large.")
    with package.piece(shape.MANIFEST) as file:
        found = _object(file.read(), shape.MANIFEST)
    if found.get("format") != shape.NAME:
        raise BadPackage("This is no exit package of a help desk.")
    if found.get("version") != shape.VERSION:
        raise BadPackage(
            f"The package has version {found.get('version')!r}; this help desk reads version {shape.VERSION}."
        )
    facts = found.get("parts")
    if not isinstance(facts, list) or not all(_is_fact(fact) for fact in facts):
        raise BadPackage("The manifest does not say what the parts are.")
    return found


def _is_fact(fact: Any) -> bool:
    return (
        isinstance(fact, dict)
        and isinstance(fact.get("name"), str)
        and all(type(fact.get(key)) is int and fact[key] >= 0 for key in ("rows", "bytes"))
    )


def _check_sums(package: Package) -> None:
    """Every member but the list itself has its sum there, and is as the sum says."""
    listed = set()
    with package.piece(shape.SUMS) as sums:
        for line in sums.read().decode().splitlines():
            found = _SUM.fullmatch(line)
            if found is None or found[2] not in package.members or found[2] in listed:
                raise BadPackage(f"{shape.SUMS} names what is not in the package.")
            listed.add(found[2])
            if _sum(package, found[2]) != found[1]:
                raise BadPackage(f"{found[2]} was changed: its sum is not the one in {shape.SUMS}.")
    unlisted = package.members.keys() - listed - {shape.SUMS}
    if unlisted:
        raise BadPackage(f"{min(unlisted)} has no sum in {shape.SUMS}.")


def _sum(package: Package, name: str) -> str:
    mark = hashlib.sha256()
    with package.piece(name) as file:
        while piece := file.read(_PIECE):
            mark.update(piece)
    return mark.hexdigest()


def _check_parts(package: Package) -> None:
    known = {f"data/{part.name}.jsonl.gz" for part in (*shape.DIRECTORY, *shape.parts())}
    promised = [fact["name"] for fact in package.manifest["parts"]]
    there = {name for name in package.members if name.startswith("data/")}
    if set(promised) != known or len(promised) != len(known) or there != known:
        odd = sorted((set(promised) | there) ^ known)
        raise BadPackage(f"The package has other parts than version {shape.VERSION}: {', '.join(odd[:3])}.")
    for fact in package.manifest["parts"]:
        if fact["bytes"] > shape.SMALL + shape.MOST_PACKED * package.members[fact["name"]][1]:
            raise BadPackage(f"{fact['name']} is packed more tightly than real data ever are.")


def _check_rows(package: Package, part: Part) -> None:
    member = f"data/{part.name}.jsonl.gz"
    ids: array[int] = array("q")
    package.ids[part.model._meta.label] = ids
    # Rows of this part that a row before them names: the first line that names each.
    owed: dict[int, str] = {}
    for number, row in package.lines(member):
        where = f"{member}, line {number}"
        if type(row.get("id")) is not int or (ids and row["id"] <= ids[-1]) or row["id"] >= 2**62:
            raise BadPackage(f"{where}: its id does not follow the one before.")
        ids.append(row["id"])
        _check_row(package, part, row, where, owed)
    for other, where in owed.items():
        if not package.has(part.model._meta.label, other):
            raise BadPackage(f"{where} names a row that is not in the package.")
    promised = next(fact["rows"] for fact in package.manifest["parts"] if fact["name"] == member)
    if len(ids) != promised:
        raise BadPackage(f"{member} has {len(ids)} rows, the manifest says {promised}.")


def _check_row(package: Package, part: Part, row: dict[str, Any], where: str, owed: dict[int, str]) -> None:
    names = {column.name for column in part.columns}
    if row.keys() != names:
        raise BadPackage(f"{where}: it has other columns than version {shape.VERSION}.")
    for column in part.columns:
        value = row[column.name]
        if not column.takes(value) or not _can_be_kept(value):
            raise BadPackage(f"{where}: {column.name} is not of its type.")
        if value is None:
            continue
        choices = getattr(column.field, "choices", None)
        if choices and value != "" and value not in {key for key, _label in column.field.flatchoices}:
            raise BadPackage(f"{where}: {column.name} is none of the values there are.")
        if column.target and not column.is_right and not package.has(column.target, value):
            if column.target != part.model._meta.label or value < row["id"]:
                raise BadPackage(f"{where}: {column.name} names a row that is not in the package.")
            owed.setdefault(value, f"{where}: {column.name}")


def _can_be_kept(value: Any) -> bool:
    """Whether a database takes the texts in a value: no zero byte, and no half of a character."""
    if isinstance(value, dict):
        return all(_can_be_kept(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(map(_can_be_kept, value))
    return not isinstance(value, str) or ("\x00" not in value and not _HALF.search(value))


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise BadPackage(f"{where}: this is no JSON.") from None
    if not isinstance(found, dict):
        raise BadPackage(f"{where}: this is no JSON object.")
    return found
