"""The gates: conditions that must hold at the moment of use for a right to count.

Pure: each gate looks at dated facts and the time.  A hard gate that is closed takes the client
out of the person's scope; a soft one takes away only what is new (`access.soft_gates`).  A new hard
gate is one more function in `HARD_GATES`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the promise of secrecy, by its number, and when it takes effect."""

    number: int
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What binds one person to one client, with its dates (aware, UTC).

    The contract's fields are None for the client's own people, who need none.  `accepted` is the
    newest version of the NDA that the person has accepted, 0 for none; `locations` are the
    countries that the contract allows, none for any.
    """

    binding_from: datetime
    binding_until: datetime | None
    has_contract: bool
    contract_in_force: bool = False
    contract_from: datetime | None = None
    contract_until: datetime | None = None
    suspended_at: datetime | None = None
    versions: tuple[Version, ...] = ()
    accepted: int = 0
    locations: tuple[str, ...] = ()
    location: str = ""
    terms_change_at: datetime | None = None
    needs_second_factor: bool = False
    second_factor_from: datetime | None = None
    second_factor_until: datetime | None = None


class Gate(StrEnum):
    """The hard gates by name, the gravest first."""

    CONTRACT = "contract"
    SUSPENSION = "suspension"
    ASSIGNMENT = "assignment"
    NDA = "nda"
    SECOND_FACTOR = "second_factor"
    LOCATION = "location"
    NETWORK = "network"

    @property
    def missing(self) -> Promise:
        """What is missing where it is closed, in a few words for somebody else than the person."""
        return _MISSING[self]

    @property
    def label(self) -> Promise:
        """What the gate asks for, as a column's head."""
        return _LABELS[self]


