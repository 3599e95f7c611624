"""The core team of a contract: who is in it, who leaves it, and whether who follows is trained.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from access import clearance, gates
from access.clearance import PersonLine
from access.gates import Gate
from access.models import Contract, CoreRemoval
from helpdesk.lib import clock

# What training and signing close; the dates of contract and assignment may be yet to come.
_ASKED = (Gate.SUSPENSION, Gate.NDA, Gate.SECOND_FACTOR, Gate.LOCATION)


@dataclass(frozen=True, slots=True)
class Leaving:
    """That somebody leaves the core team, in the names that the client knows, and what who follows still lacks."""

    row: CoreRemoval
    name: str
    follower: str
    missing: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is still to come."""
        return self.row.done_at is None and self.row.called_off_at is None


@dataclass(frozen=True, slots=True)
class CoreTeam:
    """The core team of one contract today, who is about to leave it, and whom it has lost without notice."""

    members: tuple[PersonLine, ...]
    leaving: tuple[Leaving, ...]
    gone: tuple[Leaving, ...]

    @property
    def broken(self) -> tuple[Leaving, ...]:
        """Those who went without the notice that was promised."""
        return tuple(each for each in self.gone if not each.row.is_planned)


def of(contract: Contract, *, now: datetime | None = None) -> CoreTeam:
    """The core team, in the scope of the reader."""
    now = now or clock.now()
    lines = [line for line in clearance.hired([contract.client_id], now=now) if line.contract_id == contract.pk]
    rows = CoreRemoval.objects.filter(contract=contract).select_related("card", "follower").order_by("-leaves_at")
    told = [_leaving(row, lines, now) for row in rows if row.called_off_at is None]
    return CoreTeam(
        tuple(line for line in lines if line.is_core and (line.until is None or line.until > now)),
        tuple(each for each in told if each.is_open),
        tuple(each for each in told if not each.is_open),
    )


def leaving_at(client_id: int, *, now: datetime | None = None) -> list[Leaving]:
    """Everybody who is about to leave a core team at a client, the first one first."""
    now = now or clock.now()
    rows = CoreRemoval.objects.filter(client_id=client_id, done_at=None, called_off_at=None)
    found = list(rows.select_related("card", "follower").order_by("leaves_at"))
    lines = clearance.hired([client_id], now=now) if found else []
    return [_leaving(row, lines, now) for row in found]


def lacks(line: PersonLine, now: datetime) -> tuple[str, ...]:
    """What somebody who is to follow in the core team still lacks: NDA, second factor, certificates, must-reads."""
    hard = [
        _("NDA v%(number)s") % {"number": gates.current_version(line.facts.versions, now)}
        if gate is Gate.NDA
        else str(gate.missing)
        for gate in line.closed
        if gate in _ASKED
    ]
    return (*hard, *(duty.name for duty in line.missing))


def _leaving(row: CoreRemoval, lines: Sequence[PersonLine], now: datetime) -> Leaving:
    follower = next(
        (line for line in lines if line.card_id == row.follower_id and line.contract_id == row.contract_id), None
    )
    missing: tuple[str, ...] = ()
    if row.is_planned and row.done_at is None:
        is_there = follower is not None and (follower.until is None or follower.until > row.leaves_at)
        missing = lacks(follower, now) if follower is not None and is_there else (str(Gate.ASSIGNMENT.missing),)
    return Leaving(row, row.card.name, row.follower.name if row.follower else "", missing)
