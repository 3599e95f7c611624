"""The access log's format, as `docs/log.md` writes it down: what is hashed and what is signed.

Only the standard library and `access.merkle`: who verifies a log needs neither Django nor a database.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from access import merkle

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
VERSION = b"\x01"
SALT_BYTES = 16
HASH_BYTES = 32
COMMITTED_BYTES = HASH_BYTES * len(FIELDS)
SALTED_BYTES = SALT_BYTES * len(FIELDS)

# What an entry about the log itself names: who takes values away must find what covers it.
LOG = "log"
RETAINED = "retained"
ERASED = "erased"

_PREFIXES = tuple((name, name.encode() + b"\0") for name in FIELDS)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_sha256 = hashlib.sha256


def canonical(value: Any) -> bytes:
    """The bytes that a commitment covers: compact JSON with sorted keys, UTF-8; times as ISO 8601 UTC."""
    if value is None:
        return b"null"
    if type(value) is int:
        return b"%d" % value
    if isinstance(value, datetime):
        value = value.isoformat()
    return _encode(value).encode()


def commitment(name: str, salt: bytes, value: Any) -> bytes:
    """SHA-256 over the field's name, its 16 byte salt and its canonical value, separated by NUL."""
    return _sha256(b"%b\0%b\0%b" % (name.encode(), salt, canonical(value))).digest()


def commitments(values: Mapping[str, Any], salts: bytes) -> bytes:
    """The commitments to an entry's fields, one after the other; `salts` are theirs, one after the other."""
    return b"".join(
        [
            _sha256(
                b"%b%b\0%b" % (prefix, salts[SALT_BYTES * at : SALT_BYTES * (at + 1)], canonical(values[name]))
            ).digest()
            for at, (name, prefix) in enumerate(_PREFIXES)
        ]
    )


def leaf(client_id: int, entry_id: int, committed: bytes) -> bytes:
    """The leaf's hash of an entry, whose commitments come one after the other."""
    return merkle.leaf_hash(VERSION + client_id.to_bytes(8, "big") + entry_id.to_bytes(8, "big") + committed)


def moment(at: datetime) -> str:
    """A moment as heads and keys write it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class BadText(ValueError):
    """The text is no head; the message says why."""


_HEAD = re.compile(
    r"head1\.([1-9][0-9]{0,18})\.([1-9][0-9]{0,18})\.([0-9a-f]{64})"
    r"\.([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\.([0-9a-f]{64})\.([0-9a-f]{128})"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The signed state of one client's log: its first `size` entries have this root.

    `at` is text as `moment` writes it, `key` the raw public key in hexadecimal.
    """

    client_id: int
    size: int
    root: bytes
    at: str
    key: str
    signature: bytes = b""

    def signed(self) -> bytes:
        """The bytes that the signature covers."""
        lines = ("helpdesk access log head 1", self.client_id, self.size, self.root.hex(), self.at, self.key)
        return "".join(f"{line}\n" for line in lines).encode()

    def text(self) -> str:
        """The head as one word, to be kept, mailed and pasted."""
        parts = ("head1", self.client_id, self.size, self.root.hex(), self.at, self.key, self.signature.hex())
        return ".".join(map(str, parts))


def read_head(text: str) -> Head:
    """The head of its one word; line breaks and spaces that a mail put in are left out.

    Raises `BadText`.
    """
    found = _HEAD.fullmatch("".join(text.split()))
    if found is None:
        raise BadText("this is no head: one begins with “head1.” and has seven parts with dots between them")
    client, size, root, at, key, signature = found.groups()
    return Head(int(client), int(size), bytes.fromhex(root), at, key, bytes.fromhex(signature))


def signed_key(public: str, at: str, by: str) -> bytes:
    """The bytes that the key `by` signs when it hands over to the key `public` (both in hexadecimal)."""
    return "".join(f"{line}\n" for line in ("helpdesk access log key 1", public, at, by)).encode()
