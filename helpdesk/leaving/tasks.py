"""Tells customers that the data they asked for is ready.  Every task may run twice."""

from celery import shared_task

from access.actor import Actor
from access.models import Client
from access.tasks import ClientTask
from helpdesk.leaving import own_data


@shared_task(name="leaving.sweep_own_data")
def sweep_own_data() -> None:
    """Look for data that is ready and not told of, one task a client."""
    for client_id in Client.objects.order_by("pk").values_list("pk", flat=True):
        tell_own_data.delay(client_id)


@shared_task(base=ClientTask, name="leaving.tell_own_data")
def tell_own_data(actor: Actor) -> int:
    """Mail this client's customers the links to their data; returns how many are told of."""
    (client_id,) = actor.standings
    return own_data.tell_done(actor, client_id=client_id)
