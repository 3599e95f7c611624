"""Vendors, clients, and the contracts between them."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid
from access.models import Client, ClientHost, ClientProfile, Contract, Vendor
from access.models.organisations import CustomerWord
from access.signals import client_created, contract_begun
from access.tasks import in_client
from helpdesk.lib import clock

# Words that stand in our own addresses where a client's short name could stand: a client of that name would
# be unreachable there, or take a page away from the others.  A test compares them with the routes.
RESERVED_SLUGS = frozenset(
    (
        "accounts admin api client desk dev files health l language office start static styles"  # beside a portal
        " counts coverage customers drafts find floor incidents matrix my-access nda next notices playbooks"  # a desk
        " pressing reports tokens undelivered emergency my-on-call on-call out-of-scope skills views"
        " articles banners enter my-data new questions sign-in sign-out suggest"  # a portal on a host of its own
    ).split()
)
# For a client that names no colour of its own: apart from our blue, which is the vendor's on charts too.
COLOURS = ("#6a37c2", "#8f2f7c", "#a8326b", "#00707a", "#7a4a2b", "#5b5f12")
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def create_vendor(*, slug: str, name: str) -> Vendor:
    """Create a vendor.

    Raises `Invalid` for a slug that can't stand in an address, `Conflict` for one that is taken.
    """
    _check_slug(slug, taken=Vendor.objects.filter(slug=slug).exists())
    return Vendor.objects.create(slug=slug, name=_named(name))


def create_client(
    *,
    slug: str,
    name: str,
    colour: str = "",
    vendor: Vendor | None = None,
    mailbox: str = "",
    language: str = "en",
    languages: Sequence[str] = (),
    time_zone: str = "UTC",
    customer_word: str = CustomerWord.CUSTOMER,
    monogram: str = "",
    phone: str = "",
    logo: str = "",
    greeting: str = "",
    signature: str = "",
    voice: str = "",
    dos: Sequence[str] = (),
    donts: Sequence[str] = (),
    first_answer_promise: str = "",
    hosts: Sequence[str] = (),
    contract_reference: str = "",
    contract_from: datetime | None = None,
) -> Client:
    """Create a client with its profile and, with a `vendor`, a contract in force from now.

    What the higher apps need to begin (categories, support hours, a matrix …) they add on
    `client_created`.  Without a `colour` the short name chooses one.  Raises `Invalid` naming the
    field that can't be taken, `Conflict` for a slug or host that is taken.
    """
    client = Client(
        slug=slug,
        name=name,
        monogram=(monogram or monogram_of(name))[:2],
        colour=colour or colour_for(slug),
        customer_word=customer_word,
        language=language,
        languages=list(languages) or [language],
        time_zone=time_zone,
        phone=phone,
        mailbox=mailbox or f"{slug}@{settings.MAIL_DOMAIN}",
        logo=logo,
        greeting=greeting,
    )
    check_client(client)
    profile = ClientProfile(
        signature=signature, voice=voice, dos=list(dos), donts=list(donts), first_answer_promise=first_answer_promise
    )
    names = [_checked_host(host) for host in hosts]
    with transaction.atomic():
        _begin(client, profile, names, vendor, contract_reference, contract_from)
    return client


def check_client(client: Client) -> None:
    """Bring a new client's name, colour and mailbox into their one spelling.

    Raises `Invalid` naming the field that no client may have so, `Conflict` for a slug that is taken.
    """
    _check_slug(client.slug, taken=Client.objects.filter(slug=client.slug).exists())
    client.name = _named(client.name)
    client.colour = _checked_colour(client.colour)
    client.mailbox = _checked_mailbox(client.mailbox)
    _one_of(client.customer_word, CustomerWord.values, "customer_word")
    for language in (client.language, *client.languages):
        _one_of(language, dict(settings.LANGUAGES), "language" if language == client.language else "languages")
    _one_of(client.time_zone, available_timezones(), "time_zone")
    if client.logo:
        _one_of(client.logo, settings.ICONS, "logo")


def _begin(
    client: Client,
    profile: ClientProfile,
    hosts: Sequence[str],
    vendor: Vendor | None,
    reference: str,
    valid_from: datetime | None,
) -> None:
    """Write a new client with what belongs to it, and have the higher apps add theirs."""
    client.save(force_insert=True)
    ClientHost.objects.bulk_create(ClientHost(client=client, host=host) for host in hosts)
    with in_client(client.pk, "access.create_client") as actor:
        profile.client = client
        profile.save(force_insert=True)
        contract = vendor and _contract(actor, client, vendor, reference, valid_from, None)
        log.record(actor, client.pk, log.Action.CHANGE, detail={"what": "client_created"})
        client_created.send(Client, actor=actor, client=client, contract=contract)


def sign_contract(
    *,
    client: Client,
    vendor: Vendor,
    reference: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Contract:
    """Put a contract in force between a client and a(nother) vendor, from now if not said."""
    with in_client(client.pk, "access.sign_contract") as actor:
        contract = _contract(actor, client, vendor, reference, valid_from, valid_until)
        contract_begun.send(Contract, actor=actor, client=client, contract=contract)
    return contract


def monogram_of(name: str) -> str:
    """Two letters for a client's tile: of its first two words, else of its one word."""
    words = re.findall(r"\w+", name)
    letters = words[0][0] + words[1][0] if len(words) > 1 else "".join(words)[:2]
    return letters.upper() or "?"


