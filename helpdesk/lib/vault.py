"""Secrets that we must be able to read again, locked before they are kept.

Whoever has a copy of the database but not the secret key reads none of them.  A key that has been
replaced still opens what it locked as long as it stands in `SECRET_KEY_FALLBACKS`.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_INFO = b"helpdesk.lib.vault"


class Locked(Exception):
    """The text was locked with another key, or changed."""


def lock(text: str) -> str:
    """The text as it may be kept."""
    return _keys().encrypt(text.encode()).decode()


def unlock(kept: str) -> str:
    """The text that was locked.

    Raises `Locked` where none of our keys opens it.
    """
    try:
        return _keys().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise Locked("This secret was kept under another key.") from None


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str | bytes) -> Fernet:
    secret = secret if isinstance(secret, bytes) else secret.encode()
    derived = HKDF(SHA256(), length=32, salt=None, info=_INFO).derive(secret)
    return Fernet(urlsafe_b64encode(derived))
