"""An organisation's own sign-in: who its provider is, and for which mail domains it speaks."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils.translation import gettext as _

from access import log, scope
from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import Client, ClientProvider, Membership, SignInDomain, User, Vendor, VendorProvider
from access.rights import Right
from access.scope import Scope
from helpdesk.lib import clock, outside, vault

DOMAINS_MOST = 20
_DOMAIN = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A company's sign-in as it is to be; an empty `secret` leaves the one that is kept."""

    issuer: str
    audience: str
    secret: str
    domains: tuple[str, ...]
    required: bool = False
    vouches: bool = False


@transaction.atomic
def keep_provider(*, actor: Actor, client_id: int, wanted: Wanted) -> None:
    """Set the client's own sign-in.

    Raises `RightMissing`, `Invalid` for what can't be taken, `Conflict` for a domain that is not the
    client's alone.
    """
    actor.require(Right.ROLES_EDIT, client_id)
    client = Client.objects.select_for_update().get(pk=client_id)
    row = ClientProvider.objects.filter(client_id=client_id).first() or ClientProvider(client=client)
    _set(row, f"c{client_id}", client.name, wanted)
    _note(actor, client_id, wanted)


@transaction.atomic
def drop_provider(*, actor: Actor, client_id: int) -> None:
    """Take the client's own sign-in away: its people sign in with their passwords again.

    Raises `RightMissing`.
    """
    actor.require(Right.ROLES_EDIT, client_id)
    ClientProvider.objects.filter(client_id=client_id).delete()
    _forget(f"c{client_id}")
    _note(actor, client_id, None)


@transaction.atomic
def keep_vendor_provider(*, vendor: Vendor, wanted: Wanted) -> None:
    """As `keep_provider`, for a vendor; from the operator's shell."""
    vendor = Vendor.objects.select_for_update().get(pk=vendor.pk)
    row = VendorProvider.objects.filter(vendor=vendor).first() or VendorProvider(vendor=vendor)
    _set(row, f"v{vendor.pk}", vendor.name, wanted)


@transaction.atomic
def drop_vendor_provider(*, vendor: Vendor) -> None:
    """As `drop_provider`, for a vendor."""
    VendorProvider.objects.filter(vendor=vendor).delete()
    _forget(f"v{vendor.pk}")


def _set(row: ClientProvider | VendorProvider, key: str, organisation: str, wanted: Wanted) -> None:
    domains = _checked(row, wanted)
    if row.pk is not None and row.issuer != wanted.issuer:
        # The same name at another provider is another person.
        _unbind(key)
        row.worked_at = None
    if wanted.required and row.worked_at is None:
        raise Invalid(_("Sign in through it once yourself; then it can be made the only way in."), "required")
    row.issuer, row.audience = wanted.issuer, wanted.audience
    row.secret = vault.lock(wanted.secret) if wanted.secret else row.secret
    row.required, row.vouches = wanted.required, wanted.vouches
    row.changed_at = clock.now()
    row.save()
    _list(key, organisation, domains, row)


def _checked(row: ClientProvider | VendorProvider, wanted: Wanted) -> list[str]:
    """The domains in small letters, each the organisation's alone; raises `Invalid` or `Conflict`."""
    parts = urlsplit(wanted.issuer)
    if not wanted.audience.strip() or len(wanted.audience) > 200:
        raise Invalid(_("Give the client ID that the provider has for us."), "audience")
    if parts.query or parts.fragment or len(wanted.issuer) > 300:
        raise Invalid(_("An issuer is an address without ? and #."), "issuer")
    try:
        outside.check(wanted.issuer)
    except outside.OutsideError as error:
        raise Invalid(_("This issuer can’t be asked: %(why)s") % {"why": error}, "issuer") from None
    domains = sorted({domain.strip().lower().lstrip("@") for domain in wanted.domains if domain.strip()})
    if not 0 < len(domains) <= DOMAINS_MOST:
        raise Invalid(_("Give one to %(most)s mail domains.") % {"most": DOMAINS_MOST}, "domains")
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise Invalid(_("%(domain)s is no mail domain.") % {"domain": domain}, "domains")
        if _is_anothers(row, domain):
            # Whoever listed it would be asked for other people's sign-in.
            raise Conflict(_("People of another organisation here have addresses at %(d)s.") % {"d": domain})
    return domains


def _is_anothers(row: ClientProvider | VendorProvider, domain: str) -> bool:
    client_id, vendor_id = getattr(row, "client_id", None), getattr(row, "vendor_id", None)
    own = f"v{vendor_id}" if client_id is None else f"c{client_id}"
    if SignInDomain.objects.filter(domain=domain).exclude(provider=own).exists():
        return True
    people = User.objects.filter(email__iendswith=f"@{domain}")
    if client_id is None:
        return people.exclude(vendor_id=vendor_id or 0).exists()
    # Who runs the platform has no place at all, nor has somebody who has not been given one yet.
    return any(user.vendor_id is not None or _places(user) != {client_id} for user in people)


def _places(user: User) -> set[int]:
    with scope.enter(Scope(user_id=user.pk)):
        return set(Membership.objects.filter(user=user).values_list("client_id", flat=True))


def _list(key: str, organisation: str, domains: list[str], row: ClientProvider | VendorProvider) -> None:
    """Bring the directory to these domains; a domain that was there keeps since when it is vouched for."""
    there = {each.domain: each for each in SignInDomain.objects.select_for_update().filter(provider=key)}
    for domain in set(there) - set(domains):
        there[domain].delete()
    for domain in domains:
        entry = there.get(domain) or SignInDomain(domain=domain, provider=key)
        entry.organisation, entry.required = organisation, row.required
        is_vouched = row.required and row.vouches
        entry.vouched_since = (entry.vouched_since or clock.now()) if is_vouched else None
        entry.save()


def _forget(key: str) -> None:
    SignInDomain.objects.filter(provider=key).delete()
    _unbind(key)


def _unbind(key: str) -> None:
    for account in SocialAccount.objects.filter(provider=key):
        account.delete()


def _note(actor: Actor, client_id: int, wanted: Wanted | None) -> None:
    detail: dict[str, object] = {"what": "sign_in_changed"}
    if wanted is not None:
        detail |= {
            "issuer": wanted.issuer,
            "domains": sorted(wanted.domains),
            "required": wanted.required,
            "vouches": wanted.vouches,
            "secret": bool(wanted.secret),
        }
    log.record(actor, client_id, log.Action.CHANGE, detail=detail)