def colour_for(slug: str) -> str:
    """One of our colours for clients, always the same for one short name."""
    return COLOURS[zlib.crc32(slug.encode()) % len(COLOURS)]


def _contract(
    actor: Actor,
    client: Client,
    vendor: Vendor,
    reference: str,
    valid_from: datetime | None,
    valid_until: datetime | None,
) -> Contract:
    contract = Contract.objects.create(
        client=client,
        vendor=vendor,
        reference=reference or f"{client.slug}-{vendor.slug}",
        state=Contract.State.IN_FORCE,
        valid_from=valid_from or clock.now(),
        valid_until=valid_until,
    )
    # The entry is the vendor's too, and no other vendor's.
    theirs = replace(actor, vendor_id=vendor.pk)
    detail = {"what": "contract_signed", "contract": contract.pk}
    log.record(theirs, client.pk, log.Action.CHANGE, detail=detail)
    return contract


def _check_slug(slug: str, *, taken: bool) -> None:
    if not _SLUG.fullmatch(slug):
        raise Invalid(
            _("Use 3 to 40 small letters, digits and hyphens for the short name; begin with a letter."), "slug"
        )
    if slug in RESERVED_SLUGS:
        raise Invalid(_("%(slug)s is one of our own addresses. Choose another short name.") % {"slug": slug}, "slug")
    if taken:
        raise Conflict(_("The short name %(slug)s is taken. Choose another.") % {"slug": slug})


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Invalid(_("Give a name of up to 120 characters."), "name")
    return name


def _checked_colour(colour: str) -> str:
    colour = colour.lower()
    if not _COLOUR.fullmatch(colour):
        raise Invalid(_("Give the colour as # and six hex digits, such as #1f6feb."), "colour")
    return colour


def _checked_mailbox(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(_("%(address)s is no e-mail address.") % {"address": address}, "mailbox") from None
    return address.lower()


def _checked_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise Invalid(_("%(host)s is no host name.") % {"host": host}, "hosts")
    if ClientHost.objects.filter(host=host).exists():
        raise Conflict(_("The host name %(host)s is taken.") % {"host": host})
    return host


def _one_of(value: str, known: object, field: str) -> str:
    if value not in known:  # type: ignore[operator]  # lists, dicts and sets of texts alike
        raise Invalid(_("%(value)s is not known here.") % {"value": value}, field)
    return str(value)
