"""The mails that an escalation causes: to the client's contact with a signed link, to the vendor's people."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from access import links
from access.actor import Actor, ClientFace
from access.errors import Conflict
from access.models import ClientProfile, SignedLink
from escalation import recipients
from escalation.models import Clock, Contact, Escalation, EscalationStep, Metric
from escalation.recipients import Recipient
from helpdesk.lib import clock
from post.models import OutboxMail
from post.outbox import Letter, line, post_mail, renew_with
from tickets import signals
from tickets.actions.contracts import vendor_of
from tickets.models import Ticket

ASK, VENDOR = "ask", "vendor"


def listen() -> None:
    """Say how these letters are brought up to date before they are sent again, and their links meanwhile.

    Called after `timers.listen`: the clocks are read as the new priority has set them.
    """
    for kind in (ASK, VENDOR):
        renew_with(f"escalation_{kind}", _renew)
    signals.priority_changed.connect(_priority_changed, dispatch_uid="escalation.letters.priority_changed")


def ask_contact(actor: Actor, step: EscalationStep, contact: Contact, to: list[Recipient]) -> None:
    """Mail the question with a link that answers it; each recipient gets a link of their own."""
    for number, recipient in enumerate(to):
        _send(actor, step, ASK, recipient, f"{number}", **_question(step, contact, recipient))


def ask_once_more(actor: Actor, step: EscalationStep, contact: Contact, link: SignedLink) -> bool:
    """Mail the question again to the one mailbox that this link was sent to; False where it is nobody's to ask."""
    for number, recipient in enumerate(recipients.of_contact(contact, clock.now())):
        if links.mailbox(recipient.email) == link.sent_to:
            # The link is the cause: it brings one letter, whoever clicks how often.
            _send(actor, step, ASK, recipient, f"{number}/{link.pk}", **_question(step, contact, recipient))
            return True
    return False


def tell_vendor(actor: Actor, step: EscalationStep, to: list[Recipient]) -> None:
    """Tell the vendor's people that nobody has taken the question on; they read more on the desk."""
    for number, recipient in enumerate(to):
        _send(actor, step, VENDOR, recipient, f"{number}", **_on_the_desk(actor, step))


def _question(step: EscalationStep, contact: Contact, to: Recipient) -> dict[str, Any]:
    """A link of its own, until when it works, and until when the answer is promised.

    It works for the client's hours from now, and as long after the answer is due.
    """
    now, (due, hours) = clock.now(), _due_and_hours(step.client_id, step.escalation.ticket_id)
    ends = _end(max(now, due or now), hours)
    token = links.make(
        purpose=SignedLink.Purpose.ESCALATION,
        client_id=step.client_id,
        subject_id=step.escalation_id,
        recipient_id=contact.pk,
        address=to.email,
        lasts=ends - now,
    )
    return {
        "link": links.absolute(reverse("letter", kwargs={"token": token})),
        "ends": ends,
        "due": due,
    }


def _due_and_hours(client_id: int, ticket_id: int) -> tuple[datetime | None, int]:
    """Until when the client's answer is promised, and for how many hours its links work after that; two statements."""
    hours = ClientProfile.objects.filter(client_id=client_id).values_list("answer_link_hours", flat=True).first()
    clocks = Clock.objects.filter(
        client_id=client_id, ticket_id=ticket_id, metric=Metric.CLIENT_RESPONSE, stopped_at=None
    )
    return clocks.values_list("due_at", flat=True).first(), hours or 24


def _end(since: datetime, hours: int) -> datetime:
    """The next whole minute after so many hours, so that mail and page name the same one."""
    return (since + timedelta(hours=hours, minutes=1)).replace(second=0, microsecond=0)


def _priority_changed(*, ticket: Ticket, **more: Any) -> None:
    """With another priority the answer may be due later: a link that was mailed must not end before that.

    A link ends so many hours after the due time of its day, or later: only a later one extends it, and
    whoever changes the priority again and again keeps none alive.
    """
    asked = Escalation.objects.filter(client_id=ticket.client_id, ticket=ticket, ended_at=None)
    escalation_id = asked.values_list("pk", flat=True).first()
    if escalation_id is None:
        return
    due, hours = _due_and_hours(ticket.client_id, ticket.pk)
    if due is not None:
        links.extend(
            purpose=SignedLink.Purpose.ESCALATION,
            client_id=ticket.client_id,
            subject_id=escalation_id,
            until=_end(due, hours),
        )


def _on_the_desk(actor: Actor, step: EscalationStep) -> dict[str, Any]:
    slug, number = actor.standing(step.client_id).client.slug, step.escalation.ticket.number
    return {"link": links.absolute(reverse("desk:ticket", kwargs={"client": slug, "number": number}))}


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """To the address that this person has now, with a link that works; raises `Conflict` where nothing is asked."""
    step_id, number = mail.unique.split("/")[1:3]
    rows = EscalationStep.objects.filter(client_id=mail.client_id, pk=step_id)
    step = rows.select_related("escalation__ticket__vendor", "contact").get()
    if step.escalation.ended_at is not None:
        raise Conflict(_("The question is answered or taken back: nobody needs this letter any more."))
    now = clock.now()
    if step.contact is not None:
        to = recipients.of_contact(step.contact, now)
    else:
        to = recipients.of_role(mail.client_id, step.escalation.ticket.vendor_id, step.vendor_role, now)
    if int(number) >= len(to):
        raise Conflict(_("There is nobody with an address any more to whom this letter could go."))
    kind, recipient = mail.kind.removeprefix("escalation_"), to[int(number)]
    more = _question(step, step.contact, recipient) if step.contact is not None else _on_the_desk(actor, step)
    mail.to_address, mail.to_name = recipient.email, line(recipient.name)
    mail.subject, mail.text = _written(actor, step, kind, recipient, more)


def _written(actor: Actor, step: EscalationStep, kind: str, to: Recipient, more: dict[str, Any]) -> tuple[str, str]:
    """Subject and text in the language of who gets it."""
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
        return line(subject)[:300], render_to_string(f"escalation/mail/{kind}.txt", context)


def _send(actor: Actor, step: EscalationStep, kind: str, to: Recipient, which: str, **more: Any) -> None:
    escalation, face = step.escalation, actor.standing(step.client_id).client
    subject, text = _written(actor, step, kind, to, more)
    letter = Letter(
        unique=f"escalation/{step.pk}/{which}",
        kind=f"escalation_{kind}",
        to_address=to.email,
        to_name=to.name,
        # Nobody reads answers to this address: the question is answered by its link.
        from_address=f"no-reply@{settings.MAIL_DOMAIN}",
        from_name=_vendor_name(escalation.ticket, face),
        subject=subject,
        text=text,
        automatic=True,
        ticket_id=escalation.ticket_id,
        language=to.language,
    )
    post_mail(actor, step.client_id, letter)


def _vendor_name(ticket: Ticket, face: ClientFace) -> str:
    vendor = vendor_of(ticket)
    return vendor.name if vendor else face.name
