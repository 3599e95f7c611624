"""The sweep of what is due, and what is looked at at once; each may run twice."""

from celery import shared_task

from access.actor import Actor
from access.commit import after_commit
from access.models import Client
from access.tasks import ClientTask, in_client
from escalation import emergencies, nightly
from escalation.actions import recounts
from escalation.engine import climbs, due
from escalation.engine.sweep import sweep
from escalation.models import Escalation
from helpdesk.lib import clock


@shared_task(name="escalation.sweep_due")
def sweep_due() -> int:
    """Work on what is due until nothing is; returns how many rows that were."""
    return sweep()


@shared_task(base=ClientTask, name="escalation.look_at_emergency")
def look_at_emergency(actor: Actor, emergency_id: int) -> None:
    """Tell whoever is to be asked by now, and do what time does to the request."""
    (client_id,) = actor.standings
    following = emergencies.look(actor, emergency_id=emergency_id)
    if following is not None:
        due.put(client_id, due.Kind.EMERGENCY, {emergency_id: following})


@shared_task(base=ClientTask, name="escalation.look_at_climb")
def look_at_climb(actor: Actor, ticket_id: int) -> None:
    """Bring the escalation of a ticket up to date, which its customer may have closed."""
    (client_id,) = actor.standings
    running = Escalation.objects.filter(client_id=client_id, ticket_id=ticket_id, ended_at=None)
    found = list(running.values_list("pk", flat=True))
    for escalation_id, at in climbs.advance(actor, client_id, found, at=clock.now()).items():
        if at is not None:
            due.put(client_id, due.Kind.CLIMB, {escalation_id: at})


@shared_task(name="escalation.sweep_hours")
def sweep_hours() -> int:
    """Have the clocks recounted of every client whose support hours have changed; returns how many those are."""
    client_ids = Client.objects.order_by("pk").values_list("pk", flat=True)
    waiting = [client_id for client_id in client_ids if _waits(client_id)]
    for client_id in waiting:
        recount_clocks.delay(client_id)
    return len(waiting)


def _waits(client_id: int) -> bool:
    with in_client(client_id, "escalation.sweep_hours"):
        return recounts.is_waiting(client_id)


@shared_task(base=ClientTask, name="escalation.recount_clocks")
def recount_clocks(actor: Actor) -> None:
    """Recount one batch of a client's open clocks, and the next one after it while any are left."""
    (client_id,) = actor.standings
    if recounts.recount_batch(actor, client_id=client_id):
        after_commit(lambda: recount_clocks.delay(client_id))


@shared_task(name="escalation.sweep_checks")
def sweep_checks() -> int:
    """Have the matrix looked over of every client for which a night has passed; returns how many those are."""
    waiting = [pk for pk in Client.objects.order_by("pk").values_list("pk", flat=True) if _waits_for_check(pk)]
    for client_id in waiting:
        check_matrix.delay(client_id)
    return len(waiting)


def _waits_for_check(client_id: int) -> bool:
    with in_client(client_id, "escalation.sweep_checks"):
        return nightly.is_waiting(client_id)


@shared_task(base=ClientTask, name="escalation.check_matrix")
def check_matrix(actor: Actor) -> int:
    """Look over one client's matrix and mail what is new; a twin finds nothing to do."""
    (client_id,) = actor.standings
    return nightly.look_over(actor, client_id=client_id)
