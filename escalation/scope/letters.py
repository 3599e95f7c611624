"""The mails about a request: to an approver with a signed link, to who may decide, and to whoever asked."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

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
from post import kinds
from post.models import OutboxMail
from post.outbox import Letter, post_mail, write_anew
from post.telling import letter_of

SENDER = "escalation.scope"


ASK, REMIND, OUTCOME = "ask", "remind", "outcome"


def listen() -> None:
    """Say how these letters are brought up to date before they are sent again."""
    for kind, label in (
        (ASK, gettext_lazy("A request for work outside the contract")),
        (REMIND, gettext_lazy("A reminder of work outside the contract")),
        (OUTCOME, gettext_lazy("The answer about work outside the contract")),
    ):
        kinds.declare(f"scope_{kind}", kinds.Whose.TICKET, label, _renew)


def _renew(actor: Actor, mail: OutboxMail) -> None:
    """With a link of today, to the address of today; raises `Conflict` where it waits for no answer, or for nobody."""
    _word, row_id, kind, *who = mail.unique.split("/")
    rows = ScopeRequest.objects.filter(client_id=mail.client_id, pk=row_id)
    row = rows.select_related("vendor", "asked_by__user").first()
    if row is None or row.state != (who[0] if kind == OUTCOME else ScopeRequest.State.ASKED):
        raise kinds.is_over()
    if kind == OUTCOME:
        kinds.to_person(actor, mail, row.asked_by.user_id)
        return
    if row.due_at <= clock.now():
        raise kinds.is_over()
    step = ScopeStep.objects.select_related("contact").get(client_id=row.client_id, request=row, position=who[0])
    letter = next((each for each in _asking(row, step) if each.unique == mail.unique), None)
    if letter is None:
        raise kinds.nobody()
    write_anew(mail, letter)


def ask(actor: Actor, row: ScopeRequest, step: ScopeStep) -> None:
    """Ask or remind those of a step: a contact by a link of its own, or in the console everybody who may decide."""
    for letter in _asking(row, step):
        _post(row, letter)


def _asking(row: ScopeRequest, step: ScopeStep) -> Iterator[Letter]:
    face, kind = _face(row), REMIND if step.is_reminder else ASK
    if step.contact is None:
        address = links.absolute(reverse("console:scope_request", kwargs={"client": face.slug, "request_id": row.pk}))
        for person in deciders(row.client_id):
            to = Recipient(person.name, person.email, person.language or face.language)
            yield _letter(row, face, kind, f"{step.position}/u{person.pk}", to, link=address, signed=False)
    elif step.contact.email and Reach(row.client_id, clock.now()).of_contact(step.contact):
        to = Recipient(step.contact.name, step.contact.email, step.contact.language)
        link = _link(row, step.contact)
        yield _letter(row, face, kind, f"{step.position}/c{step.contact.pk}", to, link=link, signed=True)


def tell_asker(row: ScopeRequest) -> None:
    """Tell whoever asked what has become of it."""
    face, person = _face(row), row.asked_by.user
    to = Recipient(row.asked_by.name, person.email, person.language or "en")
    link = links.absolute(reverse("desk:scope", kwargs={"client": face.slug, "number": row.ticket_number}))
    _post(row, _letter(row, face, OUTCOME, row.state, to, zone=person.time_zone, link=link))


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


def _face(row: ScopeRequest) -> ClientFace:
    return standing.face(Client.objects.get(pk=row.client_id))


def _post(row: ScopeRequest, letter: Letter) -> None:
    post_mail(actors.system(_face(row), SENDER), row.client_id, letter)


def _letter(
    row: ScopeRequest, face: ClientFace, kind: str, who: str, to: Recipient, *, zone: str = "", **more: Any
) -> Letter:
    """Write one letter in the language and on the clock of who gets it."""
    words = ScopeWords.objects.get(client_id=row.client_id, request=row)
    context = {"row": row, "words": words, "client": face, "to": to, "vendor": row.vendor.name, **more}
    return letter_of(
        f"escalation/mail/scope_{kind}",
        lambda: {**context, "outcome": said.outcome(row), "price": said.price(row)},
        unique=f"scope/{row.pk}/{kind}/{who}",
        kind=f"scope_{kind}",
        from_name=face.name if kind == OUTCOME else row.vendor.name,
        to_address=to.email,
        to_name=to.name,
        language=to.language,
        zone=zone or face.time_zone,
        ticket_id=row.ticket_id,
    )
