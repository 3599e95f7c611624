"""Under which contract, and so for which vendor, a ticket is worked."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Exists

from access.models import Changeover, Contract, Vendor
from access.tasks import in_client
from helpdesk.lib import clock
from tickets import signals
from tickets.models import Status, Ticket
from tickets.queries.categories import ids_with_parts


def contract_in_force(client_id: int, at: datetime) -> Contract | None:
    """The oldest contract in force, or whichever has taken over all of its work; None where there is none."""
    found = _in_force(client_id, at)
    return _taken_over(found, at, None) if len(found) > 1 else next(iter(found), None)


def contract_for(client_id: int, at: datetime, category_id: int | None) -> Contract | None:
    """The contract that a new ticket of this category comes under; None where none is in force.

    Whoever opens it may not see the contract that has taken over: a vendor sees its own alone.
    """
    begun = Changeover.objects.filter(client_id=client_id, begun_at__lte=at, called_off_at=None)
    oldest = Contract.in_force_at(at).filter(client_id=client_id).annotate(is_handing_over=Exists(begun))
    found = list(oldest.order_by("id"))
    is_handing_over = found[0].is_handing_over if found else begun.exists()
    if not is_handing_over:
        return next(iter(found), None)
    with in_client(client_id, "tickets.contract_for"):
        return _taken_over(_in_force(client_id, at), at, category_id)


def _in_force(client_id: int, at: datetime) -> list[Contract]:
    return list(Contract.in_force_at(at).filter(client_id=client_id).order_by("id"))


def _taken_over(found: Sequence[Contract], at: datetime, category_id: int | None) -> Contract | None:
    """The oldest of the contracts, or who has taken over from it, one changeover after the other."""
    known = {contract.pk: contract for contract in found}
    rows = Changeover.objects.filter(contract__in=list(known), begun_at__lte=at, called_off_at=None)
    working = next(iter(found), None)
    for row in rows.order_by("begun_at", "pk"):
        is_theirs = not row.category_ids or category_id in ids_with_parts(row.client_id, row.category_ids)
        if working is not None and row.contract_id == working.pk and is_theirs:
            working = known.get(row.to_contract_id, working)
    return working


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
