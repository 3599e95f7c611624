"""Signed reply addresses: the token alone joins a mail to its ticket."""

import base64
import hashlib
import hmac

from django.conf import settings

_MARK_BYTES = 20  # 160 bits


def _mark(client_id: int, ticket_id: int) -> str:
    text = f"reply-address/{client_id}/{ticket_id}".encode()
    raw = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()[:_MARK_BYTES]
    return base64.b32encode(raw).decode().lower()


def reply_address(mailbox: str, *, client_id: int, ticket_id: int) -> str:
    """The mailbox with a tag that names the ticket and can't be guessed: `help+t12-mark@host`."""
    local, _at, host = mailbox.partition("@")
    return f"{local}+t{ticket_id}-{_mark(client_id, ticket_id)}@{host}"


def ticket_of(address: str, *, client_id: int) -> int | None:
    """The ticket that a reply address names, or None where the tag isn't ours, unchanged.

    Case doesn't matter: mail systems fold it.
    """
    local = address.partition("@")[0].lower()
    _mailbox, _plus, tag = local.rpartition("+t")
    number, _dash, mark = tag.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    ticket_id = int(number)
    return ticket_id if hmac.compare_digest(mark.encode(), _mark(client_id, ticket_id).encode()) else None
