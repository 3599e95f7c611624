"""Signed links in mails: made with a random token, found by its digest, dead after their time."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import BigIntegerField, Expression, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac

from access.models import AddressVersion, Client, SignedLink
from helpdesk.lib import clock, tokens

CUSTOMERS = (SignedLink.Purpose.CUSTOMER, SignedLink.Purpose.TICKET)
STAFF = (SignedLink.Purpose.MATRIX,)


def make(
    *,
    purpose: SignedLink.Purpose,
    client_id: int,
    subject_id: int,
    lasts: timedelta,
    recipient_id: int | None = None,
    address: str = "",
) -> str:
    """Store a new link and return its token, which is nowhere kept.

    A customer's (`recipient_id`, or the subject itself) is for the address that they have now.  `address`
    is that of the mail, where another link may be asked for by this one.
    """
    token = tokens.random_token()
    customer_id = (recipient_id or subject_id) if purpose in CUSTOMERS else None
    SignedLink.objects.create(
        digest=tokens.digest(token),
        purpose=purpose,
        client_id=client_id,
        subject_id=subject_id,
        recipient_id=recipient_id,
        address_version=_address_version(Value(customer_id)) if customer_id else 0,
        sent_to=mailbox(address) if address else "",
        expires_at=clock.now() + lasts,
    )
    return token


def of_customers(client_id: int) -> QuerySet[SignedLink]:
    """The links that this client's customers were mailed to the address that they have now."""
    current = _address_version(Coalesce(OuterRef("recipient_id"), OuterRef("subject_id")))
    return SignedLink.objects.filter(client_id=client_id, purpose__in=CUSTOMERS, address_version=current)


def _address_version(customer_id: Expression) -> Expression:
    versions = AddressVersion.objects.filter(customer_id=customer_id).values("version")
    return Coalesce(Subquery(versions), Value(0), output_field=BigIntegerField())


def mailbox(address: str) -> str:
    """What is kept of an address that a link was mailed to: enough to know it again, too little to read it."""
    return salted_hmac("access.links.mailbox", address.strip().lower(), algorithm="sha256").hexdigest()


def working_beside(link: SignedLink) -> SignedLink | None:
    """The link that works longest of those that the same mailbox got for the same subject and recipient, or None."""
    same = SignedLink.objects.filter(
        purpose=link.purpose,
        client_id=link.client_id,
        subject_id=link.subject_id,
        recipient_id=link.recipient_id,
        sent_to=link.sent_to,
    )
    working = same.filter(used_at=None, revoked_at=None, expires_at__gt=clock.now()).exclude(pk=link.pk)
    return working.order_by("-expires_at").first()


def spend(link: SignedLink) -> bool:
    """Mark a link used; False where somebody else was first."""
    return bool(SignedLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()))


def extend(*, purpose: SignedLink.Purpose, client_id: int, subject_id: int, until: datetime) -> int:
    """Let the working links to one subject that end earlier work until then; a dead one stays dead.  Returns how many.

    None is cut short: the mail has named its end.
    """
    working = SignedLink.objects.filter(
        purpose=purpose, client_id=client_id, subject_id=subject_id, used_at=None, revoked_at=None
    )
    return working.filter(expires_at__gt=clock.now(), expires_at__lt=until).update(expires_at=until)


def revoke(*, purpose: SignedLink.Purpose, client_id: int, subject_id: int) -> int:
    """Kill every open link to one subject; returns how many."""
    open_links = SignedLink.objects.filter(purpose=purpose, client_id=client_id, subject_id=subject_id, revoked_at=None)
    return open_links.update(revoked_at=clock.now())


def is_expired(link: SignedLink) -> bool:
    """Whether the link's time is over."""
    return link.expires_at <= clock.now()


def absolute(path: str) -> str:
    """A path as an address for mails: always on the configured base, never on a request's host."""
    return settings.BASE_URL.rstrip("/") + path


def ask_to_sign_in(request: HttpRequest, client: Client) -> HttpResponse:
    """Send a visitor to the form that mails them a link, and back afterwards."""
    query = urlencode({"next": request.path})
    return HttpResponseRedirect(f"{reverse('portal:sign_in', kwargs={'client': client.slug})}?{query}")
