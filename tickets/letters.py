"""The mails that tickets cause, each one letter in the client's name."""

from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import links
from access.actor import Actor, ClientFace
from access.errors import Invalid
from access.models import SignedLink
from access.rights import Side
from helpdesk.lib import clock, tokens
from post import addresses, kinds
from post.models import OutboxMail
from post.outbox import Letter, line, message_id, post_mail
from tickets.events import Kind
from tickets.models import Customer, Event, Message, Status, Ticket
from tickets.portal.queries import answer_due
from tickets.portal.words import by_when

CUSTOMER_LINK_LASTS = timedelta(days=14)
SIGN_IN = "sign_in"


def acknowledge(actor: Actor, ticket: Ticket, *, asked: str) -> None:
    """Tell the customer the number and when we answer, and give the link to their question.

    `ticket` is as opening it has left it, its clocks started; `asked` is the Message-ID of the mail that opened it.
    """
    _send(actor, ticket, "acknowledge", unique=f"acknowledge/{ticket.pk}", automatic=True, asked=asked)


def answer(actor: Actor, ticket: Ticket, message: Message) -> None:
    """Send the customer what was answered; without an address there is nothing to send."""
    _send(actor, ticket, "answer", unique=f"answer/{message.pk}", automatic=False, message=message)


def solved(actor: Actor, ticket: Ticket) -> None:
    """Tell the customer that we believe it is solved, once for each time that they asked.

    Only where a letter about the ticket went to them before: whoever is a robot, or asked elsewhere
    before their history came here, is not written to out of the blue.
    """
    told = OutboxMail.objects.filter(client_id=ticket.client_id, ticket_id=ticket.pk, customer_id=ticket.customer_id)
    if told.exists():
        unique = f"solved/{ticket.pk}/{_last_asked(ticket)}"
        _send(actor, ticket, "solved", unique=unique, automatic=True)


def sign_in(actor: Actor, customer: Customer, *, link: str, language: str) -> None:
    """Send the link that signs in to everything that this customer has asked."""
    face = actor.standing(customer.client_id).client
    name = customer.name if customer.email_confirmed_at else ""
    context = {"name": name, "client": face, "link": link}
    subject, text = _written(SIGN_IN, language, context)
    post_mail(
        actor,
        customer.client_id,
        Letter(
            unique=f"sign-in/{customer.pk}/{clock.now().timestamp():.0f}/{tokens.random_token()}",
            kind=SIGN_IN,
            to_address=customer.email,
            to_name=name,
            from_address=face.mailbox,
            from_name=face.name,
            subject=subject,
            text=text,
            automatic=True,
            customer_id=customer.pk,
            language=language,
        ),
    )


def listen() -> None:
    """Say how letters to customers are brought up to date."""
    for kind, label, renew in (
        ("acknowledge", gettext_lazy("The number of a question"), _readdress),
        ("answer", gettext_lazy("An answer"), _readdress),
        ("solved", gettext_lazy("That a question is solved"), _still_solved),
        # Its link works for minutes, and another is asked for where this one was.
        (SIGN_IN, gettext_lazy("A link to sign in"), None),
    ):
        kinds.declare(kind, kinds.Whose.CUSTOMER, label, renew)


def _readdress(actor: Actor, mail: OutboxMail) -> None:
    """To the address that the customer's record has now; raises `Invalid` where it has none."""
    customer = Customer.objects.filter(client_id=mail.client_id, pk=mail.customer_id or 0).first()
    if customer is None or not customer.email:
        raise Invalid(_("The customer’s record has no address now. Enter one first."))
    mail.to_address, mail.to_name = customer.email, line(customer.name)


def _still_solved(actor: Actor, mail: OutboxMail) -> None:
    """As `_readdress`; raises `Invalid` also where the ticket is open again."""
    if not Ticket.objects.filter(client_id=mail.client_id, pk=mail.ticket_id or 0).exclude(status=Status.OPEN).exists():
        raise Invalid(_("The ticket is open again, so that letter would be wrong."))
    _readdress(actor, mail)


