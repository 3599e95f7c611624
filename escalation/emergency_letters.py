"""The mails about emergency access: to the client's contacts with a signed link, to who may decide, to who asked."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from access import actor as actors
from access import emergency as requests
from access import links, standing
from access.actor import Actor, ClientFace
from access.models import Client, EmergencyAccess, SignedLink, User
from access.rights import Right
from access.roles import holders
from escalation.models import Contact, EmergencyStep
from escalation.recipients import Reach, Recipient
from helpdesk.lib import clock
from post import kinds
from post.models import OutboxMail
from post.outbox import Letter, post_mail, write_anew
from post.telling import letter_of

SENDER = "escalation.emergency"


ASK, UNANSWERED, OUTCOME = "ask", "unanswered", "outcome"


def listen() -> None:
    """Say how these letters are brought up to date before they are sent again."""
    for kind, label in (
        (ASK, gettext_lazy("A request for emergency access")),
        (UNANSWERED, gettext_lazy("Emergency access that nobody answered")),
        (OUTCOME, gettext_lazy("The answer about emergency access")),
    ):
        kinds.declare(f"emergency_{kind}", kinds.Whose.CLIENT, label, _renew)


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """With a link of today, to the address of today; raises `Conflict` where it is over, or nobody may read it."""
    _word, row_id, kind, who = mail.unique.split("/")
    rows = EmergencyAccess.objects.filter(client_id=mail.client_id, pk=row_id)
    request = rows.select_related("user", "card", "vendor").first()
    if request is None or not _is_news(request, kind, who):
        raise kinds.is_over()
    if kind == OUTCOME:
        # Whoever asked to be let in has no place here.
        kinds.to_account(mail, request.user_id)
        return
    write_anew(mail, _again(request, kind, who))


def _is_news(request: EmergencyAccess, kind: str, who: str) -> bool:
    """Whether a letter still tells how a request stands, and its link would open something."""
    now, due = clock.now(), requests.review_due(request, _face(request).time_zone)
    if kind == ASK:
        return request.state == EmergencyAccess.State.ASKED and now < requests.lapses_at(request)
    return request.state == who if kind == OUTCOME else due is not None and now < due


def _again(request: EmergencyAccess, kind: str, who: str) -> Letter:
    now, number = clock.now(), int(who[1:])
    if who.startswith("u"):
        person = next((each for each in _deciders(request, now) if each.pk == number), None)
        if person is None:
            raise kinds.nobody()
        return _to_decider(request, kind, person)
    reach = Reach(request.client_id, now)
    contact = reach.contacts.get(number)
    if contact is None or not contact.email or not reach.is_asked(contact):
        raise kinds.nobody()
    if requests.is_askers(request, contact.email):
        raise kinds.nobody()
    return _to_contact(request, kind, contact)


def ask_contact(actor: Actor, request: EmergencyAccess, contact: Contact) -> None:
    """Ask a contact, with a link that answers this one request until it lapses."""
    _post(request, _to_contact(request, ASK, contact))


def tell_deciders(actor: Actor, request: EmergencyAccess, *, at: datetime) -> None:
    """Tell the client's people who may decide, at once; they answer in the console."""
    steps = EmergencyStep.objects.filter(client_id=request.client_id, emergency=request, due_at__lte=at)
    asked = {email.lower() for email in steps.values_list("contact__email", flat=True)}
    for person in _deciders(request, at):
        # Whoever is a contact too has the mail with the link.
        if person.email.lower() not in asked:
            _post(request, _to_decider(request, ASK, person))


def tell_unanswered(request: EmergencyAccess, contacts: list[Contact]) -> None:
    """Tell everybody that it was granted by itself; the links end it, and serve for its review."""
    for contact in contacts:
        _post(request, _to_contact(request, UNANSWERED, contact))
    told = {contact.email.lower() for contact in contacts}
    for person in _deciders(request, clock.now()):
        if person.email.lower() not in told:
            _post(request, _to_decider(request, UNANSWERED, person))


def tell_asker(request: EmergencyAccess) -> None:
    """Tell whoever asked what has become of it, unless they took it back themselves."""
    if request.state == EmergencyAccess.State.WITHDRAWN:
        return
    person = request.user
    to = Recipient(person.name, person.email, person.language or "en")
    link = links.absolute(reverse("desk:my_access"))
    _post(request, _letter(request, _face(request), OUTCOME, f"{request.state}", to, zone=person.time_zone, link=link))


def _to_contact(request: EmergencyAccess, kind: str, contact: Contact) -> Letter:
    """With a link of their own: until the request lapses, or until its review is due."""
    face, now = _face(request), clock.now()
    ends = requests.lapses_at(request) if kind == ASK else requests.review_due(request, face.time_zone) or now
    to, link = Recipient(contact.name, contact.email, contact.language), _link(request, contact, ends - now)
    return _letter(request, face, kind, f"c{contact.pk}", to, link=link, signed=True, ends=ends)


def _to_decider(request: EmergencyAccess, kind: str, person: User) -> Letter:
    face = _face(request)
    to = Recipient(person.name, person.email, person.language or face.language)
    return _letter(request, face, kind, f"u{person.pk}", to, link=_console(face), signed=False)


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


def _post(request: EmergencyAccess, letter: Letter) -> None:
    post_mail(actors.system(_face(request), SENDER), request.client_id, letter)


def _letter(
    request: EmergencyAccess, face: ClientFace, kind: str, who: str, to: Recipient, *, zone: str = "", **more: Any
) -> Letter:
    """Write one letter in the language and on the clock of who gets it."""
    context = {
        "request": request,
        "client": face,
        "to": to,
        "name": request.card.name,
        "company": request.vendor.name if request.vendor else "",
        **more,
    }
    return letter_of(
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
