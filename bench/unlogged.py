"""The product with its access log switched off, for `access_log_price` and for nothing else."""

from collections.abc import Iterable

from access import log
from access.actor import Actor
from helpdesk.wsgi import application

__all__ = ["application"]


def _write_nothing(actor: Actor, entries: Iterable[log.Entry]) -> None:
    """Take the entries as `access.log.write` does, and drop them."""


log.write = _write_nothing
