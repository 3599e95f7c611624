"""Shows how far long work in a command has come: a bar on a terminal, a line a second elsewhere.

Work that can't be counted says one sentence once it takes long.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from time import monotonic
from types import TracebackType
from typing import Any, TextIO

from tqdm import tqdm

LINE_SECONDS = 1.0


@contextmanager
def patience(sentence: str, *, after: float = LINE_SECONDS, stream: TextIO | None = None) -> Iterator[None]:
    """Say `sentence` on standard error where what is done within takes longer than `after` seconds."""
    timer = Timer(after, print, [sentence], {"file": stream or sys.stderr, "flush": True})
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Progress:
    """A context manager; call `advance` for what is done.

    `with Progress("Sealing", total=len(ids)) as progress: progress.advance()`. Without a total it
    counts only. Writes to standard error, so that a command's output stays clean.
    """

    def __init__(self, label: str, *, total: int | None = None, stream: TextIO | None = None) -> None:
        self.label, self.total, self.done = label, total, 0
        self._stream = stream or sys.stderr
        self._bar: Any = None
        self._next_line = 0.0

    def __enter__(self) -> "Progress":
        if self._stream.isatty():
            self._bar = tqdm(desc=self.label, total=self.total, file=self._stream, leave=True)
        self._next_line = monotonic() + LINE_SECONDS
        return self

    def advance(self, count: int = 1) -> None:
        """`count` more are done."""
        self.done += count
        if self._bar is not None:
            self._bar.update(count)
        elif monotonic() >= self._next_line:
            self._write()
            self._next_line = monotonic() + LINE_SECONDS

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the last count standing, also when the work failed."""
        if self._bar is not None:
            self._bar.close()
        else:
            self._write()

    def _write(self) -> None:
        of = f" of {self.total} ({self.done * 100 // self.total} %)" if self.total else ""
        print(f"{self.label}: {self.done}{of}", file=self._stream, flush=True)
