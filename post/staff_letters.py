"""Letters to staff that belong to no client: the link to a new password.

Like every letter they leave through a row and a task; the row says who asked and when, and the
link is made when the letter is sent.
"""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from access.commit import after_commit
from access.models import User
from access.sign_in import password_link
from helpdesk.lib import clock
from post import sending
from post.models import StaffLetter
from post.outbox import message_id

KEPT = timedelta(days=7)


def ask(user_id: int) -> None:
    """Put a letter to this person on its way; 0 is nobody, for whom the same work is done."""
    now = clock.now()
    letter = StaffLetter.objects.create(user_id=user_id, asked_at=now, due_at=now)
    after_commit(lambda: _nudge(letter.pk))


def _nudge(letter_id: int) -> None:
    from post.tasks import mail_password_link

    mail_password_link.delay(letter_id)


def send(letter: StaffLetter) -> sending.Failure | None:
    """One attempt; None where the mail server took the letter, or where there is nobody to write to."""
    user = User.objects.filter(pk=letter.user_id, is_active=True).first()
    return sending.hand_over(lambda: message_of(letter, user)) if user else None


def message_of(letter: StaffLetter, user: User) -> EmailMessage:
    """The mail with a fresh link, under the same Message-ID at every attempt."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        context = {"user": user, "link": password_link(user)}
        subject = " ".join(render_to_string("post/mail/password_link_subject.txt", context).split())
        text = render_to_string("post/mail/password_link.txt", context).strip() + "\n"
    return EmailMessage(
        subject=subject,
        body=text,
        from_email=f"no-reply@{settings.MAIL_DOMAIN}",
        to=[user.email],
        headers={
            "Message-ID": message_id(0, f"staff/{letter.pk}"),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def newest(most: int) -> list[tuple[StaffLetter, EmailMessage]]:
    """The newest letters with their mails, for the demo's mailbox."""
    letters = list(StaffLetter.objects.exclude(user_id=0).order_by("-pk")[:most])
    people = User.objects.in_bulk([letter.user_id for letter in letters])
    return [(letter, message_of(letter, people[letter.user_id])) for letter in letters if letter.user_id in people]


def forget_old() -> None:
    """Delete the rows whose links have long ended."""
    StaffLetter.objects.filter(asked_at__lt=clock.now() - KEPT).delete()
