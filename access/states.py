"""What somebody can do at a client right now, in the words that every page and every count uses.

Pure.  *Cleared* is whoever passes every hard gate; some of them take no new tickets (`access.soft_gates`).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from access import soft_gates
from access.gates import Gate
from access.soft_gates import Missing


class State(StrEnum):
    """Whether somebody is let in, and takes new tickets."""

    CLOSED = "closed"
    NO_NEW = "no_new"
    CLEARED = "cleared"


def of(closed: Sequence[Gate], missing: Sequence[Missing], now: datetime) -> State:
    """The state of whoever has these hard gates closed and these duties due."""
    if closed:
        return State.CLOSED
    return State.NO_NEW if soft_gates.closed(missing, now) else State.CLEARED


def said(state: State, closed: Sequence[Gate]) -> str:
    """The state in words; where it is closed, with what is missing first."""
    if state is State.CLOSED:
        return _("closed: %(missing)s") % {"missing": closed[0].missing}
    return _("cleared, no new tickets") if state is State.NO_NEW else _("cleared")
