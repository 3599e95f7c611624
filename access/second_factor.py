"""Since when, and until when, a person's sign-in takes a second step: a fact for the gate of the same name.

It holds for the person, not for one browser: whoever has a key or a code device is asked for it at
every sign-in, and the sessions from before it are ended when it is added (`access.factors`).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from helpdesk.lib import clock


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Active from `since` (None: not at all) to `until` (None: no end in sight); aware, UTC."""

    since: datetime | None = None
    until: datetime | None = None


# A key or a code device of one's own; else the company's sign-in, where that is the only way in and
# answers for a second factor; else what a lead's code has opened for this shift.
_SQL = """
SELECT (SELECT min(created_at) FROM mfa_authenticator WHERE user_id = %(user)s AND type IN ('webauthn', 'totp')),
  (SELECT max(greatest(a.date_joined, d.vouched_since)) FROM access_user u
   JOIN access_signindomain d ON d.domain = lower(substring(u.email from '@([^@]+)$')) AND d.vouched_since IS NOT NULL
   JOIN socialaccount_socialaccount a ON a.user_id = u.id AND a.provider = d.provider WHERE u.id = %(user)s),
  c.used_at, c.open_until
FROM (SELECT 1) always LEFT JOIN LATERAL (
  SELECT used_at, open_until FROM access_shiftcode
  WHERE user_id = %(user)s AND open_until > %(now)s AND revoked_at IS NULL ORDER BY open_until DESC LIMIT 1) c ON true
"""


def facts(user_id: int) -> SecondFactor:
    """The person's second factor as it stands now; one statement, which needs no scope."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"user": user_id, "now": clock.now()})
        own, vouched, used_at, open_until = cursor.fetchone()
    since = min((moment for moment in (own, vouched) if moment is not None), default=None)
    if since is not None:
        return SecondFactor(since)
    return SecondFactor(used_at, open_until)
