"""The mails that tickets cause, each one letter in the client's name."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from access import links
from access.actor import Actor
from access.models import SignedLink
from post import addresses
from post.outbox import Letter, post_mail
from tickets.models import Message, Ticket

CUSTOMER_LINK_LASTS = timedelta(days=14)


def acknowledge(actor: Actor, ticket: Ticket) -> None:
    """Tell the customer the number, and give the link to their tickets."""
    _send(actor, ticket, "acknowledge", unique=f"acknowledge/{ticket.pk}", automatic=True)


def answer(actor: Actor, ticket: Ticket, message: Message) -> None:
    """Send the customer what was answered; without an address there is nothing to send."""
    _send(actor, ticket, "answer", unique=f"answer/{message.pk}", automatic=False, message=message)


def _send(actor: Actor, ticket: Ticket, kind: str, *, unique: str, automatic: bool, message: Message | None = None) -> None:
    customer = ticket.customer
    if not customer.email:
        return
    face = actor.standing(ticket.client_id).client
    language = ticket.language or face.language
    context = {
        "ticket": ticket,
        "customer": customer,
        "client": face,
        "message": message,
        "link": customer_link(ticket.client_id, face.slug, customer.pk),
    }
    with translation.override(language):
        text = render_to_string(f"tickets/mail/{kind}.txt", context)
        subject = render_to_string(f"tickets/mail/{kind}_subject.txt", context)
    post_mail(
        actor,
        ticket.client_id,
        Letter(
            unique=unique,
            kind=kind,
            to_address=customer.email,
            to_name=customer.name,
            from_address=face.mailbox,
            from_name=face.name,
            reply_to=addresses.reply_address(face.mailbox, client_id=ticket.client_id, ticket_id=ticket.pk),
            subject=subject,
            text=text,
            automatic=automatic,
            ticket_id=ticket.pk,
            customer_id=customer.pk,
            language=language,
        ),
    )


def customer_link(client_id: int, slug: str, customer_id: int) -> str:
    """A link that signs the customer in and opens the list of their tickets."""
    token = links.make(
        purpose=SignedLink.Purpose.CUSTOMER, client_id=client_id, subject_id=customer_id, lasts=CUSTOMER_LINK_LASTS
    )
    return links.absolute(reverse("portal:enter", kwargs={"client": slug, "token": token}))
