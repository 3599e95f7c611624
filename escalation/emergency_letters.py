"""The mails about emergency access: to the client's contacts with a signed link, to who may decide, to who asked."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from access import actor as actors
from access import emergency as requests
from access import links, standing
from access.actor import Actor, ClientFace
from access.models import Client, EmergencyAccess, SignedLink, User
from access.rights import Right
from access.roles import holders
from escalation.models import Contact, EmergencyStep
from escalation.recipients import Recipient
from helpdesk.lib import clock
from post.outbox import post_mail
from post.telling import letter_of

SENDER = "escalation.emergency"


def ask_contact(actor: Actor, request: EmergencyAccess, contact: Contact) -> None:
    """Ask a contact, with a link that answers this one request until it lapses."""
    face = actor.standing(request.client_id).client
    link = _link(request, contact, requests.lapses_at(request) - clock.now())
    to = Recipient(contact.name, contact.email, contact.language)
    _send(request, face, "ask", f"c{contact.pk}", to, link=link, signed=True, ends=requests.lapses_at(request))


def tell_deciders(actor: Actor, request: EmergencyAccess, *, at: datetime) -> None:
    """Tell the client's people who may decide, at once; they answer in the console."""
    face = actor.standing(request.client_id).client
    steps = EmergencyStep.objects.filter(client_id=request.client_id, emergency=request, due_at__lte=at)
    asked = {email.lower() for email in steps.values_list("contact__email", flat=True)}
    for person in _deciders(request, at):
        # Whoever is a contact too has the mail with the link.
        if person.email.lower() not in asked:
            to = Recipient(person.name, person.email, person.language or face.language)
            _send(request, face, "ask", f"u{person.pk}", to, link=_console(face), signed=False)


def tell_unanswered(request: EmergencyAccess, contacts: list[Contact]) -> None:
    """Tell everybody that it was granted by itself; the links end it, and serve for its review."""
    face, now = _face(request), clock.now()
    due = requests.review_due(request, face.time_zone) or now
    for contact in contacts:
        to = Recipient(contact.name, contact.email, contact.language)
        link = _link(request, contact, due - now)
        _send(request, face, "unanswered", f"c{contact.pk}", to, link=link, signed=True, ends=due)
    told = {contact.email.lower() for contact in contacts}
    for person in _deciders(request, now):
        if person.email.lower() not in told:
            to = Recipient(person.name, person.email, person.language or face.language)
            _send(request, face, "unanswered", f"u{person.pk}", to, link=_console(face), signed=False)


def tell_asker(request: EmergencyAccess) -> None:
    """Tell whoever asked what has become of it, unless they took it back themselves."""
    if request.state == EmergencyAccess.State.WITHDRAWN:
        return
    face, person = _face(request), request.user
    to = Recipient(person.name, person.email, person.language or "en")
    link = links.absolute(reverse("desk:my_access"))
    _send(request, face, "outcome", f"{request.state}", to, zone=person.time_zone, link=link)


def _deciders(request: EmergencyAccess, at: datetime) -> list[User]:
    """The client's people who may decide on this request today, by name; never whoever asked."""
    others = holders(request.client_id, Right.EMERGENCY_DECIDE, at)
    return [person for person in others if person.pk != request.user_id]


def _link(request: EmergencyAccess, contact: Contact, lasts: timedelta) -> str:
    token = links.make(
        purpose=SignedLink.Purpose.EMERGENCY,
        client_id=request.client_id,
        subject_id=request.pk,
        recipient_id=contact.pk,
        address=contact.email,
        lasts=lasts,
    )
    return links.absolute(reverse("emergency_letter", kwargs={"token": token}))


def _console(face: ClientFace) -> str:
    return links.absolute(reverse("console:requests", kwargs={"client": face.slug}))


def _face(request: EmergencyAccess) -> ClientFace:
    return standing.face(Client.objects.get(pk=request.client_id))


def _send(
    request: EmergencyAccess, face: ClientFace, kind: str, who: str, to: Recipient, *, zone: str = "", **more: Any
) -> None:
    """Write one letter in the language and on the clock of who gets it."""
    context = {
        "request": request,
        "client": face,
        "to": to,
        "name": request.card.name,
        "company": request.vendor.name if request.vendor else "",
        **more,
    }
    letter = letter_of(
        f"escalation/mail/emergency_{kind}",
        lambda: {**context, "outcome": requests.outcome(request)},
        unique=f"emergency/{request.pk}/{kind}/{who}",
        kind=f"emergency_{kind}",
        from_name=face.name,
        to_address=to.email,
        to_name=to.name,
        language=to.language,
        zone=zone or face.time_zone,
    )
    post_mail(actors.system(face, SENDER), request.client_id, letter)
