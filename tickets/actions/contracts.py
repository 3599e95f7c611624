"""Under which contract, and so for which vendor, a ticket is worked."""

from collections.abc import Callable
from datetime import datetime

from access.models import Contract, Vendor
from helpdesk.lib import clock
from tickets import signals
from tickets.models import Status, Ticket


def contract_in_force(client_id: int, at: datetime) -> Contract | None:
    """The oldest contract in force, or None: tickets are taken all the same."""
    found = Contract.objects.filter(client_id=client_id, state__in=Contract.IN_FORCE, valid_from__lte=at)
    return found.exclude(valid_until__lte=at).order_by("id").first()


def contract_of_history(client_id: int) -> Callable[[datetime], Contract | None]:
    """Tells the contract of what came in at a moment of the past; one statement for all of them.

    What is older than every contract belongs to the one in force now where a single vendor works
    for the client; where there are more, nobody can know whose it was.
    """
    now = clock.now()
    rows = Contract.objects.filter(client_id=client_id, state__in=Contract.IN_FORCE)
    known = list(rows.select_related("vendor").order_by("id"))
    current = [contract for contract in known if _covers(contract, now)]
    sole = current[0] if len({contract.vendor_id for contract in current}) == 1 else None

    def of(at: datetime) -> Contract | None:
        covering = next((contract for contract in known if _covers(contract, at)), None)
        return covering or (sole if all(at < contract.valid_from for contract in known) else None)

    return of


def _covers(contract: Contract, at: datetime) -> bool:
    return contract.valid_from <= at and (contract.valid_until is None or at < contract.valid_until)


def bring_under_contract(ticket: Ticket, *, at: datetime) -> None:
    """Put a locked ticket that has no contract under the one in force, if any: it comes alive.

    What is promised for an open ticket runs from now; whoever opens one again tells so themselves.
    """
    if ticket.contract_id is not None:
        return
    contract = contract_in_force(ticket.client_id, at)
    if contract is None:
        return
    ticket.contract, ticket.vendor = contract, contract.vendor
    ticket.save(update_fields=["contract", "vendor"])
    if ticket.status == Status.OPEN:
        signals.contract_found.send(Ticket, ticket=ticket, at=at)


def vendor_of(ticket: Ticket) -> Vendor | None:
    """Who works the ticket: its own vendor, else the one that would get it now."""
    if ticket.vendor is not None:
        return ticket.vendor
    contract = contract_in_force(ticket.client_id, clock.now())
    return contract.vendor if contract else None