def _last_asked(ticket: Ticket) -> int:
    """The event with which the customer asked last; staff who open a ticket again do not ask."""
    asks = Q(kind__in=[Kind.OPENED, Kind.CUSTOMER_WROTE]) | Q(kind=Kind.REOPENED, side=Side.CUSTOMER)
    events = Event.objects.filter(asks, client_id=ticket.client_id, ticket=ticket).order_by("-pk")
    return events.values_list("pk", flat=True).first() or 0


def _send(
    actor: Actor,
    ticket: Ticket,
    kind: str,
    *,
    unique: str,
    automatic: bool,
    message: Message | None = None,
    asked: str | None = None,
) -> None:
    customer = ticket.customer
    if not customer.email:
        return
    face = actor.standing(ticket.client_id).client
    language = ticket.language or customer.language or face.language
    # Whoever typed an address may have typed another's: what they wrote beside it isn't ours to carry there.
    echoes = not automatic or (customer.email_confirmed_at is not None and not ticket.reporter_unconfirmed)
    name = customer.name if echoes else ""
    context = {
        "ticket": ticket,
        "name": name,
        "asked": ticket.subject if echoes else "",
        "customer": customer,
        "client": face,
        "message": message,
        "files": message.attachments.count() if message else 0,
        "link": ticket_link(face, ticket),
    }
    with timezone.override(face.time_zone), translation.override(language):
        due, now = answer_due(ticket), clock.now()
        context["answer_by"] = by_when(due, now) if due and due > now else ""
        subject, text = _written(kind, language, context)
    asked = _latest_mail(ticket) if asked is None else asked
    opening = message_id(ticket.client_id, f"acknowledge/{ticket.pk}")
    post_mail(
        actor,
        ticket.client_id,
        Letter(
            unique=unique,
            kind=kind,
            to_address=customer.email,
            to_name=name,
            from_address=face.mailbox,
            from_name=face.name,
            reply_to=addresses.reply_address(face.mailbox, client_id=ticket.client_id, ticket_id=ticket.pk),
            subject=subject,
            text=text,
            in_reply_to=asked or ("" if automatic else opening),
            references=" ".join(filter(None, ["" if automatic else opening, asked])),
            automatic=automatic,
            ticket_id=ticket.pk,
            customer_id=customer.pk,
            language=language,
        ),
    )


def _written(kind: str, language: str, context: dict[str, object]) -> tuple[str, str]:
    with translation.override(language):
        subject = render_to_string(f"tickets/mail/{kind}_subject.txt", context)
        return " ".join(subject.split()), render_to_string(f"tickets/mail/{kind}.txt", context).strip() + "\n"


def _latest_mail(ticket: Ticket) -> str:
    """The Message-ID of the customer's newest mail on the ticket, for their mail program's threads."""
    mails = Message.objects.filter(
        client_id=ticket.client_id, ticket=ticket, audience=Message.Audience.PUBLIC, author=Message.Author.CUSTOMER
    ).exclude(mail_message_id="")
    return mails.order_by("-pk").values_list("mail_message_id", flat=True).first() or ""


def ticket_link(face: ClientFace, ticket: Ticket) -> str:
    """A link for the mails about one ticket: it opens that ticket and no other, whoever it is forwarded to."""
    token = links.make(
        purpose=SignedLink.Purpose.TICKET,
        client_id=ticket.client_id,
        subject_id=ticket.pk,
        recipient_id=ticket.customer_id,
        lasts=CUSTOMER_LINK_LASTS,
    )
    return links.absolute(enter_path(face.slug, token))


def customer_link(client_id: int, slug: str, customer_id: int) -> str:
    """A link that signs the customer in, once, and opens the list of their tickets."""
    token = links.make(
        purpose=SignedLink.Purpose.CUSTOMER, client_id=client_id, subject_id=customer_id, lasts=CUSTOMER_LINK_LASTS
    )
    return links.absolute(enter_path(slug, token))


def enter_path(slug: str, token: str, next_page: str = "") -> str:
    """The path of the page that a link in a mail opens."""
    path = reverse("portal:enter", kwargs={"client": slug, "token": token})
    return f"{path}?{urlencode({'next': next_page})}" if next_page else path
