"""The dispatch table of what is due: ids and times only, so that a sweep needs no client's scope.

Every escalation that has not ended has at least one row here: its next step, or after the last
one a watch that looks whether the ticket was solved by somebody who may not see escalations.
Every request for emergency access that waits has one: when it is to be looked at next.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from access.models import EmergencyAccess
from escalation.models import DueStep, EscalationStep

Kind = DueStep.Kind
LEASE = timedelta(seconds=60)
WATCH_EVERY = timedelta(minutes=5)
_CLAIM = """
WITH due AS (
  SELECT id FROM escalation_duestep
  WHERE due_at <= %(now)s AND (lease_until IS NULL OR lease_until <= %(now)s OR lease_until > %(until)s)
  ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE escalation_duestep SET lease_until = %(until)s FROM due WHERE escalation_duestep.id = due.id
RETURNING escalation_duestep.kind, escalation_duestep.client_id, escalation_duestep.step_id
"""


def claim(now: datetime, *, most: int = 200) -> list[tuple[Kind, int, int]]:
    """Lease up to `most` due rows to this worker and return them as (kind, client, step), oldest first.

    No two workers get the same row while its lease lasts; what a dead worker had comes back.  A lease
    that ends later than any given now is of a clock that was wrong, and counts for nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "until": now + LEASE, "most": most})
        return [(Kind(kind), client_id, step_id) for kind, client_id, step_id in cursor.fetchall()]


def put(steps: Iterable[EscalationStep]) -> None:
    """Have these steps told when they are due."""
    DueStep.objects.bulk_create(
        DueStep(client_id=step.client_id, step_id=step.pk, due_at=step.due_at) for step in steps
    )


def drop(step_ids: Collection[int]) -> None:
    """Forget these steps: told, or not needed any more."""
    DueStep.objects.filter(kind=Kind.STEP, step_id__in=step_ids).delete()


def watch(step: EscalationStep, *, at: datetime) -> None:
    """Look at this step's escalation again in a while."""
    DueStep.objects.update_or_create(
        kind=Kind.STEP,
        step_id=step.pk,
        defaults={"client_id": step.client_id, "due_at": at + WATCH_EVERY, "lease_until": None},
    )


def look_at(request: EmergencyAccess, *, at: datetime) -> None:
    """Look at a request for emergency access then."""
    DueStep.objects.update_or_create(
        kind=Kind.EMERGENCY,
        step_id=request.pk,
        defaults={"client_id": request.client_id, "due_at": at, "lease_until": None},
    )


def forget(request_id: int) -> None:
    """A request for emergency access waits no longer."""
    DueStep.objects.filter(kind=Kind.EMERGENCY, step_id=request_id).delete()
