"""Lines that tell whoever watches what takes the time."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(sentence: str) -> None:
    """Print one line at once, also through a pipe."""
    print(sentence, flush=True)


def complain(sentence: str) -> None:
    """Print one line for an error, after what was said before it."""
    sys.stdout.flush()
    print(sentence, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and say how long it took where that was more than a second."""
    say(f"{title} ...")
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    if took > 1:
        say(f"  done in {took:.1f} s")
