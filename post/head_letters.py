"""The signed head of the access log, mailed to the client's admins: kept in their mailbox, it can't be taken back.

Once a week, and only where something was sealed since the last one.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from access import links, seal
from access.actor import Actor
from access.models import Client, LogHead, User
from helpdesk.lib import clock, locks
from post import kinds
from post.arrangement_letters import admins
from post.models import OutboxMail
from post.outbox import Letter, post_mail
from post.telling import letter_to

KIND = "log_head"


def listen() -> None:
    """Say how a letter to an admin is sent again: to who still is one."""
    kinds.declare(KIND, kinds.Whose.CLIENT, _("The head of the access log"), _to_admin)


def _to_admin(actor: Actor, mail: OutboxMail) -> None:
    if kinds.last_number(mail) not in {admin.pk for admin in admins(mail.client_id)}:
        raise kinds.nobody()
    kinds.to_person(actor, mail)


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
    page = links.absolute(reverse("console:seal", kwargs={"client": client.slug}))
    context = {"user": admin, "client": client, "head": head, "text": seal.head_of(head).text(), "page": page}
    return letter_to(
        admin,
        "post/mail/log_head",
        context,
        otherwise=client.language,
        unique=unique,
        kind=KIND,
        from_name=client.name,
    )
