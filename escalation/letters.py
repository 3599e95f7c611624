"""The mails that an escalation causes: to the client's contact with a signed link, to the vendor's people."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import links
from access.actor import Actor, ClientFace
from access.errors import Conflict
from access.models import ClientProfile, SignedLink, User
from escalation.matrix import stored
from escalation.models import Clock, Contact, Escalation, EscalationStep, Metric, Notice
from escalation.recipients import Reach, Recipient
from helpdesk.lib import clock
from post import kinds, telling
from post.kinds import Whose
from post.models import OutboxMail
from post.outbox import Letter, post_mail, write_anew
from tickets import signals
from tickets.actions.contracts import vendor_of
from tickets.models import Ticket

ASK, VENDOR, DIGEST, COLLEAGUE, WARNING = "ask", "vendor", "digest", "colleague", "warning"
# More than a person reads in one letter stand on the pages that it leads to.
TOLD_TOGETHER = 50
# The share of a promise at which it is broken.
BROKEN = 100


def listen() -> None:
    """Say how these letters are brought up to date before they are sent again, and their links meanwhile.

    Called after `timers.listen`: the clocks are read as the new priority has set them.
    """
    for kind, whose, label, renew in (
        (ASK, Whose.TICKET, gettext_lazy("A question to the client"), _renew),
        (VENDOR, Whose.VENDOR, gettext_lazy("An escalation"), _renew),
        (COLLEAGUE, Whose.TICKET, gettext_lazy("A question to a colleague"), _renew_to_colleague),
        (WARNING, Whose.TICKET, gettext_lazy("That a promise runs out"), _renew_warning),
        (DIGEST, Whose.SIDE, gettext_lazy("Several escalations"), _renew_digest),
    ):
        kinds.declare(f"escalation_{kind}", whose, label, renew)
    signals.priority_changed.connect(_priority_changed, dispatch_uid="escalation.letters.priority_changed")


def letter_of(actor: Actor, notice: Notice, step: EscalationStep, to: Recipient) -> Letter:
    """The letter of a notice: to the client's people the question with a link of their own that answers it, to the
    vendor's that nobody has taken it on; they read more on the desk."""
    if notice.contact_id is not None:
        return _letter(actor, step, ASK, to, f"notice/{notice.pk}", _question(step, notice.contact_id, to))
    return _letter(actor, step, VENDOR, to, f"notice/{notice.pk}", _on_the_desk(actor, step.escalation.ticket))


def digest_of(actor: Actor, number: int, notices: Sequence[Notice]) -> Letter | None:
    """One letter of several notices to one person, in their order; None where nobody is there any more."""
    first = notices[0]
    to = _now(first, first.ticket.vendor_id)
    if to is None:
        return None
    shown = notices[:TOLD_TOGETHER]

    def words() -> dict[str, Any]:
        lines = [_digest_line(actor, notice, to) for notice in shown]
        return {"lines": lines, "count": len(notices), "more": len(notices) - len(shown)}

    return _about(actor, first.ticket, DIGEST, to, f"digest/{number}", words)


def _renew_digest(actor: Actor, mail: OutboxMail) -> None:
    """What of it waits for an answer yet, each line with a link of its own; raises `Conflict` where nothing does."""
    number = kinds.last_number(mail)
    rows = Notice.objects.filter(client_id=mail.client_id, digest=number, acknowledged_at=None)
    rows = rows.filter(Q(step=None) | Q(step__escalation__ended_at=None, step__acknowledged_at=None))
    rows = rows.exclude(clock__isnull=False, clock__stopped_at__isnull=False)
    notices = list(
        rows.select_related("step__escalation", "ticket__vendor", "contact", "clock").order_by("due_at", "pk")
    )
    if not notices:
        raise kinds.is_over()
    letter = digest_of(actor, number, notices)
    if letter is None:
        raise kinds.nobody()
    write_anew(mail, letter)


