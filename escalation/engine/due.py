"""The dispatch table of what is due: ids and times only, so that a sweep needs no client's scope.

Every escalation that has not ended has a row here: when its next step is told, or else when it is
looked at again, in case the ticket was solved by somebody who may not see escalations.  Every clock
that runs has one for its next mark, every request for emergency access that waits one for its next look.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from escalation.models import Due
from helpdesk.lib import leases

Kind = Due.Kind
LEASE = timedelta(seconds=60)
WATCH_EVERY = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=5)
_CLAIM = f"""
WITH oldest AS (
  SELECT client_id FROM escalation_due
  WHERE due_at <= %(now)s AND {leases.IS_FREE}
  ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
), mine AS (
  SELECT id FROM escalation_due
  WHERE client_id = (SELECT client_id FROM oldest)
    AND due_at <= %(now)s AND {leases.IS_FREE}
  ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE escalation_due d SET lease_until = %(until)s, fence = d.fence + 1 FROM mine WHERE d.id = mine.id
RETURNING d.client_id, d.kind, d.subject_id, d.fence, d.failures
"""  # noqa: S608  # the only thing put in is a rule of ours
_PUT = """
INSERT INTO escalation_due (client_id, kind, subject_id, due_at)
SELECT %(client)s, kind, subject, due
FROM unnest(%(kinds)s::text[], %(subjects)s::bigint[], %(dues)s::timestamptz[]) AS given (kind, subject, due)
ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = EXCLUDED.due_at, lease_until = NULL, failures = 0
"""
# What is worked on is looked at again then, whatever comes of the work.
_PUT_NO_LATER = f"""{_PUT.partition(" DO UPDATE")[0]} DO UPDATE SET lease_until = NULL, failures = 0,
  due_at = CASE WHEN escalation_due.lease_until IS NULL THEN least(escalation_due.due_at, EXCLUDED.due_at)
    ELSE EXCLUDED.due_at END
"""
_HELD = """
SELECT d.kind, d.subject_id, d.fence, CASE WHEN d.lease_until IS NULL THEN d.due_at END FROM escalation_due d
JOIN unnest(%(kinds)s::text[], %(subjects)s::bigint[]) AS mine (kind, subject)
  ON d.kind = mine.kind AND d.subject_id = mine.subject
FOR UPDATE OF d
"""


class TooLate(Exception):
    """Somebody else has claimed what this worker held: nothing that it did may stay."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One row that this worker holds for a while; `fence` tells whether it still does."""

    kind: Kind
    subject_id: int
    fence: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What one worker holds of one client."""

    client_id: int
    rows: tuple[Claimed, ...]

    def of(self, kind: Kind) -> list[int]:
        """The subjects of one kind."""
        return [row.subject_id for row in self.rows if row.kind is kind]


def claim(now: datetime, *, most: int = 200) -> Claim | None:
    """Lease up to `most` due rows of the client that has waited longest; None where nothing is due.

    No two workers get the same row while its lease lasts; what a dead worker had comes back.  A lease
    of a clock that was wrong counts for nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, leases.moments(now, LEASE) | {"most": most})
        found = cursor.fetchall()
    if not found:
        return None
    return Claim(found[0][0], tuple(Claimed(Kind(kind), subject, fence, bad) for _, kind, subject, fence, bad in found))


def put(client_id: int, kind: Kind, moments: Mapping[int, datetime]) -> None:
    """Have these subjects looked at then, instead of when they were due before; one statement."""
    put_all(client_id, {(kind, subject): at for subject, at in moments.items()})


def put_no_later(client_id: int, kind: Kind, moments: Mapping[int, datetime]) -> None:
    """Have these subjects looked at then, or earlier where they are due before; one statement."""
    _put(_PUT_NO_LATER, client_id, {(kind, subject): at for subject, at in moments.items()})


def put_all(client_id: int, moments: Mapping[tuple[Kind, int], datetime]) -> None:
    """As `put`, for subjects of several kinds."""
    _put(_PUT, client_id, moments)


def _put(statement: str, client_id: int, moments: Mapping[tuple[Kind, int], datetime]) -> None:
    if moments:
        given: dict[str, Any] = {
            "client": client_id,
            "kinds": [kind.value for kind, _subject in moments],
            "subjects": [subject for _kind, subject in moments],
            "dues": list(moments.values()),
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, given)


def drop(kind: Kind, subject_ids: Collection[int]) -> None:
    """Forget these subjects: there is nothing to do for them any more."""
    if subject_ids:
        Due.objects.filter(kind=kind, subject_id__in=subject_ids).delete()


def settle(claim: Claim, following: Mapping[tuple[Kind, int], datetime | None]) -> None:
    """Give back what was claimed: due again then, or done where there is no moment.

    In the transaction of the work.  Raises `TooLate` where the lease was lost and another worker has it,
    so that the work is rolled back.  What the work itself has dropped stays dropped.  What was put anew since the
    claim is looked at again: whoever put it may have changed what the work had read before.
    """
    mine = {(row.kind, row.subject_id): row.fence for row in claim.rows}
    with connection.cursor() as cursor:
        kinds, subjects = [kind.value for kind, _ in mine], [subject for _, subject in mine]
        cursor.execute(_HELD, {"kinds": kinds, "subjects": subjects})
        held = {(Kind(kind), subject): (fence, anew) for kind, subject, fence, anew in cursor.fetchall()}
    if any(held[key][0] != fence for key, fence in mine.items() if key in held):
        raise TooLate
    coming = {key: _earlier(following.get(key), anew) for key, (_fence, anew) in held.items()}
    put_all(claim.client_id, {key: at for key, at in coming.items() if at is not None})
    for kind in {kind for kind, _subject in held}:
        drop(kind, [subject for (of, subject), at in coming.items() if of is kind and at is None])


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def put_off(claim: Claim, row: Claimed, now: datetime) -> None:
    """Try a row that could not be worked on again, later each time, so that it never holds up the others."""
    wait = min(LONGEST_WAIT, timedelta(seconds=2 ** min(row.failures + 1, 9)))
    Due.objects.filter(kind=row.kind, subject_id=row.subject_id, fence=row.fence).update(
        due_at=now + wait, lease_until=None, failures=row.failures + 1
    )
