"""The mails about swaps: to who is asked, and to both once it is answered."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from access import links
from access.actor import Actor
from access.models import StaffCard
from escalation.models import OnCallSwap
from post.outbox import post_mail
from post.telling import letter_to


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
    context = {"to": to, "swap": swap, "schedule": swap.schedule, "client": face, **more}
    letter = letter_to(
        user,
        f"escalation/mail/on_call_{kind}",
        {**context, "link": links.absolute(reverse("desk:my_on_call"))},
        otherwise=settings.LANGUAGE_CODE,
        name=to.name,
        unique=f"on-call/{swap.pk}/{kind}/{to.pk}",
        kind=f"on_call_{kind}",
        from_name=face.name,
    )
    post_mail(actor, swap.client_id, letter)
