"""The one thing about reports that changes: which history they are compared with."""

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict
from access.rights import Right
from helpdesk.lib import clock
from reporting import history
from reporting.models import Baseline


def take_baseline(actor: Actor, *, client_id: int, zone: str) -> Baseline:
    """Freeze the figures of the imported history, at most its last year; `zone` tells whose days are counted.

    Raises `RightMissing` without `CONTRACT_SIGN`, `Conflict` where nothing was imported or too little.
    """
    actor.require(Right.CONTRACT_SIGN, client_id)
    found = history.span(client_id, zone)
    if found is None:
        raise Conflict(_("Nothing was imported yet. Import the conversations of your old system first."))
    if not found.suffices:
        said = _("The imported history covers %(days)s days. A baseline needs three months or more.")
        raise Conflict(said % {"days": found.days})
    period = history.newest_year(found, zone)
    row = Baseline.objects.create(
        client_id=client_id,
        first=period.first,
        last=period.last,
        zone=zone,
        figures=history.before(client_id, period).stored(),
        taken_at=clock.now(),
        taken_by=actor.name,
    )
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "baseline_taken", **days})
    return row
