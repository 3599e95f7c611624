"""The passwords and keys of one data folder: made once, kept in ``secrets.json`` with mode 600."""

import json
import os
import secrets
from pathlib import Path

from helpdesk.services.errors import CannotStart

NAMES = ("django_secret_key", "owner", "app", "keeper", "backup", "redis")


def read_or_make(folder: Path) -> dict[str, str]:
    """The secrets of ``folder``, one per name in ``NAMES``; missing ones are made and stored."""
    path = folder / "secrets.json"
    known = _read(path)
    missing = [name for name in NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(48) for name in missing}
        _write(path, known)
    return known


def _read(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CannotStart(f"{path} can't be read ({error}): repair it, or delete it to get new secrets.") from None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise CannotStart(f"{path} doesn't hold names with texts: delete it to get new secrets.")
    return content


def _write(path: Path, content: dict[str, str]) -> None:
    """Replace the file in one step, so that a crash leaves either the old one or the new one."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
