"""Everything that leaves goes through a row here, written with its cause, and a task."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings

from access.actor import Actor
from access.commit import after_commit
from helpdesk.lib import clock
from post import kinds
from post.inserting import insert_new
from post.models import OutboxHint, OutboxMail

# More letters at once than these are found by the sweep, which is told of them once.
NUDGED_MOST = 20


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail to be sent.

    `unique` names its cause: a second letter with the same one is not written.  `kind` is declared in `post.kinds`.
    `automatic` marks it as sent by no person (RFC 3834).  `vendor_id` is whose person it is for, where that says who
    may see that it never arrived (`Whose.SIDE`).
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
    vendor_id: int | None = None
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
    return next(iter(post_mails(actor, client_id, [letter], at=at)), None)


def post_mails(
    actor: Actor, client_id: int, letters: Sequence[Letter], *, at: datetime | None = None
) -> list[OutboxMail]:
    """Put letters into the outbox in two statements, whatever their number; returns those that are new."""
    now = clock.now()
    rows = [_row(client_id, letter, now) for letter in {each.unique: each for each in letters}.values()]
    written = insert_new(rows)
    OutboxHint.objects.bulk_create(
        [OutboxHint(client_id=client_id, mail_id=mail.pk, due_at=at or now) for mail in written]
    )
    _nudge([mail.pk for mail in written], client_id)
    return written


def _row(client_id: int, letter: Letter, now: datetime) -> OutboxMail:
    return OutboxMail(
        client_id=client_id,
        unique=letter.unique,
        kind=kinds.known(letter.kind).name,
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
        vendor_id=letter.vendor_id,
        language=letter.language,
        created_at=now,
    )


def send_again(actor: Actor, mail: OutboxMail) -> None:
    """Have a letter that was given up tried anew, to the address that is right now.

    Its row is locked by the caller.  What a renewer refuses is passed on.
    """
    renew = kinds.known(mail.kind).renew
    if renew is None:
        raise TypeError(mail.kind)
    renew(actor, mail)
    mail.state, mail.attempts, mail.last_error, mail.bounced_at = OutboxMail.State.DUE, 0, "", None
    told = ["to_address", "to_name", "subject", "text"]
    mail.save(update_fields=["state", "attempts", "last_error", "bounced_at", *told])
    # A new row: whoever still holds a claim on an earlier one changes nothing.
    OutboxHint.objects.filter(mail_id=mail.pk).delete()
    OutboxHint.objects.create(client_id=mail.client_id, mail_id=mail.pk, due_at=clock.now())
    _nudge([mail.pk], mail.client_id)


def write_anew(mail: OutboxMail, letter: Letter) -> None:
    """What a renewer does that writes its letter once more: its address, its words and its links of today."""
    mail.to_address, mail.to_name = letter.to_address, line(letter.to_name)
    mail.subject, mail.text = letter.subject, letter.text


def line(text: str) -> str:
    """One header line: no CR, LF or other control characters can start a second header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _nudge(mail_ids: Sequence[int], client_id: int) -> None:
    from post.tasks import deliver_mail, sweep_outbox

    if len(mail_ids) > NUDGED_MOST:
        after_commit(sweep_outbox.delay)
        return
    for mail_id in mail_ids:
        after_commit(partial(deliver_mail.delay, client_id, mail_id))
