"""How much of a hostile mail is looked at, and for how long."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LARGEST_MAIL = 100 * 1024 * 1024
LARGEST_READ = 30 * 1024 * 1024
MOST_PARTS = 500
DEEPEST = 40
LONGEST_HEADER = 8_000
LONGEST_TEXT = 1_000_000
MOST_FILES = 20
SECONDS_TO_READ = 8.0
SECONDS_TO_CUT = 1.0


class TooMuch(Exception):
    """The mail goes over a limit: it is kept as it came, and read by nobody's program."""


class TimeUp(TooMuch):
    """Reading took too long."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` in the block after so many seconds, even inside a regular expression.

    By a signal, so in a program's main thread only; elsewhere the task's own limits hold.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeUp(f"over {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
