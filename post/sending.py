"""One attempt to send a letter: the message made from its row, and what the mail server's answer means."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.message import BadHeaderError

from post.models import OutboxMail


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed; `final` where trying again can't help."""

    reason: str
    final: bool


def attempt(mail: OutboxMail) -> Failure | None:
    """Hand the letter to the mail server; None where it was accepted.

    Never raises for what a server, a network or a bad address can cause.
    """
    return hand_over(lambda: message_of(mail))


def hand_over(make: Callable[[], EmailMessage]) -> Failure | None:
    """The same for any message, which is made inside, because a bad address shows there."""
    try:
        get_connection(fail_silently=False).send_messages([make()])
    except smtplib.SMTPAuthenticationError as error:
        # Its text may repeat what was sent to sign in.
        return Failure(f"the mail server refused our sign-in ({error.smtp_code})", final=False)
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()), (0, b""))
        return _answered(code, text)
    except smtplib.SMTPResponseException as error:
        return _answered(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Failure(f"the mail server could not be reached ({type(error).__name__})", final=False)
    except SoftTimeLimitExceeded:
        return Failure("the mail server was too slow", final=False)
    except (BadHeaderError, MessageError, ValueError) as error:
        return Failure(f"the letter can't be written as a mail ({type(error).__name__})", final=True)
    return None


def message_of(mail: OutboxMail) -> EmailMultiAlternatives:
    """The mail of an outbox row: the same Message-ID and date at every attempt."""
    headers = {"Message-ID": mail.message_id, "Date": format_datetime(mail.created_at)}
    if mail.in_reply_to:
        headers["In-Reply-To"] = mail.in_reply_to
    if mail.references:
        headers["References"] = mail.references
    if mail.automatic:
        headers["Auto-Submitted"] = "auto-replied"
        headers["X-Auto-Response-Suppress"] = "All"
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=address(mail.from_name, mail.from_address),
        to=[address(mail.to_name, mail.to_address)],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def address(name: str, email: str) -> str:
    """A header's address; a name is quoted, so that nothing in it can become another address."""
    return str(Address(display_name=name, addr_spec=email)) if name else email


def _answered(code: int, text: bytes | str) -> Failure:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return Failure(f"{code} {line}"[:200], final=500 <= code < 600)
