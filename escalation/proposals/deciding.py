"""The client decides on what a vendor proposes: it becomes a version, or is declined with a reason."""

from datetime import datetime

from django.utils.translation import gettext as _

from access.actor import Actor
from access.errors import RightMissing
from access.rights import Right, Side
from access.wording import needed_line
from escalation import publishing
from escalation.errors import DraftChanged
from escalation.models import Matrix, MatrixProposal
from escalation.proposals import letters
from escalation.proposals.parts import NoLongerOpen, State, lock_proposal, log_change
from helpdesk.lib import clock

LONGEST_ANSWER = 300


def accept_proposal(
    actor: Actor, *, client_id: int, proposal_id: int, revision: int, seen: int, at: datetime | None = None
) -> Matrix:
    """Put what is proposed in force as the next version, now or at a later moment; the client's draft stays.

    Needs MATRIX_EDIT, on the client's own side.  `revision` and `seen` are those of what was read: raises
    `DraftChanged` where it was sent anew meanwhile, `NoLongerOpen` where somebody was first, `MatrixChanged` where a
    newer version came in force since it was begun, and as `publishing.ready`.
    """
    name = _decider(actor, client_id)
    publishing.hold_versions(client_id)
    row = _lock_sent(client_id, proposal_id)
    if row.revision != revision:
        raise DraftChanged(row.written_by.name)
    since, warnings = publishing.ready(client_id, based_on=row.based_on, content=row.content, seen=seen, at=at)
    now = clock.now()
    fresh = Matrix(
        client_id=client_id,
        content=row.content,
        based_on=row.based_on,
        made_by=f"{row.written_by.name}, {row.vendor.name}"[:160],
        made_at=now,
    )
    version = publishing.publish(actor, fresh, name, since, row.why, warnings)
    row.version = version.version
    _settle(actor, row, State.ACCEPTED, name)
    return version


def decline_proposal(actor: Actor, *, client_id: int, proposal_id: int, answer: str) -> MatrixProposal:
    """Say no, and why.  As `accept_proposal`; raises `Invalid` without a reason."""
    name = _decider(actor, client_id)
    row = _lock_sent(client_id, proposal_id)
    row.answer = needed_line(answer, "answer", LONGEST_ANSWER, _("Say why not, so that they know how to go on."))
    _settle(actor, row, State.DECLINED, name)
    return row


def _settle(actor: Actor, row: MatrixProposal, state: MatrixProposal.State, name: str) -> None:
    row.state, row.decided_at, row.decided_by = state, clock.now(), name
    row.save(update_fields=["state", "decided_at", "decided_by", "answer", "version"])
    log_change(actor, row, f"matrix proposal {state.value}", version=row.version)
    letters.tell_writer(row)


def _decider(actor: Actor, client_id: int) -> str:
    standing = actor.require(Right.MATRIX_EDIT, client_id)
    if actor.side is not Side.CLIENT:
        raise RightMissing(_("Only the client's own people decide on this."))
    return (standing.card_name or actor.name)[:160]


def _lock_sent(client_id: int, proposal_id: int) -> MatrixProposal:
    row = lock_proposal(client_id, proposal_id)
    if row.state != State.SENT:
        raise NoLongerOpen(row)
    return row
