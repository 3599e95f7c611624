"""LOG.jsonl, read once from the first line to the last: every entry against its leaf, every head against the tree.

Memory holds the heads, log2 of the entries' hashes, and a bit for each entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from access import merkle
from access.log_format import (
    COMMITTED_BYTES,
    ERASED,
    FIELDS,
    LOG,
    RETAINED,
    SALT_BYTES,
    SALTED_BYTES,
    commitment,
    commitments,
    leaf,
)
from access.verify.findings import Findings, Kind, span
from access.verify.reading import number, octets, parse

_NAMES = frozenset(FIELDS)
_KEYS = frozenset(("index", "entry", "leaf", "commitments", "content", "salts"))
_MOST_GAPS = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the file has it; `content` and `salts` are None where they were erased."""

    index: int
    entry_id: int
    leaf: bytes
    committed: bytes
    content: dict[str, Any] | None
    salts: bytes | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A state that the tree must have: its size and root, and what says so."""

    size: int
    root: bytes
    told_by: str
    is_kept: bool


def read_line(data: bytes) -> Line:
    """The entry of one line, its form checked and nothing else; raises `ValueError`."""
    return line_from(parse(data))


def line_from(value: Any) -> Line:
    """The entry that an object describes; raises `ValueError`."""
    if type(value) is not dict or value.keys() != _KEYS:
        raise ValueError("it is no entry: it has other parts than an entry has")
    content, salts = value["content"], value["salts"]
    if (content is None) != (salts is None):
        raise ValueError("it has values without salts, or salts without values")
    if content is not None and (type(content) is not dict or content.keys() != _NAMES):
        raise ValueError("its content has other fields than an entry has")
    return Line(
        number(value["index"]),
        number(value["entry"], least=1),
        octets(value["leaf"], 32),
        octets(value["commitments"], COMMITTED_BYTES),
        content,
        None if salts is None else octets(salts, SALTED_BYTES),
    )


def changed_field(line: Line) -> str | None:
    """The first field whose value isn't the one that was committed to; None where all are, or were erased."""
    if line.content is None or line.salts is None:
        return None
    try:
        if commitments(line.content, line.salts) == line.committed:
            return None
    except (ValueError, RecursionError):
        pass
    for at, name in enumerate(FIELDS):
        salt = line.salts[SALT_BYTES * at : SALT_BYTES * (at + 1)]
        try:
            if commitment(name, salt, line.content[name]) != line.committed[32 * at : 32 * (at + 1)]:
                return name
        except (ValueError, RecursionError):
            return name
    return None


