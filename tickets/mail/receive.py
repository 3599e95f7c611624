"""Takes one mail of a mailbox: stored first, then understood, then made part of a ticket or kept."""

import logging
import re
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import Invalid
from access.models import Client
from access.tasks import in_client
from helpdesk.lib import clock, html
from helpdesk.lib.passing import passes
from post import addresses, bounces
from post.models import OutboxMail
from tickets.actions import conversation, handling, intake, people
from tickets.actions.parts import LONGEST_BODY, LONGEST_SUBJECT, lock, log_change, write_message
from tickets.deeds import RECEIVE_MAIL
from tickets.events import Kind, note
from tickets.mail.bounces import Bounce
from tickets.mail.limits import LARGEST_READ, SECONDS_TO_READ, within
from tickets.mail.nature import Nature
from tickets.mail.parse import Mail, fingerprint, parse
from tickets.mail.visible import visible
from tickets.models import Customer, Message, RawMail, Status, Ticket
from tickets.records import without_addresses, without_values

logger = logging.getLogger("helpdesk.mail")

_OURS = re.compile(r"<\d{1,19}\.[0-9a-f]{32}@(.+)>")
_IGNORED = (Nature.AUTO_REPLY, Nature.BOUNCE, Nature.COMPLAINT)
ACKNOWLEDGED_A_DAY = 10
ACKNOWLEDGED_AT_ONCE = 3
AT_ONCE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mail, for whoever brought it."""

    outcome: str
    reason: str = ""
    ticket: int | None = None
    client: str = ""
    message_id: str = ""
    unverified: bool = False
    message: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the mail is stored, so that nobody needs to bring it again."""
        return self.client != ""


def receive(mailbox: str, raw: bytes) -> Outcome:
    """Take one mail.

    Raises nothing for any bytes; a fault that passes (`helpdesk.lib.passing`: a database that is away,
    a full disk) raises its own error, and the mail is to be brought again.
    """
    client = client_of(mailbox)
    if client is None:
        return Outcome(outcome="rejected", reason="no client has this mailbox")
    if not raw.strip():
        return Outcome(outcome="rejected", reason="the mail is empty")
    message_id, digest = fingerprint(raw)
    with in_client(client.pk, RECEIVE_MAIL):
        stored, _new = RawMail.objects.get_or_create(
            client=client,
            mailbox=client.mailbox.lower(),
            message_id=message_id,
            digest=digest,
            defaults={"raw": raw, "received_at": clock.now()},
        )
    try:
        return _understood(client, stored.pk, mailbox, raw, message_id)
    except Exception as error:
        if passes(error):
            raise
        # Whatever a stranger's bytes bring about: the mail is stored, the next one must come in.
        logger.warning("mail %s of client %s is kept unread: %s", stored.pk, client.pk, type(error).__name__)
        return _kept(client, stored.pk, message_id, type(error).__name__)


def client_of(mailbox: str) -> Client | None:
    """The client whose support address this is, with or without a reply address's tag."""
    address = mailbox.strip().lower()
    local, _at, host = address.partition("@")
    untagged = f"{local.rpartition('+t')[0] or local}@{host}"
    return Client.objects.filter(Q(mailbox__iexact=address) | Q(mailbox__iexact=untagged)).order_by("pk").first()


def _kept(client: Client, stored_id: int, message_id: str, why: str) -> Outcome:
    with in_client(client.pk, RECEIVE_MAIL):
        RawMail.objects.filter(pk=stored_id, outcome="").update(outcome="kept", detail=why[:300])
    return Outcome(outcome="kept", reason=why, client=client.slug, message_id=message_id)


def _understood(client: Client, stored_id: int, mailbox: str, raw: bytes, message_id: str) -> Outcome:
    with in_client(client.pk, RECEIVE_MAIL):
        earlier = RawMail.objects.filter(pk=stored_id).exclude(outcome="").select_related("became__ticket").first()
    if earlier is not None:
        return _repeated(client, earlier)
    if len(raw) > LARGEST_READ:
        return _kept(client, stored_id, message_id, "too large to be read by a program")
    with within(SECONDS_TO_READ):
        mail = parse(raw)
    if mail.kind not in _IGNORED and _ticket_id(client, mailbox, mail) is not None:
        mail = replace(mail, text=visible(mail.text))
    with in_client(client.pk, RECEIVE_MAIL) as actor:
        stored = RawMail.objects.select_for_update().get(pk=stored_id)
        if stored.outcome:
            return _repeated(client, stored)
        with translation.override(client.language):
            done = _act(actor, client, mailbox, mail)
            _tell_reply_to(actor, client, mail, done)
        stored.outcome, stored.detail, stored.became_id = done.outcome, _detail(mail, done), done.message
        stored.save(update_fields=["outcome", "detail", "became"])
    return done


