"""What is remembered about a server that did not answer."""

import logging
import time

logger = logging.getLogger("helpdesk.away")


class Away:
    """Remembers for some seconds that a server did not answer, so that not everybody waits for it in turn.

    For servers that can be done without.  In this process alone; safe in threads.
    """

    def __init__(self, name: str, *, seconds: float) -> None:
        self._name, self._seconds = name, seconds
        self._until = float("-inf")

    def __bool__(self) -> bool:
        """Whether it failed a moment ago."""
        return time.monotonic() < self._until

    def note(self, error: Exception) -> None:
        """Remember a failure from now on."""
        logger.warning("%s can't be used (%s); the product goes on without it", self._name, type(error).__name__)
        self._until = time.monotonic() + self._seconds

    def forget(self) -> None:
        """Ask it again at once."""
        self._until = float("-inf")


# As long as the sweeps take to find what nobody was told about.
redis = Away("Redis", seconds=5)
