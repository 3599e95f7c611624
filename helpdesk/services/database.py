"""Looks at a database before the product does: whether it answers, and whether it is prepared already."""

import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psycopg

from helpdesk.services.environment import ROOT
from helpdesk.services.errors import CannotStart
from helpdesk.services.stamps import digest_of_states, is_done, mark_done

_CONNECT_SECONDS = 5
_FRESH_SECONDS = 5 * 24 * 3600


def check_answers(name: str, url: str) -> None:
    """Refuse with `CannotStart` a server that can't be used; ``name`` is the setting that holds its address."""
    try:
        psycopg.connect(url, connect_timeout=_CONNECT_SECONDS).close()
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise CannotStart(f"The server of {name} can't be used ({reason}): check the address and the role.") from None


class Preparation:
    """Remembers for which code and which database `manage.py prepare` was last done, as that takes seconds."""

    def __init__(self, var: Path, *, database_url: str, base_url: str, with_demo: bool) -> None:
        self._url = database_url
        self._logins = var / "demo.json" if with_demo else None
        self._stamp = var / ".prepared"
        # Any change of code counts, not only of migrations: the demo is made by code too.
        places = sha256(f"{database_url} {base_url} {with_demo}".encode()).hexdigest()
        self._digest = digest_of_states([*_code(), ROOT / "requirements.lock"], extra=places)

    def is_done(self) -> bool:
        """Whether there is nothing left to do; asks the database too, which may have been emptied meanwhile."""
        return is_done(self._stamp, self._digest) and self._is_fresh() and self._has_our_migrations()

    def mark_done(self) -> None:
        """Note that it was done."""
        mark_done(self._stamp, self._digest)

    def _is_fresh(self) -> bool:
        """Whether the demo's logins were written lately: the sign-in links among them end after some days."""
        if self._logins is None:
            return True
        try:
            return time.time() - self._logins.stat().st_mtime < _FRESH_SECONDS
        except FileNotFoundError:
            return False

    def _has_our_migrations(self) -> bool:
        ours = {(path.parts[-3], path.stem) for path in ROOT.glob("*/migrations/[0-9]*.py")}
        try:
            with psycopg.connect(self._url, connect_timeout=_CONNECT_SECONDS) as connection:
                return ours <= set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
        except psycopg.Error:
            return False


def _code() -> Iterator[Path]:
    for app in ROOT.glob("*/apps.py"):
        yield from app.parent.glob("**/*.py")
