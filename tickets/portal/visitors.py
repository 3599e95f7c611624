"""Who looks at a portal, as their session tells it: nobody yet, a customer, or the holder of one ticket's link."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from access import user_sessions
from access.actor import Actor
from access.models import SignedLink
from access.requests import DoorRequest
from tickets.actions import people
from tickets.models import Customer

# `access.doors` reads "customers"; "ticket" in an entry limits it to one ticket.
_CUSTOMERS = "customers"
_OPENED = "opened"
_OPENED_KEPT = 5


def sign_in(request: DoorRequest, customer: Customer, link: SignedLink, *, only_ticket: int | None = None) -> None:
    """Make this browser the customer's by `link`, under a new session key; `only_ticket` limits it to that ticket.

    It stays theirs as long as the address that the link was mailed to is.  A full sign-in of the
    same customer is never narrowed.
    """
    known = request.session.get(_CUSTOMERS, {})
    key = str(customer.client_id)
    entry: dict[str, object] = {"id": customer.pk, "name": customer.name, "address": link.address_version}
    if only_ticket is not None:
        before = known.get(key, {})
        if before.get("id") == customer.pk and "ticket" not in before:
            return
        entry["ticket"] = only_ticket
    user_sessions.new_key(request)
    request.session[_CUSTOMERS] = {**known, key: entry}
    rotate_token(request)


def sign_out(request: DoorRequest, client_id: int) -> None:
    """Forget the customer of this client, and what was opened there."""
    for name in (_CUSTOMERS, _OPENED):
        kept = {key: value for key, value in request.session.get(name, {}).items() if key != str(client_id)}
        request.session[name] = kept
    user_sessions.new_key(request)


def only_ticket(request: DoorRequest) -> int | None:
    """The one ticket that this browser may see, or None where it may see all of its customer's."""
    entry = request.session.get(_CUSTOMERS, {}).get(str(request.client.id), {})
    return entry.get("ticket")


def whole_customer(request: DoorRequest) -> int | None:
    """The customer who signed in for everything of theirs; None for visitors and holders of one ticket's link."""
    return None if only_ticket(request) is not None else request.actor.customer_id


def note_opened(request: DoorRequest, *, ticket_id: int, customer_id: int, number: int, address: str) -> None:
    """Let this browser see the page that thanks for the ticket it has opened.

    `address` is the digest of the customer's, which that page shows: a later one is not this visitor's to read.
    """
    opened = request.session.get(_OPENED, {})
    key = str(request.client.id)
    rows = [row for row in opened.get(key, []) if row[0] != ticket_id]
    request.session[_OPENED] = {**opened, key: [*rows, [ticket_id, customer_id, number, address]][-_OPENED_KEPT:]}


def opened_here(request: DoorRequest, number: int) -> tuple[int, int, str] | None:
    """Ticket, customer and the address's digest of a ticket that this browser has opened."""
    for ticket_id, customer_id, theirs, address in request.session.get(_OPENED, {}).get(str(request.client.id), []):
        if theirs == number:
            return ticket_id, customer_id, address
    return None


@contextmanager
def acting(actor: Actor, client_id: int, customer_id: int, *, name: str = "") -> Iterator[Actor]:
    """Act as a customer inside the request's transaction: somebody who proved it, or gave that address."""
    theirs, entered = people.as_customer(actor, client_id, customer_id)
    with entered:
        yield replace(theirs, name=name or theirs.name)


def next_page(request: DoorRequest, wanted: str) -> str:
    """Where to go after signing in: a page of this portal, or the list of questions."""
    slug = request.client.slug
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    if safe and wanted.startswith(f"/{slug}/"):
        return wanted
    return reverse("portal:mine", kwargs={"client": slug})
