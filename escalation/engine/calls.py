"""What endpoints are told by calls: the facts for a program, a text for a person; nothing of the customer's."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import links
from access.actor import ClientFace
from escalation.matrix.document import Channel
from escalation.models import EscalationStep, Notice
from escalation.recipients import Reach, Recipient
from helpdesk.lib.phones import e164
from post.calls import Call
from post.models import Endpoint
from tickets.actions.contracts import vendor_of

KIND = "escalation"
# What is told by a program, by the kind of endpoint that carries it.
CARRIED_BY = {channel: Endpoint.Carries(channel.value) for channel in (Channel.WEBHOOK, Channel.SMS, Channel.PHONE)}
# A text names so many tickets; the others are counted.
NAMED_MOST = 5


def endpoints(reach: Reach, channel: Channel, vendor_id: int | None) -> list[Endpoint]:
    """The endpoints in use that carry a channel: a vendor's, or without one the client's own; the oldest first."""
    carries = CARRIED_BY[channel]
    return [row for row in reach.endpoints if row.carries == carries and row.vendor_id == vendor_id]


def of_step(notice: Notice, step: EscalationStep, to: Recipient | None, endpoint: Endpoint) -> Call:
    """The call of one notice: to a program, or by it to a person."""
    ticket = step.escalation.ticket
    body: dict[str, Any] = {
        "event": "escalation.step",
        "ticket": ticket.number,
        "priority": ticket.priority,
        "step": step.position,
        "telling": step.told,
        "escalation": step.escalation_id,
    }
    if to is not None:
        with translation.override(to.language):
            text = _("#%(number)s, priority %(priority)s: %(what)s") % {
                "number": ticket.number,
                "priority": ticket.priority,
                "what": step.escalation.headline,
            }
        body = _to_person(to.phone, text, to.language)
    return Call(unique=f"notice/{notice.pk}", kind=KIND, endpoint=endpoint, body=body, ticket_id=ticket.pk)


def of_many(face: ClientFace, reach: Reach, number: int, notices: Sequence[Notice]) -> Call | None:
    """One text, or one call, of several notices to one contact: how many, of which tickets, and where to look.

    None where the contact is asked no more, or no endpoint or number is left for it.
    """
    first = notices[0]
    channel, contact = Channel(first.channel), first.contact
    found = next(iter(endpoints(reach, channel, None)), None)
    if found is None or contact is None or not reach.is_asked(contact) or not e164(contact.phone):
        return None
    with translation.override(contact.language):
        text = _text(face, channel, notices, has_account=contact.card_id is not None)
    body = _to_person(contact.phone, text, contact.language)
    return Call(unique=f"digest/{number}", kind=KIND, endpoint=found, body=body)


def _to_person(phone: str, text: str, language: str) -> dict[str, Any]:
    return {"number": e164(phone), "text": text, "language": language}


def _text(face: ClientFace, channel: Channel, notices: Sequence[Notice], *, has_account: bool) -> str:
    count, tickets = len(notices), list(dict.fromkeys(notice.ticket.number for notice in notices))
    said = ngettext(
        "%(count)s escalation for %(client)s needs you", "%(count)s escalations for %(client)s need you", count
    )
    named = ", ".join(f"#{number}" for number in tickets[:NAMED_MOST])
    more = len(tickets) - NAMED_MOST
    if more > 0:
        named = _("%(numbers)s and %(count)s more") % {"numbers": named, "count": more}
    told = {"what": said % {"count": count, "client": face.name}, "tickets": named}
    return _("%(what)s: %(tickets)s. %(where)s") % {**told, "where": _where(face, channel, notices[0], has_account)}


def _where(face: ClientFace, channel: Channel, notice: Notice, has_account: bool) -> str:
    """Where more is read; a link says nothing to who listens, and a page nothing to whom it is closed."""
    if not has_account:
        vendor = vendor_of(notice.ticket)
        return _("Ask %(name)s about them.") % {"name": vendor.name if vendor else face.name}
    if channel is Channel.PHONE:
        return _("They stand in the inbox of your console.")
    address = links.absolute(reverse("console:inbox", kwargs={"client": face.slug}))
    return _("They stand here: %(link)s") % {"link": address}
