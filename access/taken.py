"""What the later one of two people is told who meet at a unique key."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise

from access.errors import Conflict


@contextmanager
def told_when_taken(sentences: Mapping[str, str | Promise]) -> Iterator[None]:
    """Turn a unique key that somebody else took first into a `Conflict`; `sentences` are by the constraints' names.

    A key that is not named there stays an error: nobody expected it.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
        if name not in sentences:
            raise
        raise Conflict(sentences[name]) from error
