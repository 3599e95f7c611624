"""Since when, and until when, a person's sign-in takes a second step: a fact for the gate of the same name.

A lead's code counts for the session that it was given in (`access.standing`).  All else holds for the
person, not for one browser: whoever has a key or a code device is asked for it at
every sign-in, and the sessions from before it are ended when it is added (`access.factors`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from helpdesk.lib import clock


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Active from `since` (None: not at all) to `until` (None: no end in sight); aware, UTC."""

    since: datetime | None = None
    until: datetime | None = None
    # Only by a lead's code: that counts for the sessions in which one was given, and for nothing else.
    by_code: bool = False


# A key or a code device of one's own; else the company's sign-in, where that is the only way in and
# answers for a second factor; else what a lead's code has opened for this shift.
_SQL = """
SELECT p.id,
  (SELECT min(created_at) FROM mfa_authenticator WHERE user_id = p.id AND type IN ('webauthn', 'totp')),
  (SELECT max(greatest(a.date_joined, d.vouched_since)) FROM access_user u
   JOIN access_signindomain d ON d.domain = lower(substring(u.email from '@([^@]+)$')) AND d.vouched_since IS NOT NULL
   JOIN socialaccount_socialaccount a ON a.user_id = u.id AND a.provider = d.provider WHERE u.id = p.id),
  c.used_at, c.open_until
FROM unnest(%(users)s::bigint[]) AS p (id) LEFT JOIN LATERAL (
  SELECT used_at, open_until FROM access_shiftcode
  WHERE user_id = p.id AND open_until > %(now)s AND revoked_at IS NULL ORDER BY open_until DESC LIMIT 1) c ON true
"""


def facts(user_id: int) -> SecondFactor:
    """The person's second factor as it stands now; one statement, which needs no scope."""
    return of_people([user_id])[user_id]


def of_people(user_ids: Collection[int]) -> dict[int, SecondFactor]:
    """The same for many people, in one statement too."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"users": list(user_ids), "now": clock.now()})
        rows = cursor.fetchall()
    return {row[0]: _fact(*row[1:]) for row in rows}


def _fact(
    own: datetime | None, vouched: datetime | None, used_at: datetime | None, open_until: datetime | None
) -> SecondFactor:
    since = min((moment for moment in (own, vouched) if moment is not None), default=None)
    return SecondFactor(since) if since is not None else SecondFactor(used_at, open_until, by_code=used_at is not None)
