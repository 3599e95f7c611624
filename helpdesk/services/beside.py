"""Commands beside a running site: what they need to reach its servers, found in its data folder.

`run` leaves a note while it runs, with the same secrets as ``secrets.json`` beside it and the
same mode; a command that was given no servers of its own takes them from there.
"""

import json
import os
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path

from helpdesk.services.environment import read_wishes
from helpdesk.services.errors import CannotStart

NAMES = (
    "DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "DJANGO_SECRET_KEY", "PORT", "HELPDESK_VAR",
    "HELPDESK_BASE_URL", "HELPDESK_FILES_ORIGIN", "HELPDESK_DEMO",
)  # fmt: skip
_NOTE = "running.json"
# Whoever sets one of these has servers of their own in mind.
_OWN = ("DATABASE_URL", "DJANGO_SECRET_KEY", "HELPDESK_DEBUG")


@contextmanager
def noted(var: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Keep the note in the data folder for as long as the block runs."""
    path = var / _NOTE
    note = {"pid": os.getpid(), "environment": {name: environment[name] for name in NAMES if name in environment}}
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(note, file)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def join(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take the running site's settings into `environment`, unless it has servers of its own.

    Raises `CannotStart` where nothing runs on the data folder.
    """
    if any(environment.get(name, "").strip() for name in _OWN):
        return
    var = read_wishes(environment).var
    try:
        note = json.loads((var / _NOTE).read_text(encoding="utf-8"))
        os.kill(note["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotStart(
            f"No help desk runs on {var}: start it with `make run`, "
            "or set DATABASE_URL, REDIS_URL and DJANGO_SECRET_KEY."
        ) from None
    environment.update(note["environment"])
