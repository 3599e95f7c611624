"""The hours of a vendor's team on a contract, which its office sets."""

from typing import Any

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid, NotFound
from access.models import Assignment, Contract
from access.rights import Right
from access.wording import one_line
from escalation import hours
from escalation.actions.calendars import content_of
from escalation.hours import Hours
from escalation.models import TeamHours
from escalation.parts import name_of
from helpdesk.lib import clock

TEAM = "team"


def save_team_hours(actor: Actor, *, client_id: int, contract_id: int, team: str, wanted: Hours) -> TeamHours | None:
    """Say when a team works, on its own clock; a week without hours takes them away.

    They count for those of the team who have no shifts of their own.  Writes down the public holidays of some 15
    years.  Needs STAFF, for a contract
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
    if any(wanted.week):
        now = clock.now()
        hours.check(wanted, now)
        content = content_of(wanted, actor.standing(client_id).client.language, since=now)
        saved = {"saved_at": now, "saved_by": name_of(actor, client_id)[:160]}
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