def _answers_elsewhere(mail: Mail) -> bool:
    return bool(mail.reply_to) and mail.reply_to.lower() != mail.sender.lower()


def _tell_reply_to(actor: Actor, client: Client, mail: Mail, done: Outcome) -> None:
    """Show agents that a mail asks for answers at another address than its sender's: ours do not go there."""
    if done.ticket is not None and _answers_elsewhere(mail):
        ticket = Ticket.objects.get(client=client, number=done.ticket)
        note(actor, ticket, Kind.OTHER_REPLY_TO, at=clock.now(), address=_line(mail.reply_to, 254))


def _line(text: str, most: int) -> str:
    """A line of a stranger's, cleaned and cut."""
    return html.clean_line(text[:500], limit=1500)[:most]


def _detail(mail: Mail, done: Outcome) -> str:
    words = [done.reason, f"answers wanted at {mail.reply_to}" if _answers_elsewhere(mail) else ""]
    return "; ".join(filter(None, words))[:300]


def _repeated(client: Client, earlier: RawMail) -> Outcome:
    number = earlier.became.ticket.number if earlier.became else None
    return Outcome(
        outcome="duplicate",
        reason=f"taken before: {earlier.outcome}",
        ticket=number,
        client=client.slug,
        message_id=earlier.message_id,
    )


def _act(actor: Actor, client: Client, mailbox: str, mail: Mail) -> Outcome:
    """Decide; the one place that knows every outcome."""
    told = Outcome(outcome="ignored", client=client.slug, message_id=mail.message_id)
    ours = _OURS.fullmatch(mail.message_id)
    if ours and ours[1].lower() == settings.MAIL_DOMAIN.lower():
        return replace(told, reason="our own mail")
    sender = _address(mail.sender)
    ticket = _ticket(client, mailbox, mail)
    if mail.kind is Nature.SPAM:
        return replace(told, outcome="rejected", reason="marked as spam")
    if mail.bounce is not None and _came_back(actor, client, mail.bounce):
        return replace(told, reason="our letter came back")
    if mail.kind in _IGNORED:
        return _hold(actor, ticket, mail, told, mail.kind.value) if ticket else replace(told, reason=mail.kind.value)
    if not sender:
        return replace(told, outcome="rejected", reason="no usable sender")
    if ticket is None:
        return _open(actor, client, mail, sender, told)
    if sender != ticket.customer.email.lower() or not mail.one_sender:
        return _hold(actor, ticket, mail, told, "the sender is not the customer")
    return _join(actor, ticket, mail, told)


def _came_back(actor: Actor, client: Client, told: Bounce) -> bool:
    """Mark the letter that a mail server gave back; the ticket shows it, so nothing else is kept there."""
    return bool(bounces.mark(actor, client.pk, told.ids, told.recipients, told.reason, told.text))


def _address(text: str) -> str:
    try:
        return people.address_of(text)
    except Invalid:
        return ""


def _ticket_id(client: Client, mailbox: str, mail: Mail) -> int | None:
    """The ticket that a signed address among the recipients names; subjects and senders join nothing."""
    for address in (mailbox, *mail.recipients):
        found = addresses.ticket_of(address, client_id=client.pk)
        if found is not None:
            return found
    return None


def _ticket(client: Client, mailbox: str, mail: Mail) -> Ticket | None:
    found = _ticket_id(client, mailbox, mail)
    if found is None:
        return None
    # Held, so that nobody merges it into another before the mail stands on it.
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("customer")
    ticket = rows.filter(client=client, pk=found).first()
    while ticket is not None and ticket.merged_into_id is not None:
        ticket = rows.filter(client=client, pk=ticket.merged_into_id).first()
    return ticket


def _join(actor: Actor, ticket: Ticket, mail: Mail, told: Outcome) -> Outcome:
    """The customer's own words go onto their ticket; a closed one is opened again by them."""
    if ticket.status == Status.CLOSED:
        handling.reopen(actor, client_id=ticket.client_id, ticket_id=ticket.pk)
    message = conversation.write_as_customer(
        actor,
        client_id=ticket.client_id,
        ticket_id=ticket.pk,
        body=_body(mail),
        uploads=mail.files,
        channel="mail",
        mail_message_id=mail.message_id,
        unverified=mail.failed_checks,
    )
    return replace(told, outcome="reply", ticket=ticket.number, message=message.pk, unverified=mail.failed_checks)


