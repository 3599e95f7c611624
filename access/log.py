"""Writes access-log entries, in the transaction of what they record.

One statement, whatever the number of clients and records, and without RETURNING: whoever
causes an entry needs no right to read it.  If it can't be written, nothing is shown.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access import scope
from access.actor import Actor
from helpdesk.lib import clock


class Action(StrEnum):
    """What was done with a record."""

    VIEW = "view"
    LIST = "list"
    SEARCH = "search"
    CHANGE = "change"
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
    Action.CHANGE: _("changed"),
    Action.EXPORT: _("exported"),
    Action.SIGN_IN: _("signed in"),
    Action.SIGN_OUT: _("signed out"),
    Action.REFUSED: _("was refused"),
}

CUSTOMER = "customer"
TICKET = "ticket"
FILE = "file"
ARTICLE = "article"

# The committed fields, in the order of their commitments; the format is final, so new facts
# go into `detail`.
FIELDS = (
    "at",
    "side",
    "user_id",
    "card_id",
    "vendor_id",
    "customer_id",
    "actor_name",
    "action",
    "records",
    "ticket_id",
    "ticket_number",
    "assignment_id",
    "reason",
    "origin",
    "detail",
)


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


def canonical(value: Any) -> bytes:
    """The bytes that a commitment covers: compact JSON with sorted keys, UTF-8; times as ISO 8601 UTC."""
    if isinstance(value, datetime):
        value = value.isoformat()
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(name: str, salt: bytes, value: Any) -> bytes:
    """SHA-256 over the field's name, its 16 byte salt and its canonical value, separated by NUL."""
    return hashlib.sha256(name.encode() + b"\0" + salt + b"\0" + canonical(value)).digest()


def record(actor: Actor, client_id: int, action: Action, *records: tuple[str, int], **more: Any) -> None:
    """Write one entry; `more` are the fields of `Entry`."""
    write(actor, [Entry(client_id, action, records, **more)])


_COLUMNS = ("client_id", *FIELDS, "commitments", "salts")
_ROW = "(%s::bigint, %s::timestamptz, %s, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s, %s, %s::jsonb,"
_ROW += " %s::bigint, %s::bigint, %s::bigint, %s, %s, %s::jsonb, %s::bytea[], %s::bytea[])"
_CONTENT = ", ".join(("client_id", *FIELDS, "salts"))
_SQL = f"""
WITH fresh AS MATERIALIZED (
  SELECT nextval('access_accesslogentry_id_seq') AS entry_id, v.*
  FROM (VALUES {{rows}}) AS v ({", ".join(_COLUMNS)})
), entry AS (
  INSERT INTO access_accesslogentry (id, client_id, at, commitments)
  SELECT entry_id, client_id, at, commitments FROM fresh
), content AS (
  INSERT INTO access_accesslogcontent (entry_id, {_CONTENT})
  SELECT entry_id, {_CONTENT} FROM fresh
)
INSERT INTO access_accesslogrecord (client_id, entry_id, kind, record_id)
SELECT client_id, entry_id, r->>0, (r->>1)::bigint FROM fresh, jsonb_array_elements(records) AS r
"""  # noqa: S608  # the names of our own columns


def write(actor: Actor, entries: Iterable[Entry]) -> None:
    """Write the entries in one statement.

    Raises `ScopeMissing` outside a scope, and a database error where an entry is for a client
    outside it: then nothing that the transaction read may be shown.
    """
    scope.require()
    now = clock.now()
    params: list[Any] = []
    count = 0
    for entry in entries:
        params += _row(actor, entry, now)
        count += 1
    if count:
        with connection.cursor() as cursor:
            cursor.execute(_SQL.format(rows=", ".join([_ROW] * count)), params)


def _row(actor: Actor, entry: Entry, now: datetime) -> list[Any]:
    standing = actor.standings.get(entry.client_id)
    values: dict[str, Any] = {
        "at": now,
        "side": actor.side.value,
        "user_id": actor.user_id,
        "card_id": standing.card_id if standing else None,
        "vendor_id": actor.vendor_id,
        "customer_id": actor.customer_id,
        "actor_name": (standing.card_name if standing and standing.card_name else actor.name)[:160],
        "action": entry.action.value,
        "records": [[kind, number] for kind, number in entry.records],
        "ticket_id": entry.ticket_id,
        "ticket_number": entry.ticket_number,
        "assignment_id": standing.assignment_id if standing else None,
        "reason": entry.reason[:200],
        "origin": actor.origin[:64],
        "detail": dict(entry.detail),
    }
    pool = secrets.token_bytes(16 * len(FIELDS))
    salts = [pool[i : i + 16] for i in range(0, len(pool), 16)]
    sealed = [commitment(name, salt, values[name]) for name, salt in zip(FIELDS, salts, strict=True)]
    texts = {"records": json.dumps(values["records"]), "detail": json.dumps(values["detail"])}
    return [entry.client_id, *({**values, **texts}[name] for name in FIELDS), sealed, salts]
