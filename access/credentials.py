"""Who a cookie belongs to: the session and its person, read with one statement each on every request.

By hand, because everything that a signed-in person asks begins with these two, and writing the
statements anew took longer than the database's answer.
"""

from datetime import datetime
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone

from access.models import User, Vendor
from helpdesk.lib.rows import Rows

_SESSION_SQL = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_USER, _VENDOR = Rows(User), Rows(Vendor)
_USER_SQL = """
SELECT row_to_json(u), row_to_json(v) FROM access_user u LEFT JOIN access_vendor v ON v.id = u.vendor_id WHERE u.id = %s
"""


class SessionStore(DatabaseStore):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        """What the session holds; empty, and without a key, where there is none or it has ended."""
        row = None
        if self.session_key:
            with connection.cursor() as cursor:
                cursor.execute(_SESSION_SQL, [self.session_key, timezone.now()])
                row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(row[0])
        return found

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """As every session, but not beyond what a lead's code has opened."""
        usual: datetime = super().get_expiry_date(**kwargs)
        ends_at = self.get("ends_at")
        return min(usual, datetime.fromisoformat(ends_at)) if ends_at else usual


class Backend(AuthenticationBackend):
    """Signs people in by e-mail address and password."""

    def get_user(self, user_id: Any) -> User | None:
        """The active person with this id, with their vendor; None where there is none."""
        with connection.cursor() as cursor:
            cursor.execute(_USER_SQL, [user_id])
            row = cursor.fetchone()
        if row is None:
            return None
        user = _USER.made(row[0])
        user.vendor = _VENDOR.made_or_none(row[1])
        return user if self.user_can_authenticate(user) else None