def _hold(actor: Actor, ticket: Ticket, mail: Mail, told: Outcome, why: str) -> Outcome:
    """Keep the mail as a note that the customer never sees; nobody is told, nothing moves."""
    locked = lock(actor, ticket.pk, client_id=ticket.client_id)
    now = clock.now()
    body = f"{_('Subject')}: {mail.subject}\n\n{_body(mail)}"[:LONGEST_BODY]
    if mail.kind in _IGNORED:
        # A machine's words are nobody's: they hold no name and no address, which search would find.
        body = without_values(without_addresses(body), mail.sender_name, ticket.customer.name)[:LONGEST_BODY]
    message = write_message(
        actor,
        locked,
        body=html.clean_text(body, limit=LONGEST_BODY),
        author=Message.Author.SYSTEM,
        audience=Message.Audience.SHARED,
        at=now,
        channel="mail",
        uploads=mail.files,
        mail_message_id=mail.message_id,
        unverified=True,
    )
    # Who it came from is masked when it is shown, so it is no part of the text.
    sender = {"sender": _line(mail.sender, 254), "sender_name": _line(mail.sender_name, 160)}
    note(actor, locked, Kind.MAIL_HELD, at=now, message=message.pk, why=why, **sender)
    log_change(actor, locked, "mail held", message=message.pk)
    return replace(told, outcome="held", reason=why, ticket=locked.number, message=message.pk, unverified=True)


def _open(actor: Actor, client: Client, mail: Mail, sender: str, told: Outcome) -> Outcome:
    """A new ticket.  A mail's From proves nothing, so its words are marked as unverified."""
    people.hold_address(client.pk, sender)
    found = people.find_customer(sender)
    if found is None:
        name = _line(mail.sender_name, 160)
        customer = people.create_customer(client_id=client.pk, name=name, email=sender)
    else:
        customer = Customer.objects.get(client=client, pk=found)
    ticket = intake.open_ticket(
        actor,
        client_id=client.pk,
        customer=customer,
        subject=_subject(mail),
        body=_body(mail),
        channel="mail",
        uploads=mail.files,
        unconfirmed=customer.email_confirmed_at is None,
        unverified=True,
        mail_message_id=mail.message_id,
        acknowledge=mail.kind is Nature.PERSON and _may_answer(client, sender, mail),
    )
    first = Message.objects.filter(client=client, ticket=ticket).order_by("pk").values_list("pk", flat=True).first()
    return replace(told, outcome="new_ticket", ticket=ticket.number, message=first, unverified=True)


def _may_answer(client: Client, address: str, mail: Mail) -> bool:
    """Whether an automatic answer can't start a loop.

    None goes to a mailbox of ours or to whom the mail itself was sent to, and few go to one address.
    """
    if address in (recipient.lower() for recipient in mail.recipients):
        return False
    local, _at, host = address.partition("@")
    untagged = f"{local.partition('+')[0]}@{host}"
    if Client.objects.filter(Q(mailbox__iexact=address) | Q(mailbox__iexact=untagged)).exists():
        return False
    now = clock.now()
    sent = OutboxMail.objects.filter(client=client, automatic=True, to_address__iexact=address)
    today = sent.filter(created_at__gt=now - timedelta(days=1)).count()
    just_now = sent.filter(created_at__gt=now - AT_ONCE).count()
    return today < ACKNOWLEDGED_A_DAY and just_now < ACKNOWLEDGED_AT_ONCE


def _subject(mail: Mail) -> str:
    cleaned = html.clean_line(mail.subject, limit=len(mail.subject) * 4 + 1)[:LONGEST_SUBJECT].strip()
    return cleaned or _("(no subject)")


def _body(mail: Mail) -> str:
    """The words for the thread: cleaned, shortened where they are far too long, never empty."""
    room = LONGEST_BODY - 1000
    cleaned = html.clean_text(mail.text[: room * 2], limit=room * 8)
    if len(cleaned) > room or len(mail.text) > room * 2:
        cleaned = cleaned[:room] + "\n\n" + _("[The rest of this long mail is kept, and not shown here.]")
    if mail.left_out:
        cleaned += "\n\n" + _("[%(count)s files were too large or too many to keep here.]") % {"count": mail.left_out}
    return cleaned.strip() or _("(This mail has no text.)")
