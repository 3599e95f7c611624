"""Which faults pass: where the same thing, done again later, works."""

import errno

from django.db import InterfaceError, OperationalError

# Classes of SQLSTATE: connection, transaction rollback (deadlocks), insufficient resources (a full disk), lock not
# available, a server that stops or starts, its trouble with its files.  Not the limits (54, 57014): a mail or a form
# may exceed them by itself, and would for ever.
_STATES = ("08", "40", "53", "55P03", "57P", "58")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


def passes(error: BaseException) -> bool:
    """Whether the fault, or the one behind it, is the server's of this moment and not of what was asked."""
    return _passes(error) or (error.__cause__ is not None and _passes(error.__cause__))


def _passes(error: BaseException) -> bool:
    if isinstance(error, InterfaceError):
        return True
    if isinstance(error, OperationalError):
        # PostgreSQL's code; none where it never answered.
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return not state or state.startswith(_STATES)
    return isinstance(error, OSError) and error.errno in _NO_ROOM
