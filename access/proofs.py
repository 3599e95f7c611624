"""How a person proves once more who they are: a key, a code, a lead's code, the password.

One function for the second step, for *Is it you?* and for a lead's code on the security page, so that
each way is counted and answered the same wherever it is asked.
"""

import json
import struct
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from fido2.utils import websafe_decode

from access import factors
from access.actions import shift_codes
from access.doors import peer
from access.models import User
from access.throttle import CODE_BY_PEER, CODE_BY_PERSON, KEY_BY_PEER, take

CREDENTIAL_MOST = 20_000


class Way(StrEnum):
    """By what."""

    KEY = "key"
    CODE = "code"
    SHIFT_CODE = "shift_code"
    WORD = "password"

    @property
    def wrong(self) -> str:
        """What is said where it was not the right one; the same whatever was wrong with it."""
        return str(_WRONG[self])


_WRONG: dict[Way, Promise] = {
    Way.KEY: _("That key did not work. Try again, or another way."),
    Way.CODE: _("That code is not right, or was used before. Wait for the next one and try again."),
    Way.SHIFT_CODE: _("That code is not right, or its half hour is over. Ask your lead for a new one."),
    Way.WORD: _("That password is not right."),
}
# What a proof says of itself in the session, for `record_authentication`.
Record = dict[str, Any]


def tried(request: HttpRequest, user: User, way: Way, given: str) -> Record | None:
    """What to note in the session where `given` proves who it is, else None; a code has been used up then.

    Raises `TooMany` for an address or a person with too many tries.
    """
    take(CODE_BY_PEER, peer(request))
    take(CODE_BY_PERSON, f"user {user.pk}")
    return _WAYS[way](request, user, given)


def _key(request: HttpRequest, user: User, given: str) -> Record | None:
    row = key_used(user, given)
    return None if row is None else {"method": "mfa", "id": row.pk, "type": row.type}


def _code(request: HttpRequest, user: User, given: str) -> Record | None:
    row = factors.matching(user, given)
    if row is None:
        return None
    factors.note_use(row)
    return {"method": "mfa", "id": row.pk, "type": row.type}


def _shift_code(request: HttpRequest, user: User, given: str) -> Record | None:
    until = shift_codes.use_shift_code(user=user, code=given, origin=peer(request))
    if until is None:
        return None
    request.session["ends_at"] = until.isoformat()
    return {"method": Way.SHIFT_CODE.value}


def _password(request: HttpRequest, user: User, given: str) -> Record | None:
    return {"method": "password"} if user.check_password(given) else None


_WAYS: dict[Way, Callable[[HttpRequest, User, str], Record | None]] = {
    Way.KEY: _key,
    Way.CODE: _code,
    Way.SHIFT_CODE: _shift_code,
    Way.WORD: _password,
}


def key_used(user: User, given: str) -> Authenticator | None:
    """The person's key that has signed the challenge of this session, its use noted; None for anything else."""
    answer = credential(given)
    if answer is None or not from_our_page(answer):
        return None
    try:
        webauthn.parse_authentication_response(answer)
        row: Authenticator = webauthn.complete_authentication(user, answer)
    except (ValidationError, *_MALFORMED):
        return None
    factors.note_use(row)
    return row


def passkey_owner(given: str) -> tuple[User, Authenticator] | None:
    """Whose key has signed in by itself, and the key; a person who is not there costs the same work."""
    answer = credential(given)
    if answer is None:
        return None
    try:
        user = webauthn.extract_user_from_response(dict(answer))
    except (ValidationError, *_MALFORMED):
        user = User(pk=0)
    row = key_used(user, given)
    return None if row is None else (user, row)


def new_key(user: User, given: str, *, alone: bool) -> dict[str, Any] | None:
    """The new key that has answered this session's challenge; `alone`: it has asked for a PIN or a finger."""
    answer = credential(given)
    if answer is None or not from_our_page(answer):
        return None
    try:
        webauthn.parse_registration_response(answer)
        made = webauthn.complete_registration(dict(answer))
    except (ValidationError, *_MALFORMED):
        return None
    return dict(answer) if made.is_user_verified() or not alone else None


# What a browser never sends: each shape of nonsense breaks another layer of the parsers.
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, struct.error)


def from_our_page(answer: Mapping[str, Any]) -> bool:
    """Whether the browser says that the key was used on our own page; a neighbour's host will not do."""
    try:
        told = json.loads(websafe_decode(answer["response"]["clientDataJSON"]))
        return urlsplit(told["origin"]).netloc == urlsplit(settings.BASE_URL).netloc
    except _MALFORMED:
        return False


def credential(given: str) -> Mapping[str, Any] | None:
    """What the script put into the form, as far as it is an object at all."""
    try:
        found = json.loads(given) if len(given) <= CREDENTIAL_MOST else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def begin_passkey(request: HttpRequest) -> dict[str, Any]:
    """The challenge for a key that signs in by itself.

    Raises `TooMany`: each one is a row of its own.
    """
    take(KEY_BY_PEER, peer(request))
    options: dict[str, Any] = webauthn.begin_authentication(None)
    return options


def note(request: HttpRequest, user: User, record: Record) -> None:
    """Note in the session what has been proved; the session gets a new id with it."""
    record_authentication(request, user, **record)
