"""The mails about a request: to an approver with a signed link, to who may decide, and to whoever asked."""

from typing import Any

from django.urls import reverse

from access import actor as actors
from access import links, standing
from access.actor import Actor, ClientFace
from access.models import Client, SignedLink, User
from access.rights import Right
from access.roles import holders
from escalation.models import Contact, ScopeRequest, ScopeStep, ScopeWords
from escalation.recipients import Reach, Recipient
from escalation.scope import said
from helpdesk.lib import clock
from post.outbox import post_mail
from post.telling import letter_of

SENDER = "escalation.scope"


def ask(actor: Actor, row: ScopeRequest, step: ScopeStep) -> None:
    """Ask or remind those of a step: a contact by a link of its own, or in the console everybody who may decide."""
    face = actor.standing(row.client_id).client
    kind = "remind" if step.is_reminder else "ask"
    if step.contact is None:
        address = links.absolute(reverse("console:scope_request", kwargs={"client": face.slug, "request_id": row.pk}))
        for person in deciders(row.client_id):
            to = Recipient(person.name, person.email, person.language or face.language)
            _send(row, face, kind, f"{step.position}/u{person.pk}", to, link=address, signed=False)
    elif step.contact.email and Reach(row.client_id, clock.now()).of_contact(step.contact):
        to = Recipient(step.contact.name, step.contact.email, step.contact.language)
        link = _link(row, step.contact)
        _send(row, face, kind, f"{step.position}/c{step.contact.pk}", to, link=link, signed=True)


def tell_asker(row: ScopeRequest) -> None:
    """Tell whoever asked what has become of it."""
    face, person = standing.face(Client.objects.get(pk=row.client_id)), row.asked_by.user
    to = Recipient(row.asked_by.name, person.email, person.language or "en")
    link = links.absolute(reverse("desk:scope", kwargs={"client": face.slug, "number": row.ticket_number}))
    _send(row, face, "outcome", row.state, to, zone=person.time_zone, link=link)


def deciders(client_id: int) -> list[User]:
    """The client's own people who may decide now, by name."""
    return holders(client_id, Right.SCOPE_DECIDE, clock.now())


def _link(row: ScopeRequest, contact: Contact) -> str:
    token = links.make(
        purpose=SignedLink.Purpose.SCOPE,
        client_id=row.client_id,
        subject_id=row.pk,
        recipient_id=contact.pk,
        address=contact.email,
        lasts=row.due_at - clock.now(),
    )
    return links.absolute(reverse("scope_letter", kwargs={"token": token}))


def _send(
    row: ScopeRequest, face: ClientFace, kind: str, who: str, to: Recipient, *, zone: str = "", **more: Any
) -> None:
    """Write one letter in the language and on the clock of who gets it."""
    words = ScopeWords.objects.get(client_id=row.client_id, request=row)
    context = {"row": row, "words": words, "client": face, "to": to, "vendor": row.vendor.name, **more}
    letter = letter_of(
        f"escalation/mail/scope_{kind}",
        lambda: {**context, "outcome": said.outcome(row), "price": said.price(row)},
        unique=f"scope/{row.pk}/{kind}/{who}",
        kind=f"scope_{kind}",
        from_name=face.name if kind == "outcome" else row.vendor.name,
        to_address=to.email,
        to_name=to.name,
        language=to.language,
        zone=zone or face.time_zone,
        ticket_id=row.ticket_id,
    )
    post_mail(actors.system(face, SENDER), row.client_id, letter)
