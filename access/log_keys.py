"""The key that signs the heads of every client's log: where it lives, how it begins, how it is handed over.

The private key is a file of the deployment, never a row; `LogKey` holds the public ones.
"""

import os
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from access.log_format import moment, signed_key
from access.models import LogKey
from helpdesk.lib import clock, locks

# Signing and handing over wait for each other: no head is signed by a key after its successor began.
LOCK = "access log key"


class KeyMissing(RuntimeError):
    """The log can't be signed here; the text says why, and what to do."""


def newest() -> LogKey | None:
    """The public key that signs now, if there is one yet."""
    return LogKey.objects.order_by("-pk").first()


def load() -> Ed25519PrivateKey:
    """The private key of this deployment.

    Raises `KeyMissing` where the file is not there, is no key, or is not the key that signs now.
    """
    private = _read(settings.LOG_KEY_FILE)
    known = newest()
    if known is None:
        raise KeyMissing("The access log has no key yet: run `manage.py rotate_log_key`, which makes the first one.")
    if public_of(private) != known.public:
        raise KeyMissing(
            f"{settings.LOG_KEY_FILE} holds another key than {known.public[:16]}…, which signs now: copy that one here."
        )
    return private


def public_of(private: Ed25519PrivateKey) -> str:
    """The public key in hexadecimal, by which heads name it."""
    return private.public_key().public_bytes_raw().hex()


def begin() -> LogKey | None:
    """Take the key in the file for the first one, or make it; None where there is a first one.

    Raises `KeyMissing` where the file can't be read.
    """
    finish()
    with transaction.atomic():
        locks.hold(LOCK)
        if newest() is not None:
            return None
        is_there = settings.LOG_KEY_FILE.exists()
        private = _read(settings.LOG_KEY_FILE) if is_there else Ed25519PrivateKey.generate()
        row = LogKey.objects.create(public=public_of(private), since=_now())
        if not is_there:
            _write(private, _fresh_path())
    finish()
    return row


def rotate() -> LogKey:
    """Hand over to a new key, which the old one signs; the old private key is gone afterwards.

    Raises `KeyMissing` where the old key is not here.
    """
    finish()
    private = Ed25519PrivateKey.generate()
    with transaction.atomic():
        locks.hold(LOCK)
        old = load()
        public, by, since = public_of(private), public_of(old), _now()
        signature = old.sign(signed_key(public, moment(since), by))
        row = LogKey.objects.create(public=public, since=since, by=by, signature=signature)
        _write(private, _fresh_path())
    finish()
    return row


def finish() -> None:
    """Put a new key in its place once its row stands; drop one whose row never came.

    The new file is written before the row and takes its place after it: a crash between leaves both keys.
    """
    fresh = _fresh_path()
    if not fresh.exists():
        return
    with transaction.atomic():
        locks.hold(LOCK)
        known = newest()
        if known is not None and public_of(_read(fresh)) == known.public:
            fresh.replace(settings.LOG_KEY_FILE)
        else:
            fresh.unlink()


def _fresh_path() -> Path:
    path: Path = settings.LOG_KEY_FILE
    return path.with_name(path.name + ".new")


def _now() -> datetime:
    return clock.now().replace(microsecond=0)


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise KeyMissing(
            f"{path} is missing: copy the key of the access log there, or set HELPDESK_LOG_KEY to where it is."
        ) from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyMissing(f"{path} can't be read as a private key (PEM, Ed25519): put the key's file back.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMissing(f"{path} holds a key of another kind: the access log is signed with Ed25519.")
    return key


def _write(private: Ed25519PrivateKey, path: Path) -> None:
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
