"""The mails about a proposal: to each of the client's people who may decide, with a signed link; and to its writer."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from access import actor as actors
from access import links, standing
from access.actor import Actor, ClientFace
from access.models import Client, Membership, SignedLink
from access.rights import Right
from access.roles import holders
from escalation import drafting, shown
from escalation.known import Place
from escalation.matrix import stored
from escalation.matrix.changes import compare
from escalation.models import MatrixProposal
from escalation.proposals.parts import State, outcome
from helpdesk.lib import clock
from post import kinds
from post.models import OutboxMail
from post.outbox import Letter, post_mail, write_anew
from post.telling import letter_to

SENDER = "escalation.proposals"
# So long a link opens; the proposal itself waits on in the console.
LINK_LASTS = timedelta(days=14)
LISTED_MOST = 40


ASK, OUTCOME = "proposal_ask", "proposal_outcome"


def listen() -> None:
    """Say how these letters are brought up to date before they are sent again."""
    kinds.declare(ASK, kinds.Whose.CLIENT, gettext_lazy("A proposed matrix"), _renew_ask)
    kinds.declare(OUTCOME, kinds.Whose.SIDE, gettext_lazy("The answer to a proposed matrix"), _renew_outcome)


def _renew_ask(actor: Actor, mail: OutboxMail) -> None:
    """With a link of its own again; raises `Conflict` where it waits no longer, or its reader no longer decides."""
    _word, row_id, _ask, revision, person_id = mail.unique.split("/")
    row = _proposal(mail.client_id, row_id)
    if row is None or (row.state, row.revision) != (State.SENT, int(revision)):
        raise kinds.is_over()
    found = [owner for owner in owners(mail.client_id) if owner.user_id == int(person_id)]
    if not found:
        raise kinds.nobody()
    write_anew(mail, _asking(row, standing.face(Client.objects.get(pk=row.client_id)), found[0]))


def _renew_outcome(actor: Actor, mail: OutboxMail) -> None:
    """As it was written; raises `Conflict` where something else has become of it meanwhile."""
    _word, row_id, _outcome, state = mail.unique.split("/")
    row = _proposal(mail.client_id, row_id)
    if row is None or row.state != state:
        raise kinds.is_over()
    kinds.to_person(actor, mail, row.written_by.user_id)


def _proposal(client_id: int, row_id: str) -> MatrixProposal | None:
    rows = MatrixProposal.objects.filter(client_id=client_id, pk=row_id)
    return rows.select_related("vendor", "written_by").first()


def owners(client_id: int) -> list[Membership]:
    """The client's own people who may change its matrix at this moment, by name."""
    people = holders(client_id, Right.MATRIX_EDIT, clock.now())
    places = Membership.objects.filter(client_id=client_id, user__in=people).select_related("user", "card")
    return list(places.order_by("card__name", "pk"))


def look(actor: Actor, client_id: int, proposal_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Ask who may decide on what was sent, each by a link of their own; a twin writes no second letter.

    For the sweep: the vendor, who sends it, does not see who of the client's decides.
    """
    face = actor.standing(client_id).client
    rows = MatrixProposal.objects.select_for_update(of=("self",)).filter(
        client_id=client_id, pk__in=list(proposal_ids), state=State.SENT
    )
    for row in rows.select_related("vendor", "written_by").order_by("pk"):
        for owner in owners(client_id):
            post_mail(actor, row.client_id, _asking(row, face, owner))
    return dict.fromkeys(proposal_ids)


def tell_writer(row: MatrixProposal) -> None:
    """Tell whoever sent it what has become of it."""
    face, person = standing.face(Client.objects.get(pk=row.client_id)), row.written_by.user
    context = {"row": row, "client": face, "name": row.written_by.name, "vendor": row.vendor.name}
    context["link"] = links.absolute(reverse("desk:matrix_proposal", kwargs={"client": face.slug}))
    letter = letter_to(
        person,
        "escalation/mail/proposal_outcome",
        lambda: {**context, "outcome": outcome(row)},
        otherwise="en",
        unique=f"proposal/{row.pk}/outcome/{row.state}",
        kind=OUTCOME,
        vendor_id=row.vendor_id,
        from_name=face.name,
    )
    post_mail(actors.system(face, SENDER), row.client_id, letter)


def _asking(row: MatrixProposal, face: ClientFace, owner: Membership) -> Letter:
    person = owner.user
    token = links.make(
        purpose=SignedLink.Purpose.MATRIX,
        client_id=row.client_id,
        subject_id=row.pk,
        recipient_id=person.pk,
        address=person.email,
        lasts=LINK_LASTS,
    )
    context = {"row": row, "client": face, "name": owner.card.name, "vendor": row.vendor.name}
    context["link"] = links.absolute(reverse("matrix_letter", kwargs={"token": token}))
    return letter_to(
        person,
        "escalation/mail/proposal_ask",
        lambda: {**context, **_said(row)},
        otherwise=face.language,
        unique=f"proposal/{row.pk}/ask/{row.revision}/{person.pk}",
        kind=ASK,
        from_name=row.vendor.name,
    )


def _said(row: MatrixProposal) -> dict[str, Any]:
    """What it would change and what the check says of it, a sentence each, the first so many."""
    document = stored.read(row.content)
    place = Place(row.client_id, clock.now())
    _number, in_force = drafting.in_force(row.client_id)
    changes = shown.changed(compare(in_force, document), shown.Versions(in_force, document, place))
    findings = drafting.findings_of(row.client_id, document, place)
    told = [f"{each.what} {each.why}" for each in shown.sentences(findings, document, place.names(document), place)]
    return {
        "changes": changes[:LISTED_MOST],
        "more_changes": len(changes) - LISTED_MOST,
        "findings": told[:LISTED_MOST],
        "more_findings": len(told) - LISTED_MOST,
    }
