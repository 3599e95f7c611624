"""What becomes of contracts by time alone: notice that has run out, names from a new version's day on, who leaves."""

from datetime import timedelta

from celery import shared_task

from access.actions import contracts, core_team
from access.actor import Actor
from access.models import Client, Contract, ContractTerms, CoreRemoval
from access.tasks import ClientTask, in_client
from helpdesk.lib import clock

# How long after its day a version's names are looked at again: more than any outage of the sweep.
NAMES_LOOKED_AT = timedelta(days=7)


@shared_task(name="access.sweep_contracts")
def sweep_contracts() -> int:
    """Have the contracts settled of every client at which something is due; returns how many clients."""
    waiting = [pk for pk in Client.objects.order_by("pk").values_list("pk", flat=True) if _waits(pk)]
    for client_id in waiting:
        settle_contracts.delay(client_id)
    return len(waiting)


def _waits(client_id: int) -> bool:
    now = clock.now()
    with in_client(client_id, "access.sweep_contracts"):
        signed = ContractTerms.objects.filter(vendor_signed_at__isnull=False, client_signed_at__isnull=False)
        leaves = CoreRemoval.objects.filter(done_at=None, called_off_at=None)
        return (
            Contract.objects.filter(state__in=Contract.IN_FORCE, valid_until__lte=now).exists()
            or leaves.filter(leaves_at__lte=now + core_team.LOOK_AHEAD).exists()
            or signed.filter(valid_from__lte=now, valid_from__gt=now - NAMES_LOOKED_AT).exists()
        )


@shared_task(base=ClientTask, name="access.settle_contracts")
def settle_contracts(actor: Actor) -> None:
    """Bring one client's contracts where they belong now; a twin finds nothing to do."""
    for client_id in actor.client_ids:
        contracts.settle(actor, client_id=client_id)
        core_team.settle(actor, client_id=client_id)
