"""Secrets that travel in links and headers: random ones, and signed ones that carry data.

A random token is stored only as its digest. A signed one is stored nowhere, so it can't be taken
back: where it must work once only, the caller keeps a row for it.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.core import signing

from helpdesk.lib.clock import now

SALT = "helpdesk.lib.tokens."


class BadToken(Exception):
    """The token is not ours, was changed, or is for another purpose."""


class ExpiredToken(BadToken):
    """The token was ours and is too old."""


def random_token() -> str:
    """A new secret of 192 random bits, safe in a URL."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What to store of a random token: its SHA-256 in 64 hex digits.

    No salt and no slow hash: the token has more randomness than anyone can try, and must be found
    by an index.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def matches(token: str, stored: str) -> bool:
    """Whether `stored` is this token's digest, in a time that doesn't tell how much agrees."""
    given = digest(token).encode()
    return secrets.compare_digest(given, stored.encode("utf-8", "surrogatepass"))


def signed(purpose: str, payload: Any, max_age: timedelta | int | None) -> str:
    """A token that carries `payload` (JSON values, readable by its holder) for one purpose.

    It is good for `max_age` (a number means seconds) from now, with None for ever.
    """
    if not purpose:
        raise ValueError("A signed token needs a purpose.")
    age = timedelta(seconds=max_age) if isinstance(max_age, int) else max_age
    until = None if age is None else (now() + age).timestamp()
    return signing.dumps([until, payload], salt=SALT + purpose)


def unsigned(purpose: str, token: str) -> Any:
    """The payload of a token made by `signed` for the same purpose.

    Raises ExpiredToken when its time is over and BadToken for anything else that is wrong with it.
    """
    try:
        until, payload = signing.loads(token, salt=SALT + purpose)
    except (signing.BadSignature, ValueError, TypeError):
        # ValueError also covers text that can't be encoded, which only an attacker sends.
        raise BadToken("This token is not valid.") from None
    if until is not None and now().timestamp() >= until:
        raise ExpiredToken("This token has expired.")
    return payload
