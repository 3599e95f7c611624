"""Signatures of webhooks as Standard Webhooks 1.0 writes them (https://www.standardwebhooks.com).

Pure: the secrets, the id, the time and the bytes are passed in.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret of 256 bits, in the form that the receiving libraries take."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(keys: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a call; one signature for each secret that is good now, the newest first."""
    timestamp = str(int(at.timestamp()))
    signatures = " ".join(signature(key, message_id, timestamp, body) for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signatures}


def signature(key: str, message_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 in base64, over id, Unix time and body with dots between them."""
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = hmac.new(base64.b64decode(key.removeprefix(_PREFIX)), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
