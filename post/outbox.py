"""Everything that leaves goes through a row here, written with its cause, and a task."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from access.actor import Actor
from access.commit import after_commit
from helpdesk.lib import clock
from post.models import OutboxHint, OutboxMail


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail to be sent.

    `unique` names its cause: a second letter with the same one is not written.  `automatic`
    marks it as sent by no person (RFC 3834).
    """

    unique: str
    kind: str
    to_address: str
    to_name: str = ""
    from_address: str
    from_name: str = ""
    reply_to: str = ""
    subject: str
    text: str
    html: str = ""
    in_reply_to: str = ""
    references: str = ""
    automatic: bool = False
    ticket_id: int | None = None
    customer_id: int | None = None
    language: str = "en"


def message_id(client_id: int, unique: str) -> str:
    """The Message-ID of a letter: the same for every attempt, and not to be guessed (128 bit HMAC)."""
    text = f"{client_id}/{unique}"
    mark = hmac.new(settings.SECRET_KEY.encode(), f"message-id/{text}".encode(), hashlib.sha256).hexdigest()[:32]
    return f"<{client_id}.{mark}@{settings.MAIL_DOMAIN}>"


def post_mail(actor: Actor, client_id: int, letter: Letter, *, at: datetime | None = None) -> OutboxMail | None:
    """Put a letter into the outbox; None where one with the same cause is there already.

    `at` delays it.  The row is the promise; the task that is told at commit is a hint.
    """
    now = clock.now()
    if OutboxMail.objects.filter(client_id=client_id, unique=letter.unique).exists():
        return None
    mail = OutboxMail.objects.create(
        client_id=client_id,
        unique=letter.unique,
        kind=letter.kind,
        to_address=letter.to_address,
        to_name=line(letter.to_name),
        from_address=letter.from_address,
        from_name=line(letter.from_name),
        reply_to=letter.reply_to,
        subject=line(letter.subject)[:300],
        text=letter.text,
        html=letter.html,
        message_id=message_id(client_id, letter.unique),
        in_reply_to=letter.in_reply_to,
        references=letter.references,
        automatic=letter.automatic,
        ticket_id=letter.ticket_id,
        customer_id=letter.customer_id,
        language=letter.language,
        created_at=now,
    )
    OutboxHint.objects.create(client_id=client_id, mail_id=mail.pk, due_at=at or now)
    after_commit(lambda: _nudge(client_id, mail.pk))
    return mail


Renewer = Callable[[Actor, OutboxMail], None]
_renewers: dict[str, Renewer] = {}


def renew_with(kind: str, renewer: Renewer) -> None:
    """Declare how a letter of this kind is brought up to date before it is sent again: its address, its link.

    The renewer changes the row in memory, and refuses where the letter makes no sense any more.
    """
    _renewers[kind] = renewer


def can_send_again(kind: str) -> bool:
    """Whether a letter of this kind can be sent again; a link to sign in is asked for anew instead."""
    return kind in _renewers


def send_again(actor: Actor, mail: OutboxMail) -> None:
    """Have a letter that was given up tried anew, to the address that is right now.

    Its row is locked by the caller.  What a renewer refuses is passed on.
    """
    _renewers[mail.kind](actor, mail)
    mail.state, mail.attempts, mail.last_error = OutboxMail.State.DUE, 0, ""
    mail.save(update_fields=["state", "attempts", "last_error", "to_address", "to_name", "subject", "text"])
    due = {"client_id": mail.client_id, "due_at": clock.now(), "lease_until": None}
    OutboxHint.objects.update_or_create(mail_id=mail.pk, defaults=due)
    client_id, mail_id = mail.client_id, mail.pk
    after_commit(lambda: _nudge(client_id, mail_id))


def line(text: str) -> str:
    """One header line: no CR, LF or other control characters can start a second header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _nudge(client_id: int, mail_id: int) -> None:
    from post.tasks import deliver_mail

    deliver_mail.delay(client_id, mail_id)
