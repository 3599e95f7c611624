"""Letters to staff that tell nothing of a client: a link to a new password, a changed second step, what waits for them.

Like every letter they leave through a row and a task; the row says who it is for and why, and what
it says is made when it is sent.
"""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from access import links
from access.commit import after_commit
from access.models import User
from access.sign_in import password_link
from helpdesk.lib import clock
from post import sending
from post.models import StaffLetter
from post.outbox import message_id
from post.telling import words_of

KEPT = timedelta(days=7)


def ask(user_id: int, kind: StaffLetter.Kind = StaffLetter.Kind.RESET_LINK) -> None:
    """Put a letter to this person on its way; 0 is nobody, for whom the same work is done."""
    now = clock.now()
    letter = StaffLetter.objects.create(user_id=user_id, kind=kind, asked_at=now, due_at=now)
    after_commit(lambda: _nudge(letter.pk))


def _nudge(letter_id: int) -> None:
    from post.tasks import mail_staff_letter

    mail_staff_letter.delay(letter_id)


def send(letter: StaffLetter) -> sending.Failure | None:
    """One attempt; None where the mail server took the letter, or where there is nobody to write to."""
    user = User.objects.filter(pk=letter.user_id, is_active=True).first()
    return sending.hand_over(lambda: message_of(letter, user)) if user else None


def message_of(letter: StaffLetter, user: User) -> EmailMessage:
    """The mail, with a fresh link where it has one, under the same Message-ID at every attempt."""
    context = {"user": user, "letter": letter, "link": _link(letter, user)}
    language = user.language or settings.LANGUAGE_CODE
    subject, text = words_of(f"post/mail/{letter.kind}", context, language=language, zone=user.time_zone)
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


def _link(letter: StaffLetter, user: User) -> str:
    if letter.kind == StaffLetter.Kind.RESET_LINK:
        return password_link(user)
    if letter.kind == StaffLetter.Kind.LOG_FLAG:
        return links.absolute(reverse("desk:my_access"))
    if letter.kind == StaffLetter.Kind.REPLY_WAITS:
        return links.absolute(reverse("desk:queue"))
    return links.absolute(reverse("account_security"))


def newest(most: int) -> list[tuple[StaffLetter, EmailMessage]]:
    """The newest letters with their mails, for the demo's mailbox."""
    letters = list(StaffLetter.objects.exclude(user_id=0).order_by("-pk")[:most])
    people = User.objects.in_bulk([letter.user_id for letter in letters])
    return [(letter, message_of(letter, people[letter.user_id])) for letter in letters if letter.user_id in people]


def forget_old() -> None:
    """Delete the rows whose links have long ended."""
    StaffLetter.objects.filter(asked_at__lt=clock.now() - KEPT).delete()
