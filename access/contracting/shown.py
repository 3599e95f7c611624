"""What the contract's pages show: its life, its terms, and whose turn it is.  Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from access import onboarding
from access.actor import Actor, ClientFace
from access.contracting import said
from access.contracting.said import Changes, Fact, Text
from access.errors import NotFound
from access.models import Contract, ContractTerms
from access.onboarding import Line
from helpdesk.lib import clock

State = Contract.State


@dataclass(frozen=True, slots=True)
class Step:
    """One state of a contract's life: gone by, where it stands, or to come."""

    label: str
    mark: str

    @property
    def is_here(self) -> bool:
        """Whether the contract stands there."""
        return self.mark == "here"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the terms, and the names of those who have not signed it."""

    row: ContractTerms
    is_current: bool
    missing: tuple[str, ...]
    waits_for_reader: bool

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What it says in short."""
        return said.facts(self.row)

    @property
    def texts(self) -> tuple[Text, ...]:
        """What it says at length."""
        return said.texts(self.row)


@dataclass(frozen=True, slots=True)
class Signing:
    """A version as it is read before it is signed: whole, and how it differs from the one before, if there is one."""

    version: Version
    before: ContractTerms | None
    changes: Changes | None


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract in a list: with whom, where it stands, and what it waits for."""

    contract: Contract
    client: ClientFace
    steps: tuple[Step, ...]
    to_sign: Version | None
    open_lines: int

    @property
    def is_over(self) -> bool:
        """Whether nobody works under it any more, whatever its row says yet."""
        return has_ended(self.contract)


def has_ended(contract: Contract) -> bool:
    """Whether it has ended, by its state or by its date."""
    until = contract.valid_until
    return contract.state == State.ENDED or (until is not None and until <= clock.now())


def life(contract: Contract) -> tuple[Step, ...]:
    """The five states; what was skipped on the way is not shown as gone by."""
    order = list(State)
    at = order.index(State.ENDED if has_ended(contract) else State(contract.state))
    gone = {State.NOTICE: contract.notice_at is not None}
    return tuple(
        Step(str(state.label), "here" if n == at else "past" if n < at and gone.get(state, True) else "later")
        for n, state in enumerate(order)
    )


def lines(actor: Actor, *, is_office: bool) -> list[ContractLine]:
    """The contracts that the actor sees at the clients in scope; what has ended comes last."""
    rows = list(Contract.objects.filter(client_id__in=actor.client_ids).select_related("vendor"))
    newest = _newest_versions(rows)
    found = []
    for contract in rows:
        face = actor.standings[contract.client_id].client
        row = newest.get(contract.pk)
        version = version_of(row, contract, face, is_office=is_office) if row is not None else None
        to_sign = version if version and version.missing and contract.state != State.ENDED else None
        is_open = contract.state == State.ONBOARDING
        still_open = sum(line.blocks for line in onboarding.lines_of(contract)) if is_open else 0
        found.append(ContractLine(contract, face, life(contract), to_sign, still_open))
    return sorted(found, key=lambda each: (each.is_over, each.client.name.casefold(), each.contract.pk))


def vendors_known(client_id: int) -> list[str]:
    """The names of the vendors with which a client has or had a contract, which are no secret to it."""
    rows = Contract.objects.filter(client_id=client_id).order_by("vendor__name")
    return list(rows.values_list("vendor__name", flat=True).distinct())


def _newest_versions(rows: Iterable[Contract]) -> Mapping[int, ContractTerms]:
    """By contract the last version written."""
    terms = ContractTerms.objects.filter(contract__in=[row.pk for row in rows]).order_by("number")
    return {row.contract_id: row for row in terms.defer("data_processing", "termination")}


def versions(contract: Contract, face: ClientFace, *, is_office: bool) -> list[Version]:
    """Every version of the terms, the newest first."""
    rows = ContractTerms.objects.filter(contract=contract).order_by("-number")
    current = _current(rows, clock.now())
    return [version_of(row, contract, face, is_office=is_office, is_current=row.pk == current) for row in rows]


def to_sign(found: Iterable[Version]) -> Version | None:
    """The version that waits for the reader's own side."""
    return next((version for version in found if version.waits_for_reader), None)


def signing(contract: Contract, face: ClientFace, number: int, *, is_office: bool) -> Signing:
    """The version with this number, or the one that was written in its place since; raises `NotFound`."""
    rows = ContractTerms.objects.filter(contract=contract)
    row = rows.filter(number__gte=number).order_by("number").first()
    if row is None:
        raise NotFound
    # Only what both sides have signed keeps its number once there is a later one.
    before = rows.filter(number__lt=row.number).order_by("-number").first()
    version = version_of(row, contract, face, is_office=is_office)
    return Signing(version, before, said.changes(row, before) if before is not None else None)


def version_of(
    row: ContractTerms, contract: Contract, face: ClientFace, *, is_office: bool, is_current: bool = False
) -> Version:
    """A version with whose signature it lacks."""
    unsigned = [
        name
        for at, name in ((row.client_signed_at, face.name), (row.vendor_signed_at, contract.vendor.name))
        if at is None
    ]
    own = row.vendor_signed_at if is_office else row.client_signed_at
    return Version(row, is_current, tuple(unsigned), own is None)


def _current(rows: Iterable[ContractTerms], now: datetime) -> int | None:
    signed = [row for row in rows if row.is_signed and row.valid_from <= now]
    return max(signed, key=lambda row: (row.valid_from, row.number)).pk if signed else None


def tally(checklist: Sequence[Line]) -> dict[str, int]:
    """How many lines are closed, and of how many; and how many hard ones are open."""
    return {
        "all": len(checklist),
        "closed": sum(line.is_closed for line in checklist),
        "hard_open": sum(line.is_hard and line.blocks for line in checklist),
    }
