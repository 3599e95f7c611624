"""The gates: conditions that must hold at the moment of use for a right to count.

Pure: each gate looks at dated facts and the time.  A hard gate that is closed takes the client
out of the person's scope; a new gate is one more function in `HARD_GATES`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Facts:
    """What binds one person to one client, with its dates (aware, UTC).

    The contract's fields are None for the client's own people, who need none.
    """

    binding_from: datetime
    binding_until: datetime | None
    has_contract: bool
    contract_in_force: bool = False
    contract_from: datetime | None = None
    contract_until: datetime | None = None
    suspended_at: datetime | None = None


class Gate(StrEnum):
    """The gates by name."""

    CONTRACT = "contract"
    ASSIGNMENT = "assignment"
    SUSPENSION = "suspension"

    @property
    def missing(self) -> Promise:
        """What is missing where it is closed, in a few words for somebody else than the person."""
        return _MISSING[self]


_MISSING: dict["Gate", Promise] = {
    Gate.CONTRACT: gettext_lazy("no contract in force"),
    Gate.ASSIGNMENT: gettext_lazy("not in its dates"),
    Gate.SUSPENSION: gettext_lazy("suspended"),
}


def contract_open(facts: Facts, now: datetime) -> bool:
    """A contract between vendor and client is in force; the client's own people need none."""
    if not facts.has_contract:
        return True
    return facts.contract_in_force and _within(facts.contract_from, facts.contract_until, now)


def assignment_open(facts: Facts, now: datetime) -> bool:
    """The assignment or membership is within its dates."""
    return _within(facts.binding_from, facts.binding_until, now)


def suspension_open(facts: Facts, now: datetime) -> bool:
    """The client has not suspended the vendor."""
    return facts.suspended_at is None or facts.suspended_at > now


HARD_GATES: Sequence[tuple[Gate, Callable[[Facts, datetime], bool]]] = (
    (Gate.CONTRACT, contract_open),
    (Gate.SUSPENSION, suspension_open),
    (Gate.ASSIGNMENT, assignment_open),
)


def closed_gates(facts: Facts, now: datetime) -> tuple[Gate, ...]:
    """The hard gates that are closed at `now`, the gravest first."""
    return tuple(gate for gate, is_open in HARD_GATES if not is_open(facts, now))


def next_change(facts: Facts, now: datetime) -> datetime | None:
    """The first moment after `now` at which time alone may open or close a gate."""
    moments = (
        facts.binding_from,
        facts.binding_until,
        facts.contract_from,
        facts.contract_until,
        facts.suspended_at,
    )
    return min((m for m in moments if m is not None and m > now), default=None)


def sentence(gate: Gate, client_name: str) -> tuple[str, str]:
    """What is missing, and how to satisfy it, for the person at the door."""
    match gate:
        case Gate.CONTRACT:
            return (
                _("No contract with %(client)s is in force right now.") % {"client": client_name},
                _("Your team lead can see when it starts or ended."),
            )
        case Gate.SUSPENSION:
            return (
                _("%(client)s has suspended access for now.") % {"client": client_name},
                _("Your tickets are kept. Your team lead knows more."),
            )
        case Gate.ASSIGNMENT:
            return (
                _("Your assignment to %(client)s is not in its dates.") % {"client": client_name},
                _("Ask your team lead to extend it if you still work on this account."),
            )


def open_sentence(gate: Gate, client_name: str) -> str:
    """What an open gate says, for the person who passes it."""
    match gate:
        case Gate.CONTRACT:
            return _("A contract with %(client)s is in force.") % {"client": client_name}
        case Gate.SUSPENSION:
            return _("%(client)s has not suspended access.") % {"client": client_name}
        case Gate.ASSIGNMENT:
            return _("Your assignment to %(client)s is in its dates.") % {"client": client_name}


def _within(start: datetime | None, end: datetime | None, now: datetime) -> bool:
    return start is not None and start <= now and (end is None or now < end)
