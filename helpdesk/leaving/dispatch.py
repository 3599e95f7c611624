"""The dispatch table of the keeper's jobs: ids and times only, so that nobody needs every client's scope."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from helpdesk.leaving.models import DueJob
from helpdesk.lib import leases

LEASE = timedelta(minutes=2)
_CLAIM = f"""
WITH due AS (
  SELECT id FROM leaving_duejob
  WHERE due_at <= %(now)s AND {leases.IS_FREE}
  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE leaving_duejob SET lease_until = %(until)s FROM due WHERE leaving_duejob.id = due.id
RETURNING leaving_duejob.client_id, leaving_duejob.job_id
"""  # noqa: S608  # the only thing put in is a rule of ours


def put(client_id: int, job_id: int, *, at: datetime) -> None:
    """Have the keeper do this job from then on."""
    DueJob.objects.create(client_id=client_id, job_id=job_id, due_at=at)


def claim(now: datetime) -> tuple[int, int] | None:
    """Lease the job that is due longest and return it as (client, job); None where none is.

    What a dead keeper had comes back when its lease ends.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, leases.moments(now, LEASE))
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def renew(job_id: int, now: datetime) -> None:
    """Keep the lease while the work goes on."""
    DueJob.objects.filter(job_id=job_id).update(lease_until=now + LEASE)


def postpone(job_id: int, until: datetime) -> None:
    """Try again then."""
    DueJob.objects.filter(job_id=job_id).update(due_at=until, lease_until=None)


def drop(job_id: int) -> None:
    """Done, or given up."""
    DueJob.objects.filter(job_id=job_id).delete()
