"""Proposals as pages show them; reads only."""

from access.actor import Actor, ClientFace
from access.asked import Item, Turn
from access.errors import NotFound
from escalation import rows
from escalation.drafting import Draft
from escalation.matrix import stored
from escalation.matrix.document import Document
from escalation.models import MatrixProposal
from escalation.proposals.parts import State, outcome
from helpdesk.lib import clock

SHOWN_OVER = 20
WAITING, OVER = "escalation/_proposal_waiting.html", "escalation/_proposal_over.html"


def open_of(client_id: int, vendor_id: int) -> MatrixProposal | None:
    """What this vendor writes, or has sent and waits for."""
    found = MatrixProposal.objects.filter(client_id=client_id, vendor_id=vendor_id, state__in=MatrixProposal.OPEN)
    return found.select_related("vendor", "written_by").first()


def written_of(client_id: int, vendor_id: int) -> Draft:
    """What an editor of this vendor's begins with: its open proposal, or the version in force."""
    newest = rows.newest(client_id)
    number = newest.version if newest is not None else None
    row = open_of(client_id, vendor_id)
    if row is None:
        return Draft(stored.read(newest.content) if newest is not None else Document(), 0, number, number)
    return Draft(stored.read(row.content), row.revision, row.based_on, number)


def waiting(client_id: int) -> list[MatrixProposal]:
    """What waits for the client's word, the oldest first."""
    found = MatrixProposal.objects.filter(client_id=client_id, state=State.SENT)
    return list(found.select_related("vendor", "written_by").order_by("sent_at", "pk"))


def decided(client_id: int) -> list[MatrixProposal]:
    """The newest that were accepted or declined, as far as the reader's side sees them."""
    found = MatrixProposal.objects.filter(client_id=client_id).exclude(decided_at=None)
    return list(found.select_related("vendor", "written_by").order_by("-decided_at", "-pk")[:SHOWN_OVER])


def one(client_id: int, proposal_id: int) -> MatrixProposal:
    """One proposal that the reader's side sees; raises `NotFound`."""
    found = MatrixProposal.objects.filter(client_id=client_id, pk=proposal_id)
    row = found.select_related("vendor", "written_by").first()
    if row is None:
        raise NotFound
    return row


def asked_of_client(actor: Actor, face: ClientFace) -> list[Item]:
    """What waits for the client's word, and the newest that are over, for its page of requests."""
    open_ones, over = waiting(face.id), decided(face.id)
    now = clock.now()
    return [
        *(Item(WAITING, row.sent_at or now, row, turn=Turn.SOON) for row in open_ones),
        *(
            Item(OVER, row.decided_at or now, row, is_open=False, asks=False, more={"outcome": outcome(row)})
            for row in over
        ),
    ]
