"""What the operator set, checked, and what each child process gets of it."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpdesk.services.errors import CannotStart

ROOT = Path(__file__).resolve().parents[2]
# The owner's and the keeper's connections stay away from processes that answer requests.
_POWERS = ("MIGRATION_DATABASE_URL", "KEEPER_DATABASE_URL")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The operator's settings that starting depends on; None where an embedded server fills the place."""

    port: int
    bind: str
    var: Path
    base_url: str
    files_origin: str
    database_url: str | None
    migration_database_url: str | None
    keeper_database_url: str | None
    redis_url: str | None


def read_wishes(environment: Mapping[str, str] = os.environ) -> Wishes:
    """The checked settings; refuses with `CannotStart`. A variable set to nothing counts as not set."""

    def text(name: str) -> str | None:
        return environment.get(name, "").strip() or None

    port = _port(text("PORT") or "8000")
    database_url, migration_database_url = (text("DATABASE_URL"), text("MIGRATION_DATABASE_URL"))
    if (database_url is None) != (migration_database_url is None):
        missing = "DATABASE_URL" if database_url is None else "MIGRATION_DATABASE_URL"
        raise CannotStart(
            f"{missing} isn't set: an own PostgreSQL needs both DATABASE_URL (the role app) and "
            "MIGRATION_DATABASE_URL (the role owner)."
        )
    return Wishes(
        port=port,
        bind=text("HELPDESK_BIND") or "127.0.0.1",
        var=_folder(text("HELPDESK_VAR") or "var"),
        base_url=text("HELPDESK_BASE_URL") or f"http://127.0.0.1:{port}",
        files_origin=text("HELPDESK_FILES_ORIGIN") or f"http://localhost:{port}",
        database_url=database_url,
        migration_database_url=migration_database_url,
        keeper_database_url=text("KEEPER_DATABASE_URL"),
        redis_url=text("REDIS_URL"),
    )


def check_port_is_free(wishes: Wishes) -> None:
    """Refuse a port that something else listens on, before anything is started."""
    try:
        family, _, _, _, address = socket.getaddrinfo(wishes.bind, wishes.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotStart(f"HELPDESK_BIND={wishes.bind} is no address of this machine ({error.strerror}).") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotStart(
                f"Port {wishes.port} can't be used ({error.strerror}): stop what uses it, "
                "or set PORT to another number, for example PORT=8100."
            ) from None


def for_children(
    wishes: Wishes, *, database_url: str, redis_url: str, secret_key: str, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment of web, worker and beat: the role app, and no connection with more rights."""
    result = {name: value for name, value in environment.items() if name not in _POWERS}
    result |= {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(wishes.port),
        "HELPDESK_VAR": str(wishes.var),
        "HELPDESK_BASE_URL": wishes.base_url,
        "HELPDESK_FILES_ORIGIN": wishes.files_origin,
        "PYTHONUNBUFFERED": "1",
    }
    if not result.get("DJANGO_SECRET_KEY", "").strip():
        result["DJANGO_SECRET_KEY"] = secret_key
    # `run` is the demo; a production site starts its processes one by one.
    result.setdefault("HELPDESK_DEMO", "1")
    return result


def _port(raw: str) -> int:
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw) < 65536):
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {raw!r}: set another one, or leave it out.")
    return int(raw)


def _folder(raw: str) -> Path:
    path = Path(raw).expanduser()
    return path if path.is_absolute() else ROOT / path
