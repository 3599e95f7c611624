"""Log lines that stay one line, whatever a person typed."""

import logging


class OneLine(logging.Formatter):
    """Formats a record with control characters escaped, so that no text can forge a second line.

    Tracebacks keep their line breaks: they come from the program, and are indented.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # the library’s name
        """Return the formatted line without CR, LF or other control characters."""
        line = super().formatMessage(record)
        return "".join(c if c.isprintable() or c == " " else f"\\x{ord(c):02x}" for c in line)


class NotReady(logging.Filter):
    """Leaves out that the health page said "not ready": that is an answer, and whoever asked has it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a 503 of the health page."""
        request = getattr(record, "request", None)
        is_health = getattr(request, "path", "").startswith("/health/")
        return not (is_health and getattr(record, "status_code", 0) == 503)
