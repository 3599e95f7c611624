"""Writes access-log entries, in the transaction of what they record.

One statement, whatever the number of clients and records, and without RETURNING: whoever
causes an entry needs no right to read it.  If it can't be written, nothing is shown.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access import scope
from access.actor import Actor, Standing
from access.log_format import SALTED_BYTES, commitments
from access.rights import Side
from helpdesk.lib import clock
from helpdesk.postgres.base import keep_back


class Action(StrEnum):
    """What was done with a record."""

    VIEW = "view"
    LIST = "list"
    SEARCH = "search"
    REVEAL = "reveal"
    VERIFY = "verify"
    CHANGE = "change"
    CLEARANCE = "clearance"
    EXPORT = "export"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    REFUSED = "refused"

    @property
    def label(self) -> Promise:
        """The action in words."""
        return _LABELS[self]


_LABELS: dict[Action, Promise] = {
    Action.VIEW: _("opened"),
    Action.LIST: _("listed"),
    Action.SEARCH: _("searched"),
    Action.REVEAL: _("showed a masked field"),
    Action.VERIFY: _("verified a caller"),
    Action.CHANGE: _("changed"),
    Action.CLEARANCE: _("changed a clearance"),
    Action.EXPORT: _("exported"),
    Action.SIGN_IN: _("signed in"),
    Action.SIGN_OUT: _("signed out"),
    Action.REFUSED: _("was refused"),
}

CUSTOMER = "customer"
TICKET = "ticket"
FILE = "file"
ARTICLE = "article"
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to write: what was done at one client, and with which records (kind, id)."""

    client_id: int
    action: Action
    records: Sequence[tuple[str, int]] = ()
    ticket_id: int | None = None
    ticket_number: int | None = None
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(actor: Actor, client_id: int, action: Action, *records: tuple[str, int], **more: Any) -> None:
    """Write one entry; `more` are the fields of `Entry`."""
    write(actor, [Entry(client_id, action, records, **more)])


def record_of_vendor(
    actor: Actor, vendor_id: int | None, client_id: int, action: Action, *records: tuple[str, int], **more: Any
) -> None:
    """As `record`, of what concerns one vendor's people: that vendor reads the entry, another does not."""
    record(replace(actor, vendor_id=vendor_id), client_id, action, *records, **more)


_SQL = "SELECT access_write_log(%s)"


def write(actor: Actor, entries: Iterable[Entry]) -> None:
    """Write the entries in one statement, kept back (`helpdesk.postgres`): as the last one it goes with COMMIT.

    Raises `ScopeMissing` outside a scope.  Where an entry can't be written, the next statement or the
    commit raises the database's error: nothing is shown before the commit.
    """
    scope.require()
    now = clock.now()
    rows = [_row(actor, entry, now) for entry in entries]
    if rows:
        keep_back(_SQL, [json.dumps(rows)])


def _name(actor: Actor, standing: Standing | None) -> str:
    """Who did it, as this client's log may call them; a customer whose name is not public has none here."""
    if actor.side is Side.CUSTOMER and standing and standing.client.name_class != "public":
        return ""
    return standing.card_name if standing and standing.card_name else actor.name


def _row(actor: Actor, entry: Entry, now: datetime) -> dict[str, Any]:
    """The entry as JSON, its bytes as PostgreSQL reads them."""
    standing = actor.standings.get(entry.client_id)
    values: dict[str, Any] = {
        "at": now,
        "side": actor.side.value,
        "user_id": actor.user_id,
        "card_id": standing.card_id if standing else None,
        "vendor_id": actor.vendor_id,
        "customer_id": actor.customer_id,
        "actor_name": _name(actor, standing)[:160],
        "action": entry.action.value,
        "records": [[kind, number] for kind, number in entry.records],
        "ticket_id": entry.ticket_id,
        "ticket_number": entry.ticket_number,
        "assignment_id": standing.assignment_id if standing else None,
        "reason": entry.reason[:200],
        "origin": actor.origin[:64],
        "detail": _detail(entry, standing),
    }
    _check(values["detail"])
    pool = secrets.token_bytes(SALTED_BYTES)
    sealed = commitments(values, pool)
    return {
        **values,
        "client_id": entry.client_id,
        "at": now.isoformat(),
        "commitments": sealed.hex(),
        "salts": pool.hex(),
    }


def _detail(entry: Entry, standing: Standing | None) -> dict[str, Any]:
    """What the entry tells more; whatever was done under emergency access names its request."""
    if standing is None or standing.emergency_id is None:
        return dict(entry.detail)
    return {**entry.detail, EMERGENCY: standing.emergency_id}


def _check(detail: Any) -> None:
    """Refuse with `TypeError` what would not be hashed again as it is: languages write fractions differently."""
    if isinstance(detail, Mapping):
        for value in detail.values():
            _check(value)
    elif isinstance(detail, list | tuple):
        for value in detail:
            _check(value)
    elif isinstance(detail, float):
        raise TypeError("A log entry holds no fractions: write them as text, or in smaller units.")