def _digest_line(actor: Actor, notice: Notice, to: Recipient) -> dict[str, Any]:
    told = {"ticket": notice.ticket, "due_at": notice.due_at}
    if notice.step is None:
        return {**told, "headline": headline(notice), **_on_the_desk(actor, notice.ticket)}
    step = notice.step
    link = _on_the_desk(actor, notice.ticket) if notice.contact_id is None else _question(step, notice.contact_id, to)
    return {**told, "headline": step.escalation.headline, **link}


def headline(notice: Notice) -> str:
    """What a notice of a clock says, in the reader's words: which promise, and how much of its time has run.

    Without a share it asks to excuse that the promise was broken.
    """
    if notice.clock is None:
        return ""
    metric = Metric(notice.clock.metric)
    if notice.share is None:
        told = {"name": notice.asked_by_name, "metric": metric.label}
        return _("%(name)s asks to have a broken promise excused: %(metric)s") % told
    if metric is Metric.CALL_BACK:
        return _("A promised call is due now") if (notice.share or 0) >= BROKEN else _("A promised call comes near")
    return _("%(share)s %% of the time has run: %(metric)s") % {"share": notice.share, "metric": metric.label}


def warning(actor: Actor, notice: Notice, to: Recipient) -> Letter:
    """That a promise on a ticket of theirs runs out."""

    def words() -> dict[str, Any]:
        clock_ = notice.clock
        told = {"headline": headline(notice), "due_at": clock_.due_at if clock_ else None}
        return {**told, **_on_the_desk(actor, notice.ticket)}

    return _about(actor, notice.ticket, WARNING, to, f"notice/{notice.pk}", words)


def _renew_warning(actor: Actor, mail: OutboxMail) -> None:
    """As long as the clock runs; raises `Conflict` where it has stopped, or nobody is there to read it."""
    notices = Notice.objects.filter(client_id=mail.client_id, pk=mail.unique.removeprefix("notice/"))
    notice = notices.select_related("clock", "ticket__vendor", "contact").get()
    if notice.clock is None or notice.clock.stopped_at is not None:
        raise Conflict(_("The promise is kept or over: nobody needs this letter any more."))
    recipient = _now(notice, notice.ticket.vendor_id)
    if recipient is None:
        raise kinds.nobody()
    letter = warning(actor, notice, recipient)
    write_anew(mail, letter)


def to_colleague(actor: Actor, notice: Notice, to: User) -> Letter:
    """That a colleague asks: the question itself stands on the ticket."""
    face, ticket = actor.standing(notice.client_id).client, notice.ticket
    address = reverse("desk:ticket", kwargs={"client": face.slug, "number": ticket.number})
    return telling.letter_to(
        to,
        f"escalation/mail/{COLLEAGUE}",
        {"notice": notice, "ticket": ticket, "client": face, "link": links.absolute(address)},
        otherwise=settings.LANGUAGE_CODE,
        name=notice.name,
        unique=f"notice/{notice.pk}",
        kind=f"escalation_{COLLEAGUE}",
        from_name=_vendor_name(ticket, face),
        ticket_id=ticket.pk,
    )


def _renew_to_colleague(actor: Actor, mail: OutboxMail) -> None:
    """To the address that they have now; raises `Conflict` where they are gone."""
    notice = Notice.objects.select_related("ticket").get(
        client_id=mail.client_id, pk=mail.unique.removeprefix("notice/")
    )
    to = User.objects.filter(pk=notice.user_id or 0, is_active=True).first()
    if to is None:
        raise kinds.nobody()
    letter = to_colleague(actor, notice, to)
    write_anew(mail, letter)


def ask_once_more(actor: Actor, step: EscalationStep, contact: Contact, link: SignedLink) -> bool:
    """Mail the question again to the one mailbox that this link was sent to; False where it is nobody's to ask."""
    for recipient in Reach(step.client_id, clock.now()).of_contact(contact):
        if links.mailbox(recipient.email) == link.sent_to:
            notices = Notice.objects.filter(client_id=step.client_id, step=step, contact=contact)
            notice = notices.order_by("pk").values_list("pk", flat=True).first()
            # The link is the cause: it brings one letter, whoever clicks how often.
            unique = f"notice/{notice}/{link.pk}"
            asked = _letter(actor, step, ASK, recipient, unique, _question(step, contact.pk, recipient))
            post_mail(actor, step.client_id, asked)
            return True
    return False


