"""Reads files of one JSON object a line, plain or .gz, and sets aside the lines that can't be taken."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

LONGEST_LINE = 4 * 1024 * 1024


class Unreadable(Exception):
    """The file can't be read at all; the text says why."""


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The file's lines with their number, from 1, one at a time; blank ones are left out.

    A line over 4 MiB comes cut off, so that it can't be parsed and memory stays flat.  Raises
    `Unreadable`.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                while not line.endswith(b"\n") and file.readline(LONGEST_LINE):
                    line = b"{too long"
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"{path} can't be read: {_why(error)}.") from error


def _why(error: Exception) -> str:
    """The reason as a person says it, without the number of a system's error or bytes of the file."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return "it is no whole .gz file; copy it again, or unpack it first"


def parse(line: bytes) -> Any:
    """The object of a line; raises `ValueError` with the reason."""
    if line.startswith(b"{too long"):
        raise ValueError(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("the line is no UTF-8") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("the line is no JSON") from None


class Rejects:
    """Writes each line that was not taken, with its number and the reason, to a file of its own.

    The file is made with the first such line; `count` says how many there were.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        self._file: TextIO | None = None

    def __enter__(self) -> "Rejects":
        return self

    def add(self, number: int, line: bytes, reason: str) -> None:
        """Set one line aside."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        self.count += 1
        text = line.decode("utf-8", "replace").rstrip("\n")
        self._file.write(json.dumps({"line": number, "reason": reason, "text": text}, ensure_ascii=False) + "\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
