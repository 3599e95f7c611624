"""Signed links in mails: made with a random token, found by its digest, dead after their time."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from access.models import Client, SignedLink
from helpdesk.lib import clock, tokens


def make(
    *,
    purpose: SignedLink.Purpose,
    client_id: int,
    subject_id: int,
    lasts: timedelta,
    recipient_id: int | None = None,
) -> str:
    """Store a new link and return its token, which is nowhere kept."""
    token = tokens.random_token()
    SignedLink.objects.create(
        digest=tokens.digest(token),
        purpose=purpose,
        client_id=client_id,
        subject_id=subject_id,
        recipient_id=recipient_id,
        expires_at=clock.now() + lasts,
    )
    return token


def spend(link: SignedLink) -> bool:
    """Mark a link used; False where somebody else was first."""
    return bool(SignedLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()))


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
