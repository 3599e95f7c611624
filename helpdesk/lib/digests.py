"""The digest of what somebody has read, so that a button counts for exactly that and for nothing written since."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any


def digest_of(*said: Any) -> str:
    """The SHA-256 of plain values in this order, in hex: texts, numbers, lists, mappings and aware moments."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=_moment).encode()).hexdigest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()
