"""The product, which leaves its log entry out where a request asks it to: for `access_log_price` alone."""

from collections.abc import Callable, Iterable
from threading import local
from typing import Any

from access import log
from access.actor import Actor
from helpdesk import wsgi

_here = local()
_write = log.write


def _write_unless_told(actor: Actor, entries: Iterable[log.Entry]) -> None:
    if not _here.unlogged:
        _write(actor, entries)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The product's, once it is noted whether this request wants its entry."""
    _here.unlogged = "HTTP_X_UNLOGGED" in environ
    return wsgi.application(environ, start_response)


log.write = _write_unless_told
