"""Closes what has been solved long enough, and follows suspensions.  Every task may run twice."""

from celery import shared_task

from access.actor import Actor
from access.models import Client
from access.tasks import ClientTask
from helpdesk.lib import clock
from tickets.actions import changeovers, fallback, handling
from tickets.models import SOLVED_STAYS, Status, Ticket

CLOSED_AT_ONCE = 200


@shared_task(name="tickets.sweep_solved")
def sweep_solved() -> None:
    """Let each client's solved tickets be closed, one task a client."""
    for client_id in Client.objects.order_by("id").values_list("pk", flat=True):
        close_solved.delay(client_id)


@shared_task(base=ClientTask, name="tickets.close_solved")
def close_solved(actor: Actor) -> int:
    """Close this client's tickets that were solved seven days ago; returns how many."""
    (client_id,) = actor.standings
    due = Ticket.objects.filter(client_id=client_id, status=Status.SOLVED, solved_at__lte=clock.now() - SOLVED_STAYS)
    found = list(due.order_by("solved_at").values_list("pk", flat=True)[:CLOSED_AT_ONCE])
    for ticket_id in found:
        handling.close(actor, client_id=client_id, ticket_id=ticket_id)
    return len(found)


@shared_task(name="tickets.sweep_courts")
def sweep_courts() -> None:
    """Let each client's tickets be where they belong while a vendor may not work on them, and afterwards."""
    for client_id in Client.objects.order_by("id").values_list("pk", flat=True):
        settle_courts.delay(client_id)


@shared_task(base=ClientTask, name="tickets.settle_courts")
def settle_courts(actor: Actor) -> int:
    """Hand over what another vendor takes, set aside what a stopped one holds, and give back what was set aside.

    Returns how many moved.
    """
    (client_id,) = actor.standings
    over = changeovers.settle(actor, client_id=client_id)
    return over + fallback.settle(actor, client_id=client_id)
