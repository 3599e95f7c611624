"""The mails about swaps: to who is asked, and to both once it is answered."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from access import links
from access.actor import Actor
from access.models import StaffCard
from escalation.models import OnCallSwap
from post import kinds
from post.models import OutboxMail
from post.outbox import post_mail
from post.telling import letter_to

ASKED, ANSWERED = "asked", "answered"


def listen() -> None:
    """Say how these letters are sent again."""
    for kind, label in (
        (ASKED, gettext_lazy("A swap that is asked for")),
        (ANSWERED, gettext_lazy("The answer to a swap")),
    ):
        kinds.declare(f"on_call_{kind}", kinds.Whose.SIDE, label, _renew)


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """As it was written; raises `Conflict` where the swap waits for no answer any more."""
    _word, swap_id, kind, card_id = mail.unique.split("/")
    swap = OnCallSwap.objects.filter(client_id=mail.client_id, pk=swap_id).first()
    card = StaffCard.objects.filter(client_id=mail.client_id, pk=card_id).first()
    if swap is None or (kind == ASKED and swap.state != OnCallSwap.State.ASKED):
        raise kinds.is_over()
    if card is None:
        raise kinds.nobody()
    kinds.to_person(actor, mail, card.user_id)


def tell_asked(actor: Actor, swap: OnCallSwap) -> None:
    """Ask the colleague, who answers under My on-call."""
    _send(actor, swap, swap.other, ASKED, colleague=swap.asker.name)


def tell_answered(actor: Actor, swap: OnCallSwap) -> None:
    """Tell both what has become of it."""
    accepted = swap.state == OnCallSwap.State.ACCEPTED
    _send(actor, swap, swap.asker, ANSWERED, colleague=swap.other.name, accepted=accepted, takes=False)
    _send(actor, swap, swap.other, ANSWERED, colleague=swap.asker.name, accepted=accepted, takes=True)


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
        vendor_id=to.vendor_id,
        from_name=face.name,
    )
    post_mail(actor, swap.client_id, letter)
