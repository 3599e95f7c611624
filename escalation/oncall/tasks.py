"""The sweep that keeps who was on call, and the task that it hands out; each may run twice."""

from celery import shared_task

from access.actor import Actor
from access.models import Client
from access.tasks import ClientTask, in_client
from escalation.oncall import keeping


@shared_task(name="escalation.sweep_on_call")
def sweep_on_call() -> int:
    """Have the past kept of every client that has a schedule; returns how many clients."""
    waiting = [pk for pk in Client.objects.order_by("pk").values_list("pk", flat=True) if _waits(pk)]
    for client_id in waiting:
        keep_on_call.delay(client_id)
    return len(waiting)


def _waits(client_id: int) -> bool:
    with in_client(client_id, "escalation.sweep_on_call"):
        return keeping.is_waiting(client_id)


@shared_task(base=ClientTask, name="escalation.keep_on_call")
def keep_on_call(actor: Actor) -> int:
    """Keep who was on call until now at one client; a twin finds nothing to do."""
    (client_id,) = actor.standings
    return keeping.keep(actor, client_id=client_id)
