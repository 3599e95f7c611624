"""The hours of a vendor's team on a contract, which its office sets."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid, NotFound
from access.models import Assignment, Contract
from access.rights import Right
from access.wording import one_line
from escalation import hours
from escalation.models import TeamHours
from escalation.parts import name_of
from helpdesk.lib import clock
from helpdesk.lib.business_time import Day

TEAM = "team"


def save_team_hours(
    actor: Actor, *, client_id: int, contract_id: int, team: str, zone: str, week: Sequence[Day]
) -> TeamHours | None:
    """Say when a team works, on its own clock; a week without hours takes them away.

    They count for those of the team who have no shifts of their own.  Needs STAFF, for a contract
    of the actor's own vendor.  Raises `NotFound`, and `Invalid` naming the field: for a team that
    nobody is in, and for hours that nobody could work by.
    """
    actor.require(Right.STAFF, client_id)
    contract = Contract.objects.filter(client_id=client_id, pk=contract_id).first()
    if contract is None or contract.vendor_id != actor.vendor_id:
        raise NotFound
    team = one_line(team, "team", 60)
    if not Assignment.objects.filter(client_id=client_id, contract=contract, team=team).exists():
        raise Invalid(_("Nobody on this contract is in a team of that name."), "team")
    key: dict[str, Any] = {"client_id": client_id, "vendor_id": contract.vendor_id, "contract": contract, "team": team}
    row: TeamHours | None = None
    if any(week):
        hours.check(hours.Hours(zone, tuple(week)), clock.now())
        content = {"zone": zone, "week": [[list(window) for window in day] for day in week]}
        saved = {"saved_at": clock.now(), "saved_by": name_of(actor, client_id)[:160]}
        row, _made = TeamHours.objects.update_or_create(**key, defaults=content | saved)
    else:
        TeamHours.objects.filter(**key).delete()
    log.record(
        actor,
        client_id,
        log.Action.CLEARANCE,
        (TEAM, contract.pk),
        detail={"what": "team hours saved", "team": team},
    )
    return row
