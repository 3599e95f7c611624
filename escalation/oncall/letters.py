"""The mails about swaps: to who is asked, and to both once it is answered."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from access import links
from access.actor import Actor
from access.models import StaffCard
from escalation.models import OnCallSwap
from post.outbox import Letter, line, post_mail


def tell_asked(actor: Actor, swap: OnCallSwap) -> None:
    """Ask the colleague, who answers under My on-call."""
    _send(actor, swap, swap.other, "asked", colleague=swap.asker.name)


def tell_answered(actor: Actor, swap: OnCallSwap) -> None:
    """Tell both what has become of it."""
    accepted = swap.state == OnCallSwap.State.ACCEPTED
    _send(actor, swap, swap.asker, "answered", colleague=swap.other.name, accepted=accepted, takes=False)
    _send(actor, swap, swap.other, "answered", colleague=swap.asker.name, accepted=accepted, takes=True)


def _send(actor: Actor, swap: OnCallSwap, to: StaffCard, kind: str, **more: Any) -> None:
    """One letter in the language and on the clock of who gets it; to nobody whose account is closed."""
    face, user = actor.standing(swap.client_id).client, to.user
    if not user.is_active:
        return
    language = user.language or "en"
    link = links.absolute(reverse("desk:my_on_call"))
    context = {"to": to, "swap": swap, "schedule": swap.schedule, "client": face, "link": link, **more}
    with translation.override(language), timezone.override(user.time_zone):
        subject = render_to_string(f"escalation/mail/on_call_{kind}_subject.txt", context)
        text = render_to_string(f"escalation/mail/on_call_{kind}.txt", context)
    letter = Letter(
        unique=f"on-call/{swap.pk}/{kind}/{to.pk}",
        kind=f"on_call_{kind}",
        to_address=user.email,
        to_name=to.name,
        # Nobody reads answers to this address: a swap is answered on its page.
        from_address=f"no-reply@{settings.MAIL_DOMAIN}",
        from_name=face.name,
        subject=line(subject),
        text=text,
        automatic=True,
        language=language,
    )
    post_mail(actor, swap.client_id, letter)
