"""The sweep that tells due steps, and the tasks that it hands out; each may run twice."""

from celery import shared_task

from access.actor import Actor
from access.tasks import ClientTask
from escalation import actions, dispatch, emergencies
from escalation.models import DueStep, Escalation, EscalationStep
from helpdesk.lib import clock


@shared_task(name="escalation.sweep_steps")
def sweep_steps() -> int:
    """Claim what is due and hand each step to a task inside its client; returns how many."""
    claimed = dispatch.claim(clock.now())
    for kind, client_id, step_id in claimed:
        task = tell_step if kind is DueStep.Kind.STEP else look_at_emergency
        task.delay(client_id, step_id)
    return len(claimed)


@shared_task(base=ClientTask, name="escalation.tell_step")
def tell_step(actor: Actor, step_id: int) -> None:
    """Tell one step, once."""
    actions.tell_step(actor, step_id=step_id)


@shared_task(base=ClientTask, name="escalation.look_at_emergency")
def look_at_emergency(actor: Actor, emergency_id: int) -> None:
    """Tell whoever is to be asked by now, and do what time does to the request."""
    emergencies.look(actor, emergency_id=emergency_id)


@shared_task(base=ClientTask, name="escalation.withdraw_ended")
def withdraw_ended(actor: Actor, ticket_id: int) -> None:
    """End the escalation of a ticket that its customer has closed."""
    (client_id,) = actor.standings
    running = Escalation.objects.filter(client_id=client_id, ticket_id=ticket_id, ended_at=None)
    step = EscalationStep.objects.filter(client_id=client_id, escalation__in=running).values_list("pk", flat=True)
    for step_id in step[:1]:
        actions.tell_step(actor, step_id=step_id)
