"""How a command tells a refusal: one sentence and exit code 1, never a stack."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from access.errors import GateClosed, Refused


@contextmanager
def told() -> Iterator[None]:
    """Turn an expected refusal into a `CommandError`."""
    try:
        yield
    except GateClosed as error:
        raise CommandError(f"{error.sentence} {error.how}") from None
    except Refused as error:
        raise CommandError(str(error.sentence)) from None
