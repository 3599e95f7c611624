"""The mails that an escalation causes: to the client's contact with a signed link, to the vendor's people."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from access import links
from access.actor import Actor, ClientFace
from access.models import ClientProfile, SignedLink
from escalation.models import Clock, Contact, EscalationStep, Metric
from escalation.recipients import Recipient
from post.outbox import Letter, post_mail


def ask_contact(actor: Actor, step: EscalationStep, contact: Contact, to: list[Recipient]) -> None:
    """Mail the question with a link that answers it; each recipient gets a link of their own."""
    escalation = step.escalation
    hours = ClientProfile.objects.filter(client_id=step.client_id).values_list("answer_link_hours", flat=True).first()
    due = Clock.objects.filter(
        client_id=step.client_id, ticket_id=escalation.ticket_id, metric=Metric.CLIENT_RESPONSE, stopped_at=None
    )
    due_at = due.values_list("due_at", flat=True).first()
    for number, recipient in enumerate(to):
        token = links.make(
            purpose=SignedLink.Purpose.ESCALATION,
            client_id=step.client_id,
            subject_id=escalation.pk,
            recipient_id=contact.pk,
            lasts=timedelta(hours=hours or 24),
        )
        more = {"link": links.absolute(reverse("letter", kwargs={"token": token})), "hours": hours or 24, "due": due_at}
        _send(actor, step, "ask", recipient, unique=f"escalation/{step.pk}/{number}", **more)


def tell_vendor(actor: Actor, step: EscalationStep, to: list[Recipient]) -> None:
    """Tell the vendor's people that nobody has said yes; they read more on the desk."""
    ticket = step.escalation.ticket
    face = actor.standing(step.client_id).client
    link = links.absolute(reverse("desk:ticket", kwargs={"client": face.slug, "number": ticket.number}))
    for number, recipient in enumerate(to):
        _send(actor, step, "vendor", recipient, unique=f"escalation/{step.pk}/{number}", link=link)


def _send(actor: Actor, step: EscalationStep, kind: str, to: Recipient, *, unique: str, **more: Any) -> None:
    escalation, face = step.escalation, actor.standing(step.client_id).client
    context = {
        "escalation": escalation,
        "ticket": escalation.ticket,
        "client": face,
        "to": to,
        "vendor": _vendor_name(escalation.ticket, face),
        **more,
    }
    with translation.override(to.language), timezone.override(face.time_zone):
        subject = render_to_string(f"escalation/mail/{kind}_subject.txt", context)
        text = render_to_string(f"escalation/mail/{kind}.txt", context)
    letter = Letter(
        unique=unique,
        kind=f"escalation_{kind}",
        to_address=to.email,
        to_name=to.name,
        # Nobody reads answers to this address: the question is answered by its link.
        from_address=f"no-reply@{settings.MAIL_DOMAIN}",
        from_name=_vendor_name(escalation.ticket, face),
        subject=" ".join(subject.split()),
        text=text,
        automatic=True,
        ticket_id=escalation.ticket_id,
        language=to.language,
    )
    post_mail(actor, step.client_id, letter)


def _vendor_name(ticket: Any, face: ClientFace) -> str:
    return ticket.vendor.name if ticket.vendor else face.name
