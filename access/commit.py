"""The one way to do something after the commit: a hint, never a promise."""

from collections.abc import Callable

from django.db import transaction
from kombu.exceptions import OperationalError

from helpdesk.lib import away


def after_commit(hint: Callable[[], object]) -> None:
    """Run `hint` once the transaction is committed; its failure is logged and changes nothing.

    What must happen is a row; the hint only makes it happen sooner.  While the queue is away no
    hint is given, so that nobody waits for one: the sweeps find the rows.
    """
    transaction.on_commit(lambda: _give(hint), robust=True)


def _give(hint: Callable[[], object]) -> None:
    if away.redis:
        return
    try:
        hint()
    except OperationalError as error:
        away.redis.note(error)
