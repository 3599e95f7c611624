"""A person's second factors: keys, a code device, recovery codes; what they are called and how they are tried.

The library keeps them (`allauth.mfa`); here is how their secrets are locked, that a code counts once,
and that sessions from before a change end.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.usersessions.internal.flows import sessions
from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from access.models import User
from access.signals import factors_changed
from helpdesk.lib import clock, vault

Kind = Authenticator.Type
STRONG = (Kind.WEBAUTHN, Kind.TOTP)
# What a person finds it by; a name that does not fit a line helps nobody.
NAME_MOST = 60


class Factors(DefaultMFAAdapter):
    """What the library asks us."""

    def encrypt(self, text: str) -> str:
        """Locked as every secret that must be read again."""
        return vault.lock(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return vault.unlock(encrypted_text)

    def _get_site_name(self) -> str:
        """What a device shows beside the code, and whom a key belongs to."""
        return _("Help desk") + " " + _host()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys are bound to our own host, whatever a request calls it."""
        return {"id": _host(), "name": self._get_site_name()}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Where the person gives none."""
        return _("Key %(number)s") % {"number": 1 + Authenticator.objects.filter(user_id=user.pk, type=type).count()}


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor as its owner sees it."""

    id: int
    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None
    signs_in_alone: bool = False
    codes_left: int = 0


def of(user: User) -> list[Factor]:
    """The person's factors, keys first, the oldest first."""
    rows = sorted(Authenticator.objects.filter(user=user).order_by("id"), key=lambda row: row.type != Kind.WEBAUTHN)
    return [_factor(row) for row in rows]


def _factor(row: Authenticator) -> Factor:
    kept = row.wrap()
    if row.type == Kind.WEBAUTHN:
        alone = bool(kept.is_passwordless)
        return Factor(row.pk, row.type, kept.name, row.created_at, row.last_used_at, signs_in_alone=alone)
    if row.type == Kind.TOTP:
        return Factor(row.pk, row.type, _("Codes from a device"), row.created_at, row.last_used_at)
    left = len(kept.get_unused_codes())
    return Factor(row.pk, row.type, _("Recovery codes"), row.created_at, row.last_used_at, codes_left=left)


def kinds_of(user: User) -> set[str]:
    """Which kinds of factors the person has."""
    return set(Authenticator.objects.filter(user=user).values_list("type", flat=True))


def add_key(request: HttpRequest, *, name: str, credential: dict[str, Any]) -> Authenticator:
    """Keep a new key of the signed-in person; the credential has been checked."""
    user = _owner(request)
    row: Authenticator = webauthn.WebAuthn.add(user, name[:NAME_MOST], credential).instance
    _changed(request, user)
    return row


def add_device(request: HttpRequest, secret: str) -> Authenticator:
    """Keep the signed-in person's code device; it replaces the one before."""
    user = _owner(request)
    Authenticator.objects.filter(user=user, type=Kind.TOTP).delete()
    row: Authenticator = totp.TOTP.activate(user, secret).instance
    totp.clear_totp_secret(request)
    _changed(request, user)
    return row


def new_recovery_codes(request: HttpRequest) -> list[str]:
    """Ten new recovery codes, which end the old ones; shown now and never again."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user = _owner(request)
    Authenticator.objects.filter(user=user, type=Kind.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def remove(request: HttpRequest, factor_id: int) -> str | None:
    """Remove a factor of the signed-in person; recovery codes go with the last one.

    Returns what it was called, None where it is not theirs.
    """
    user = _owner(request)
    found = Authenticator.objects.filter(user=user, pk=factor_id).first()
    if found is None:
        return None
    name = _factor(found).name
    found.delete()
    if not Authenticator.objects.filter(user=user, type__in=STRONG).exists():
        Authenticator.objects.filter(user=user).delete()
    _changed(request, user)
    return name


def _owner(request: HttpRequest) -> User:
    """The signed-in person, locked, so that two changes come one after the other."""
    return User.objects.select_for_update(of=("self",)).get(pk=request.user.pk or 0)


def _changed(request: HttpRequest, user: User) -> None:
    """Whoever came in before it, elsewhere, comes in again; the person is told, in case it was not them."""
    sessions.end_other_sessions(request, user)
    factors_changed.send(sender=User, user_id=user.pk)


def matching(user: User, code: str) -> Authenticator | None:
    """The factor of the person to which this code belongs, which has been used up with it.

    Rows are locked: of two that send the same code at once, one gets in.
    """
    code = "".join(code.split()).replace("-", "")
    rows = Authenticator.objects.select_for_update().filter(user=user).exclude(type=Kind.WEBAUTHN).order_by("id")
    found = None
    for row in rows:
        good = _device_says(row, code) if row.type == Kind.TOTP else row.wrap().validate_code(code)
        found = found or (row if good else None)
    return found


def _device_says(row: Authenticator, code: str) -> bool:
    """Whether the device shows this code now, and it is later than the last one that was taken."""
    secret = vault.unlock(row.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        shown = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if constant_time_compare(shown, code) and counter > row.data.get("last_counter", -1):
            row.data["last_counter"] = counter
            row.save(update_fields=["data"])
            return True
    return False


def note_use(row: Authenticator) -> None:
    """That it was used now."""
    row.last_used_at = clock.now()
    row.save(update_fields=["last_used_at"])


def keys_work() -> bool:
    """Whether a browser lets our pages use keys at all: by name over HTTPS, or on this very machine."""
    parts = urlsplit(settings.BASE_URL)
    host = parts.hostname or ""
    if host.replace(".", "").isdigit() or ":" in host:
        return False
    return parts.scheme == "https" or host == "localhost"
