"""What the contract's pages show: its life, its terms, and whose turn it is.  Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from access import onboarding
from access.actions.terms import COUNTED
from access.actor import Actor, ClientFace
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
    def prices(self) -> list[tuple[str, str]]:
        """The rate card as what is counted and its price, with the currency."""
        card = self.row.rate_card
        currency = card.get("currency", "")
        prices = card.get("prices", {})
        return [(name, f"{prices[name] / 100:,.2f} {currency}") for name in COUNTED if name in prices]


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


def _newest_versions(rows: Iterable[Contract]) -> Mapping[int, ContractTerms]:
    """By contract the last version written."""
    terms = ContractTerms.objects.filter(contract__in=[row.pk for row in rows]).order_by("number")
    return {row.contract_id: row for row in terms.defer("data_processing", "termination")}


def versions(contract: Contract, face: ClientFace, *, is_office: bool) -> list[Version]:
    """Every version of the terms, the newest first."""
    rows = ContractTerms.objects.filter(contract=contract).order_by("-number")
    current = _current(rows, clock.now())
    return [version_of(row, contract, face, is_office=is_office, is_current=row.pk == current) for row in rows]


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
