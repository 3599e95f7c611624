"""The mails about a proposal: to each of the client's people who may decide, with a signed link; and to its writer."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

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
from post.outbox import post_mail
from post.telling import letter_to

SENDER = "escalation.proposals"
# So long a link opens; the proposal itself waits on in the console.
LINK_LASTS = timedelta(days=14)
LISTED_MOST = 40


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
            _ask(actor, row, face, owner)
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
        kind="proposal_outcome",
        from_name=face.name,
    )
    post_mail(actors.system(face, SENDER), row.client_id, letter)


def _ask(actor: Actor, row: MatrixProposal, face: ClientFace, owner: Membership) -> None:
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
    letter = letter_to(
        person,
        "escalation/mail/proposal_ask",
        lambda: {**context, **_said(row)},
        otherwise=face.language,
        unique=f"proposal/{row.pk}/ask/{row.revision}/{person.pk}",
        kind="proposal_ask",
        from_name=row.vendor.name,
    )
    post_mail(actor, row.client_id, letter)


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