_MISSING: dict["Gate", Promise] = {
    Gate.CONTRACT: gettext_lazy("no contract in force"),
    Gate.SUSPENSION: gettext_lazy("suspended"),
    Gate.ASSIGNMENT: gettext_lazy("not in its dates"),
    Gate.NDA: gettext_lazy("NDA not accepted"),
    Gate.SECOND_FACTOR: gettext_lazy("no second factor"),
    Gate.LOCATION: gettext_lazy("not an agreed location"),
    Gate.NETWORK: gettext_lazy("not on an agreed network"),
}
_LABELS: dict["Gate", Promise] = {
    Gate.CONTRACT: gettext_lazy("Contract"),
    Gate.SUSPENSION: gettext_lazy("Not suspended"),
    Gate.ASSIGNMENT: gettext_lazy("Assignment"),
    Gate.NDA: gettext_lazy("NDA"),
    Gate.SECOND_FACTOR: gettext_lazy("Second factor"),
    Gate.LOCATION: gettext_lazy("Location"),
    Gate.NETWORK: gettext_lazy("Network"),
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
    """The client has suspended neither the vendor nor the team nor the person."""
    return facts.suspended_at is None or facts.suspended_at > now


def nda_open(facts: Facts, now: datetime) -> bool:
    """The version in effect, or a newer one, has been accepted; a client without one asks for none."""
    return facts.accepted >= current_version(facts.versions, now)


def location_open(facts: Facts, now: datetime) -> bool:
    """The person works from a country that the contract allows."""
    return not facts.locations or facts.location in facts.locations


def second_factor_open(facts: Facts, now: datetime) -> bool:
    """The person's second factor is active, where the client asks for one."""
    if not facts.needs_second_factor:
        return True
    return _within(facts.second_factor_from, facts.second_factor_until, now)


def current_version(versions: Sequence[Version], now: datetime) -> int:
    """The number of the version in effect: the newest whose date has come; 0 where there is none."""
    return max((version.number for version in versions if version.effective_at <= now), default=0)


# The network is asked with each request, because it depends on where that comes from (`access.networks`).
HARD_GATES: Sequence[tuple[Gate, Callable[[Facts, datetime], bool]]] = (
    (Gate.CONTRACT, contract_open),
    (Gate.SUSPENSION, suspension_open),
    (Gate.ASSIGNMENT, assignment_open),
    (Gate.NDA, nda_open),
    (Gate.SECOND_FACTOR, second_factor_open),
    (Gate.LOCATION, location_open),
)
# Where one of these is closed there is no place at the client; the others only keep whoever has one from it.
OF_THE_PLACE = frozenset({Gate.CONTRACT, Gate.ASSIGNMENT})
# What is asked where somebody signs in: without it they read nothing, and yet may be told that something waits.
OF_SIGNING_IN = frozenset({Gate.SECOND_FACTOR, Gate.NETWORK})
# What the client's own people need as well; the others come with a contract.
OF_MEMBERS = frozenset({Gate.ASSIGNMENT, Gate.SECOND_FACTOR})
# And what is asked of whoever runs the platform, under emergency access.
OF_OPERATORS = frozenset({Gate.NDA, Gate.SECOND_FACTOR, Gate.NETWORK})


def closed_gates(facts: Facts, now: datetime) -> tuple[Gate, ...]:
    """The hard gates that are closed at `now`, the gravest first."""
    return tuple(gate for gate, is_open in HARD_GATES if not is_open(facts, now))


def closed_since(gate: Gate, facts: Facts, now: datetime) -> datetime | None:
    """Since when what is asked for at `now` has been missing; None where no date says so, or it has yet to open.

    The NDA's day is that of the version in effect, which is the one to be accepted, or the person's own first day.
    """
    current = current_version(facts.versions, now)
    asked = [version.effective_at for version in facts.versions if version.number == current > facts.accepted]
    moments: dict[Gate, tuple[datetime | None, ...]] = {
        Gate.CONTRACT: (facts.contract_until,),
        Gate.SUSPENSION: (facts.suspended_at,),
        Gate.ASSIGNMENT: (facts.binding_until,),
        Gate.NDA: tuple(max(at, facts.binding_from) for at in asked),
        Gate.SECOND_FACTOR: (facts.second_factor_until,),
    }
    return min((at for at in moments.get(gate, ()) if at is not None and at <= now), default=None)


def next_change(facts: Facts, now: datetime) -> datetime | None:
    """The first moment after `now` at which time alone may open or close a gate."""
    moments = (
        facts.binding_from,
        facts.binding_until,
        facts.contract_from,
        facts.contract_until,
        facts.suspended_at,
        facts.terms_change_at,
        facts.second_factor_from,
        facts.second_factor_until,
        *(version.effective_at for version in facts.versions),
    )
    return min((m for m in moments if m is not None and m > now), default=None)


def sentence(gate: Gate, client_name: str) -> tuple[str, str]:
    """What is missing, and how to satisfy it, for the person at the door."""
    said, how = _CLOSED[gate]
    name = {"client": client_name}
    return str(said) % name, str(how) % name


def open_sentence(gate: Gate, client_name: str) -> str:
    """What an open gate says, for the person who passes it."""
    return str(_OPEN[gate]) % {"client": client_name}


_CLOSED: dict[Gate, tuple[Promise, Promise]] = {
    Gate.CONTRACT: (
        gettext_lazy("No contract with %(client)s is in force right now."),
        gettext_lazy("Your team lead can see when it starts or ended."),
    ),
    Gate.SUSPENSION: (
        gettext_lazy("%(client)s has suspended access for now."),
        gettext_lazy("Your tickets are kept. Your team lead knows more."),
    ),
    Gate.ASSIGNMENT: (
        gettext_lazy("Your assignment to %(client)s is not in its dates."),
        gettext_lazy("Ask your team lead to extend it if you still work on this account."),
    ),
    Gate.NDA: (
        gettext_lazy("The NDA of %(client)s has a version that you have not accepted."),
        gettext_lazy("Read and accept it, here or under My access; you are back in at once."),
    ),
    Gate.SECOND_FACTOR: (
        gettext_lazy("%(client)s asks for a second factor when you sign in."),
        gettext_lazy(
            "Add a key or a code under Sign-in and security, or ask your team lead for a code for this shift."
        ),
    ),
    Gate.LOCATION: (
        gettext_lazy("%(client)s may not be worked for from your country."),
        gettext_lazy("Your vendor's office can see which countries the contract allows, and where you are said to be."),
    ),
    Gate.NETWORK: (
        gettext_lazy("%(client)s may not be worked for from this network."),
        gettext_lazy("Connect through your office's network and load the page again."),
    ),
}
_OPEN: dict[Gate, Promise] = {
    Gate.CONTRACT: gettext_lazy("A contract with %(client)s is in force."),
    Gate.SUSPENSION: gettext_lazy("%(client)s has not suspended access."),
    Gate.ASSIGNMENT: gettext_lazy("Your assignment to %(client)s is in its dates."),
    Gate.NDA: gettext_lazy("You have accepted the NDA of %(client)s."),
    Gate.SECOND_FACTOR: gettext_lazy("Your second factor is as %(client)s asks."),
    Gate.LOCATION: gettext_lazy("%(client)s may be worked for from your country."),
    Gate.NETWORK: gettext_lazy("%(client)s may be worked for from this network."),
}


def _within(start: datetime | None, end: datetime | None, now: datetime) -> bool:
    return start is not None and start <= now and (end is None or now < end)
