"""The signed head of the access log, mailed to the client's admins: kept in their mailbox, it can't be taken back.

Once a week, and only where something was sealed since the last one.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from access import links, seal
from access.actor import Actor
from access.models import Client, LogHead, User
from helpdesk.lib import clock, locks
from post.arrangement_letters import admins
from post.models import OutboxMail
from post.outbox import Letter, post_mail

KIND = "log_head"


def mail_head(actor: Actor, client_id: int) -> int:
    """Mail the newest head to each admin of the client who got none this week; returns to how many."""
    # One after the other, so that a twin finds what the first has mailed.
    locks.hold("post.mail_head", client_id)
    head = seal.newest_head(client_id)
    if head is None:
        return 0
    year, week, _day = clock.now().isocalendar()
    client = Client.objects.get(pk=client_id)
    sent = 0
    for admin in admins(client_id):
        if _has(client_id, head, admin):
            continue
        letter = _letter(client, head, admin, unique=f"{KIND}/{year}-{week:02}/{admin.pk}")
        sent += post_mail(actor, client_id, letter) is not None
    return sent


def _has(client_id: int, head: LogHead, admin: User) -> bool:
    """Whether this very head was mailed to this person before: nothing has been sealed since."""
    text = seal.head_of(head).text()
    return bool(
        OutboxMail.objects.filter(client_id=client_id, kind=KIND, to_address=admin.email, text__contains=text).exists()
    )


def _letter(client: Client, head: LogHead, admin: User, *, unique: str) -> Letter:
    language = admin.language or client.language
    page = links.absolute(reverse("console:seal", kwargs={"client": client.slug}))
    with translation.override(language), timezone.override(admin.time_zone):
        context = {"user": admin, "client": client, "head": head, "text": seal.head_of(head).text(), "page": page}
        subject = " ".join(render_to_string("post/mail/log_head_subject.txt", context).split())
        text = render_to_string("post/mail/log_head.txt", context).strip() + "\n"
    return Letter(
        unique=unique,
        kind=KIND,
        to_address=admin.email,
        to_name=admin.name,
        from_address=f"no-reply@{settings.MAIL_DOMAIN}",
        from_name=client.name,
        subject=subject,
        text=text,
        automatic=True,
        language=language,
    )
