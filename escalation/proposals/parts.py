"""What every change of a proposal shares: its lock, and the log."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, NotFound
from escalation.models import MatrixProposal

PROPOSAL = "matrix_proposal"
State = MatrixProposal.State


class NoLongerOpen(Conflict):
    """It was decided, or taken back: the sentence says which, by whom and when."""

    def __init__(self, row: MatrixProposal) -> None:
        super().__init__(outcome(row))


def outcome(row: MatrixProposal) -> str:
    """What has become of a proposal, in a sentence."""
    told = {"name": row.decided_by, "version": row.version}
    if row.decided_at is not None:
        told["time"] = date_format(localtime(row.decided_at), "j M H:i")
    match row.state:
        case State.ACCEPTED:
            return _("%(name)s accepted it on %(time)s as version %(version)s.") % told
        case State.DECLINED:
            return _("%(name)s declined it on %(time)s.") % told
        case State.SENT:
            return _("It waits for an answer.")
    return _("It was taken back, to be written again.")


def lock_proposal(client_id: int, proposal_id: int) -> MatrixProposal:
    """The proposal, its row locked until the transaction ends; raises `NotFound`."""
    rows = MatrixProposal.objects.select_for_update(of=("self",)).filter(client_id=client_id, pk=proposal_id)
    row = rows.select_related("vendor", "written_by__user").first()
    if row is None:
        raise NotFound
    return row


def log_change(actor: Actor, row: MatrixProposal, what: str, **detail: object) -> None:
    """Write what became of a proposal into the access log."""
    log.record(actor, row.client_id, log.Action.CHANGE, (PROPOSAL, row.pk), detail={"what": what, **detail})
