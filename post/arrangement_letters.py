"""What changes between a vendor and a client, mailed to the client's admins: who leaves, what ends, who takes over."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from access import links
from access.actor import Actor
from access.models import Client, Membership, User
from access.rights import Role
from helpdesk.lib import clock
from post import kinds
from post.models import OutboxMail
from post.outbox import Letter, post_mail

KIND = "arrangement"
# Gives a subject and a text in the language of the moment.
Words = Callable[[], tuple[str, str]]


def listen() -> None:
    """Say how a letter to an admin is sent again: to who still is one."""
    kinds.declare(KIND, kinds.Whose.CLIENT, _("What changes between you and a vendor"), _to_admin)


def _to_admin(actor: Actor, mail: OutboxMail) -> None:
    if kinds.last_number(mail) not in {admin.pk for admin in admins(mail.client_id)}:
        raise kinds.nobody()
    kinds.to_person(actor, mail)


def admins(client_id: int) -> list[User]:
    """The client's admins of today."""
    now = clock.now()
    rows = Membership.objects.filter(client_id=client_id, role=Role.CLIENT_ADMIN, starts_at__lte=now)
    ids = [row.user_id for row in rows if row.ends_at is None or row.ends_at > now]
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def mail_admins(
    actor: Actor, client_id: int, unique: str, words: Words, view: str, arguments: Mapping[str, Any]
) -> int:
    """Mail each admin once about a cause, in their language; returns to how many.  `view` is the page about it."""
    client = Client.objects.get(pk=client_id)
    page = links.absolute(reverse(view, kwargs={"client": client.slug, **arguments}))
    sent = 0
    for admin in admins(client_id):
        language = admin.language or client.language
        with translation.override(language), timezone.override(admin.time_zone):
            subject, said = words()
            context = {"user": admin, "client": client, "said": said, "page": page}
            text = render_to_string("post/mail/arrangement.txt", context).strip() + "\n"
        letter = Letter(
            unique=f"{KIND}/{unique}/{admin.pk}",
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
        sent += post_mail(actor, client_id, letter) is not None
    return sent
