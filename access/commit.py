"""The one way to do something after the commit: a hint, never a promise."""

from collections.abc import Callable

from django.db import transaction


def after_commit(hint: Callable[[], object]) -> None:
    """Run `hint` once the transaction is committed; its failure is logged and changes nothing.

    What must happen is a row; the hint only makes it happen sooner.
    """
    transaction.on_commit(hint, robust=True)