def _question(step: EscalationStep, contact_id: int, to: Recipient) -> dict[str, Any]:
    """A link of its own, until when it works, and until when the answer is promised.

    It works for the client's hours from now, and as long after the answer is due.
    """
    now, (due, hours) = clock.now(), _due_and_hours(step.client_id, step.escalation.ticket_id)
    ends = _end(max(now, due or now), hours)
    token = links.make(
        purpose=SignedLink.Purpose.ESCALATION,
        client_id=step.client_id,
        subject_id=step.escalation_id,
        recipient_id=contact_id,
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


def _on_the_desk(actor: Actor, ticket: Ticket) -> dict[str, Any]:
    slug, number = actor.standing(ticket.client_id).client.slug, ticket.number
    return {"link": links.absolute(reverse("desk:ticket", kwargs={"client": slug, "number": number}))}


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """To the address that this person has now, with a link that works; raises `Conflict` where nothing is asked."""
    notices = Notice.objects.filter(client_id=mail.client_id, pk=mail.unique.removeprefix("notice/").split("/")[0])
    notice = notices.select_related("step__escalation__ticket__vendor", "contact").get()
    step = notice.of_step
    if step.escalation.ended_at is not None:
        raise Conflict(_("The question is answered or taken back: nobody needs this letter any more."))
    recipient = _now(notice, step.escalation.ticket.vendor_id)
    if recipient is None:
        raise kinds.nobody()
    kind = mail.kind.removeprefix("escalation_")
    more = (
        _question(step, notice.contact_id, recipient)
        if notice.contact_id
        else _on_the_desk(actor, step.escalation.ticket)
    )
    letter = _letter(actor, step, kind, recipient, mail.unique, more)
    write_anew(mail, letter)


def _now(notice: Notice, vendor_id: int | None) -> Recipient | None:
    """Whom a notice reaches by now: the same person at their present address."""
    reach = Reach(notice.client_id, clock.now())
    if notice.contact is not None:
        found = reach.of_contact(notice.contact)
    else:
        found = [to for to in (*reach.of_vendor(vendor_id), *reach.of_own()) if to.user_id == notice.user_id]
    same = [to for to in found if to.user_id == notice.user_id]
    return next(iter(same or found), None)


def _letter(actor: Actor, step: EscalationStep, kind: str, to: Recipient, unique: str, more: dict[str, Any]) -> Letter:
    """In the language of who gets it; the question that it asks is answered by its link."""
    words = {"escalation": step.escalation, "only_informs": not stored.read_step(step.definition).needs_yes, **more}
    return _about(actor, step.escalation.ticket, kind, to, unique, lambda: words)


def _about(
    actor: Actor, ticket: Ticket, kind: str, to: Recipient, unique: str, words: Callable[[], dict[str, Any]]
) -> Letter:
    face = actor.standing(ticket.client_id).client
    vendor = _vendor_name(ticket, face)
    return telling.letter_of(
        f"escalation/mail/{kind}",
        lambda: {"ticket": ticket, "client": face, "to": to, "vendor": vendor, **words()},
        unique=unique,
        kind=f"escalation_{kind}",
        from_name=vendor,
        to_address=to.email,
        to_name=to.name,
        language=to.language,
        zone=face.time_zone,
        ticket_id=ticket.pk if kind != DIGEST else None,
        vendor_id=ticket.vendor_id if kind == DIGEST and to.is_vendors else None,
    )


def _vendor_name(ticket: Ticket, face: ClientFace) -> str:
    vendor = vendor_of(ticket)
    return vendor.name if vendor else face.name
