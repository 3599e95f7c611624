"""What a visitor of the portal does before anybody knows who they are: asks, wants a link, comes by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from access import links, log
from access.actor import Actor
from access.commit import after_commit
from access.errors import NotFound
from access.models import SignedLink
from helpdesk.lib import clock
from post import files
from post.models import OutboxMail
from post.tasks import sweep_outbox
from tickets import letters
from tickets.actions import intake, people
from tickets.models import Customer, Impact, Ticket
from tickets.portal.visitors import acting

SIGN_IN_LASTS = timedelta(hours=1)
LINKS_MOST = 5
LINKS_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a visitor wrote; `name` and `email` are empty for a customer who signed in."""

    subject: str
    body: str
    impact: Impact
    category_id: int | None = None
    service_id: int | None = None
    name: str = ""
    email: str = ""
    language: str = ""


def ask(
    actor: Actor, *, client_id: int, customer_id: int | None, question: Question, uploads: Sequence[files.Incoming]
) -> Ticket:
    """Open a ticket for the customer who signed in, or for whoever has the address given.

    An address that nobody has proved flags the ticket as unconfirmed; it opens nothing else.
    Raises `Invalid`.
    """
    signed_in = customer_id is not None
    address = "" if signed_in else people.address_of(question.email)
    known = signed_in
    if not signed_in:
        people.hold_address(client_id, address)
        customer_id = people.find_customer(address)
        known = customer_id is not None
    whose = customer_id or intake.next_id("tickets_customer")
    with acting(actor, client_id, whose) as theirs:
        if known:
            customer = Customer.objects.filter(client_id=client_id, pk=whose).first()
            if customer is None:
                raise NotFound
        else:
            customer = people.create_customer(
                client_id=client_id, customer_id=whose, name=question.name, email=address, language=question.language
            )
        return intake.open_ticket(
            replace(theirs, name=customer.name),
            client_id=client_id,
            customer=customer,
            subject=question.subject,
            body=question.body,
            impact=question.impact,
            category_id=question.category_id,
            service_id=question.service_id,
            language=question.language,
            uploads=uploads,
            unconfirmed=not signed_in,
            unverified=not signed_in,
        )


def asked_since(actor: Actor, *, client_id: int, customer_id: int | None, address: str, since: datetime) -> int:
    """How many tickets the customer, or whoever has the address, has opened since then."""
    whose = customer_id or people.find_customer(address)
    if whose is None:
        return 0
    with acting(actor, client_id, whose):
        return Ticket.objects.filter(client_id=client_id, customer_id=whose, created_at__gt=since).count()


def send_link(actor: Actor, *, client_id: int, email: str, next_page: str, base: str, language: str) -> None:
    """Mail the link that signs in, if the address is a customer's.

    The same work for a known and an unknown address: for an unknown one it is taken back.
    Raises `Invalid` for what is no address.
    """
    address = people.address_of(email)
    found, nobody = people.find_customer(address), intake.next_id("tickets_customer")
    customer_id = found or nobody
    with transaction.atomic(), acting(actor, client_id, customer_id) as theirs:
        sent = OutboxMail.objects.filter(
            client_id=client_id,
            customer_id=customer_id,
            kind=letters.SIGN_IN,
            created_at__gt=clock.now() - LINKS_WINDOW,
        ).count()
        customer = Customer.objects.filter(client_id=client_id, pk=customer_id).first()
        token = links.make(
            purpose=SignedLink.Purpose.CUSTOMER, client_id=client_id, subject_id=customer_id, lasts=SIGN_IN_LASTS
        )
        letters.sign_in(
            theirs,
            customer or Customer(pk=customer_id, client_id=client_id, email=address),
            link=base + letters.enter_path(theirs.standing(client_id).client.slug, token, next_page),
            language=language,
        )
        if customer is None or sent >= LINKS_MOST:
            transaction.set_rollback(True)
    if found is None:
        after_commit(sweep_outbox.delay)


def link_of(token_digest: str, client_id: int) -> SignedLink:
    """The link of a mail to a customer of this client, whatever its state.

    Raises `NotFound`, also where the customer's address is another now than the one it was mailed to.
    """
    link = links.of_customers(client_id).filter(digest=token_digest).first()
    if link is None or link.revoked_at is not None:
        raise NotFound
    return link


def is_spent(link: SignedLink) -> bool:
    """Whether the link's time is over, or it has signed in the one time it may.

    A ticket's link opens that one ticket as long as it lasts.
    """
    used = link.purpose == SignedLink.Purpose.CUSTOMER and link.used_at is not None
    return used or links.is_expired(link)


def come_in(actor: Actor, *, client_id: int, link: SignedLink) -> tuple[Customer, Ticket | None]:
    """Use a link: the address is confirmed; gives the customer, and the one ticket that the link is for.

    A ticket's link also confirms that this ticket is theirs, and no other: anybody can open one
    with somebody's address.  Raises `NotFound` where the customer is gone or has another address,
    the ticket is another's by now, or the link was used a moment ago.
    """
    for_ticket = link.purpose == SignedLink.Purpose.TICKET
    customer_id = (link.recipient_id if for_ticket else link.subject_id) or 0
    with acting(actor, client_id, customer_id) as theirs:
        # Held first: an address that changes meanwhile is not the one to confirm.
        customer = Customer.objects.select_for_update().filter(client_id=client_id, pk=customer_id).first()
        if customer is None or not links.of_customers(client_id).filter(pk=link.pk).exists():
            raise NotFound
        ticket = None
        if for_ticket:
            ticket = Ticket.objects.filter(client_id=client_id, pk=link.subject_id, customer=customer).first()
            if ticket is None:
                raise NotFound
        # In the demo everybody can read every mail, so a link that works once would protect nothing.
        if not for_ticket and not links.spend(link) and not settings.DEMO:
            raise NotFound
        people.confirm_address(customer)
        if ticket is not None and ticket.reporter_unconfirmed:
            ticket.reporter_unconfirmed = False
            ticket.save(update_fields=["reporter_unconfirmed"])
        named = replace(theirs, name=customer.name)
        log.record(named, client_id, log.Action.SIGN_IN, (log.CUSTOMER, customer.pk))
    return customer, ticket
