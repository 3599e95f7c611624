"""Going over from one contract to another: whether whoever takes over is ready, and how far it is.  Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from access import onboarding
from access.models import Changeover, Contract
from access.tasks import in_client


@dataclass(frozen=True, slots=True)
class GoingOver:
    """A planned changeover with what whoever takes over still lacks."""

    row: Changeover
    missing: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether something is still to move."""
        return self.row.done_at is None and self.row.called_off_at is None


def lacks(row: Changeover) -> tuple[str, ...]:
    """What keeps the contract that takes over from doing so on the day: its state, its dates, its hard lines."""
    with in_client(row.client_id, "access.changeover"):
        contract = Contract.objects.get(pk=row.to_contract_id)
        lines = [line.name for line in onboarding.lines_of(contract) if line.is_hard and line.blocks]
    if contract.state not in Contract.IN_FORCE:
        lines.insert(0, _("not in force: %(state)s") % {"state": contract.get_state_display()})
    elif contract.valid_from > row.on_at:
        lines.insert(0, _("in force only later"))
    elif contract.valid_until is not None and contract.valid_until <= row.on_at:
        lines.insert(0, _("over by then"))
    return tuple(lines)


def of(client_id: int, contract: Contract | None = None) -> list[GoingOver]:
    """The changeovers of a client, or those that one contract has part in, as far as the reader sees them."""
    rows = Changeover.objects.filter(client_id=client_id, called_off_at=None)
    if contract is not None:
        rows = rows.filter(Q(contract=contract) | Q(to_contract=contract))
    # Neither vendor sees the other's contract: a join with it would lose the row.
    return shown(list(rows.select_related("vendor", "to_vendor").order_by("-on_at")))


def shown(rows: Sequence[Changeover]) -> list[GoingOver]:
    """These rows with what is missing of those that are still to begin."""
    return [GoingOver(row, lacks(row) if row.begun_at is None and row.called_off_at is None else ()) for row in rows]