class LogCheck:
    """Takes the lines in the file's order and notes every fault; `finish` says what is missing at the end."""

    def __init__(self, client_id: int, marks: Iterable[Mark], findings: Findings) -> None:
        self.client_id = client_id
        self.findings = findings
        self.expected = 0
        self.without_content = 0
        self.tree = merkle.Range()
        self._marks = sorted(marks, key=lambda mark: mark.size, reverse=True)
        self._passed = 0
        self._is_whole = True
        self._gaps: list[tuple[int, int]] = []
        self._missing = bytearray()
        self._line = 0

    def take(self, data: bytes | None) -> None:
        """Take the next line; None stands for one that is too long to be an entry."""
        self._line += 1
        try:
            if data is None:
                raise ValueError("it is longer than any entry")
            line = read_line(data)
        except ValueError as error:
            self._is_whole = False
            self.findings.add(Kind.UNREADABLE, f"Line {self._line} can't be read: {error}.")
            return
        if line.index != self.expected:
            self._out_of_place(line)
        else:
            self.expected += 1
        self._look_at(line)
        if self._is_whole:
            self.tree.append(line.leaf)
            self._compare()

    def _out_of_place(self, line: Line) -> None:
        self._is_whole = False
        if line.index > self.expected:
            if len(self._gaps) < _MOST_GAPS:
                self._gaps.append((self.expected, line.index - 1))
            self.expected = line.index + 1
            return
        for at, (first, last) in enumerate(self._gaps):
            if first <= line.index <= last:
                pieces = [(first, line.index - 1), (line.index + 1, last)]
                self._gaps[at : at + 1] = [(a, b) for a, b in pieces if a <= b]
                self.findings.add(Kind.REORDERED, f"Entry {line.index} stands in another place.", line.index)
                return
        self.findings.add(Kind.ADDED, f"There is a second entry {line.index}, in line {self._line}.", line.index)

    def _look_at(self, line: Line) -> None:
        if leaf(self.client_id, line.entry_id, line.committed) != line.leaf:
            self.findings.add(Kind.CHANGED, f"Entry {line.index} was changed: it doesn't fit its leaf.", line.index)
        if line.content is None:
            self.without_content += 1
            self._note_missing(line.index)
            return
        field = changed_field(line)
        if field is not None:
            self.findings.add(
                Kind.CHANGED, f"Entry {line.index} was changed: its “{field}” is not what was written.", line.index
            )
        elif line.content["action"] == "change":
            self._cover(line.index, line.content)

    def _note_missing(self, index: int) -> None:
        # An index is trusted to grow the bits only as far as there were lines for it.
        if index > self._line:
            return
        place = index >> 3
        if place >= len(self._missing):
            self._missing.extend(bytes(place + 1 - len(self._missing)))
        self._missing[place] |= 1 << (index & 7)

    def _cover(self, index: int, content: dict[str, Any]) -> None:
        """Take out of the missing what this entry says was erased before it."""
        detail = content["detail"]
        if content["records"] != [[LOG, self.client_id]] or type(detail) is not dict:
            return
        what = detail.get("what")
        try:
            if what == RETAINED:
                self._clear_through(min(number(detail.get("through")), index - 1))
            elif what == ERASED and type(indexes := detail.get("indexes")) is list:
                for each in indexes:
                    if number(each) < index and each >> 3 < len(self._missing):
                        self._missing[each >> 3] &= ~(1 << (each & 7))
        except ValueError:
            self.findings.add(Kind.EMPTIED, f"Entry {index} says that values were erased, but not which.", index)

    def _clear_through(self, last: int) -> None:
        whole = min((last + 1) >> 3, len(self._missing))
        self._missing[:whole] = bytes(whole)
        if whole < len(self._missing) and last >= 0 and whole == (last + 1) >> 3:
            self._missing[whole] &= 0xFF << ((last + 1) & 7) & 0xFF

    def _compare(self) -> None:
        """Hold the tree against every state that is told of its size."""
        while self._marks and self._marks[-1].size == self.tree.size:
            mark = self._marks.pop()
            if mark.root == self.tree.root():
                self._passed = mark.size
                continue
            self._is_whole = False
            where = span(self._passed, mark.size - 1)
            kind = Kind.REWRITTEN if mark.is_kept else Kind.CHANGED
            self.findings.add(
                kind,
                f"The log is not the one that {mark.told_by} covers: among {where} something was"
                " changed, exchanged, added or removed.",
                self._passed,
                mark.size - 1,
            )
            return

    def finish(self, size: int) -> None:
        """Note what is missing, or too much, where the newest head covers `size` entries."""
        for first, last in self._gaps:
            verb = "was" if first == last else "were"
            self.findings.add(Kind.REMOVED, f"{span(first, last).capitalize()} {verb} removed.", first, last)
        if self.expected < size:
            self.findings.add(
                Kind.TRUNCATED,
                f"The log ends before its newest head: {span(self.expected, size - 1)} are missing.",
                self.expected,
                size - 1,
            )
        elif self.expected > size:
            self.findings.add(
                Kind.ADDED,
                f"The log goes on after its newest head: no head covers {span(size, self.expected - 1)}."
                " Download both files from the same page, or they were added.",
                size,
                self.expected - 1,
            )
        for first, last in self._emptied():
            self.findings.add(
                Kind.EMPTIED,
                f"The values of {span(first, last)} are missing, and no later entry says that they were erased.",
                first,
                last,
            )

    def _emptied(self) -> Iterable[tuple[int, int]]:
        first = -1
        for place, byte in enumerate(self._missing):
            if byte in (0, 255) and (byte == 255) == (first >= 0):
                continue
            for bit in range(8):
                index = place * 8 + bit
                if byte >> bit & 1:
                    first = index if first < 0 else first
                elif first >= 0:
                    yield first, index - 1
                    first = -1
        if first >= 0:
            yield first, len(self._missing) * 8 - 1
