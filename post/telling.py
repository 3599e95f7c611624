"""The product's own letters, written from a pair of templates for one reader."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from access.models import User
from post.outbox import Letter, line

# What the templates are given; a function is asked in the language and on the clock of who reads.
Context = dict[str, Any] | Callable[[], dict[str, Any]]
_MOST_SUBJECT = 300


def words_of(template: str, context: Context, *, language: str, zone: str) -> tuple[str, str]:
    """Subject and text by `TEMPLATE_subject.txt` and `TEMPLATE.txt`, in a reader's language and on their clock."""
    with translation.override(language), timezone.override(zone):
        words = context() if callable(context) else context
        subject = render_to_string(f"{template}_subject.txt", words)
        text = render_to_string(f"{template}.txt", words)
    return line(subject)[:_MOST_SUBJECT], text.strip() + "\n"


def letter_of(
    template: str,
    context: Context,
    *,
    unique: str,
    kind: str,
    from_name: str,
    to_address: str,
    to_name: str,
    language: str,
    zone: str,
    ticket_id: int | None = None,
    vendor_id: int | None = None,
) -> Letter:
    """A letter sent by no person.

    Nobody reads answers to where it comes from: what it asks is answered by its link, or on a page.
    """
    subject, text = words_of(template, context, language=language, zone=zone)
    return Letter(
        unique=unique,
        kind=kind,
        to_address=to_address,
        to_name=to_name,
        from_address=f"no-reply@{settings.MAIL_DOMAIN}",
        from_name=from_name,
        subject=subject,
        text=text,
        automatic=True,
        ticket_id=ticket_id,
        vendor_id=vendor_id,
        language=language,
    )


def letter_to(user: User, template: str, context: Context, *, otherwise: str, name: str = "", **more: Any) -> Letter:
    """The same to somebody with an account: in their language, or `otherwise`, and under `name` or their own."""
    return letter_of(
        template,
        context,
        to_address=user.email,
        to_name=name or user.name,
        language=user.language or otherwise,
        zone=user.time_zone,
        **more,
    )
