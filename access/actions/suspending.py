"""The client stops a vendor, one of its teams or one of its people, and lets them in again as before.

Nothing is taken apart for it: assignments, grants and tickets stay, so that restoring is one row's end.
"""

from collections.abc import Collection, Sequence

from django.db.models import Q

from access import evidence, gates, log, scope, signals
from access.actor import Actor
from access.errors import NotFound
from access.evidence import stops
from access.models import ApiToken, Assignment, EmergencyAccess, Suspension
from access.rights import Right
from access.scope import Scope
from access.wording import one_line
from helpdesk.lib import clock

VENDOR, PERSON = "vendor", "user"


def suspend(
    actor: Actor, *, client_id: int, vendor_id: int, team: str = "", user_id: int | None = None, reason: str = ""
) -> Suspension:
    """Close the client to a vendor at once, to one of its teams, or to one of its people.

    The next request of each is refused, and ends the session of whoever serves this client alone; what
    they were writing is kept.  Their keys for it sleep.  Tickets keep coming in.  A second time changes
    nothing.  Raises `RightMissing`, and `NotFound` for somebody who does not work here.
    """
    actor.require(Right.ACCESS_SUSPEND, client_id)
    same = Suspension.objects.select_for_update().filter(client_id=client_id, vendor_id=vendor_id, team=team)
    whom = Q(user=None) if user_id is None else Q(user_id=user_id)
    if (found := same.filter(whom, ended_at=None).first()) is not None:
        return found
    suspension = Suspension(
        client_id=client_id,
        vendor_id=vendor_id,
        team=team,
        user_id=user_id,
        since=clock.now(),
        by_name=actor.name,
        reason=one_line(reason, "reason", 200),
    )
    stopped = stopped_by(suspension)
    if not stopped:
        raise NotFound
    let_in = _let_in(stopped)
    suspension.save(force_insert=True)
    suspension.proof = _end(suspension, stopped, let_in)
    suspension.save(update_fields=["proof"])
    _note(actor, suspension, "suspended", suspension.reason)
    signals.access_suspended.send(Suspension, actor=actor, suspension=suspension)
    return suspension


def restore(actor: Actor, *, client_id: int, suspension_id: int) -> Suspension:
    """Let them in again, exactly as before; a second time changes nothing.

    Raises `RightMissing` or `NotFound`.
    """
    actor.require(Right.ACCESS_SUSPEND, client_id)
    rows = Suspension.objects.select_for_update().filter(client_id=client_id, pk=suspension_id)
    if (suspension := rows.first()) is None:
        raise NotFound
    if suspension.ended_at is None:
        suspension.ended_at, suspension.ended_by_name = clock.now(), actor.name
        suspension.save(update_fields=["ended_at", "ended_by_name"])
        ApiToken.objects.filter(client_id=client_id, suspension_id=suspension.pk).update(suspension_id=None)
        _note(actor, suspension, "restored")
        signals.access_restored.send(Suspension, actor=actor, suspension=suspension)
    return suspension


def stopped_by(suspension: Suspension) -> list[Assignment | EmergencyAccess]:
    """The assignments at its client that a suspension is about, and emergency access that runs."""
    about = {"client_id": suspension.client_id, "vendor_id": suspension.vendor_id}
    given = EmergencyAccess.objects.filter(**about, state__in=EmergencyAccess.GIVEN, ends_at__gt=clock.now())
    rows: list[Assignment | EmergencyAccess] = [
        *Assignment.objects.filter(**about).order_by("pk"),
        *given.filter(stopped_at=None).order_by("pk"),
    ]
    return [row for row in rows if stops(suspension, row)]


def serves_others(user_id: int, client_id: int) -> bool:
    """Whether a person has a place at another client too; asked with their own eyes, for nobody else may know."""
    with scope.enter(Scope(user_id=user_id)):
        places = Assignment.objects.filter(user_id=user_id).exclude(client_id=client_id)
        now = clock.now()
        return any(row.ends_at is None or row.ends_at > now for row in places)


def _let_in(rows: Sequence[Assignment | EmergencyAccess]) -> set[int]:
    """Who of these is cleared now, by user id: the people whom the page counts before it is confirmed."""
    now = clock.now()
    known = evidence.read({row.client_id for row in rows}, {row.user_id for row in rows}, now)
    return {row.user_id for row in rows if not gates.closed_gates(known.facts(row), now)}


def _end(
    suspension: Suspension, stopped: Sequence[Assignment | EmergencyAccess], let_in: Collection[int]
) -> dict[str, int]:
    """End what serves this client alone; counts of what was ended, to be shown: of people, those who were let in."""
    alone = [user_id for user_id in sorted(let_in) if not serves_others(user_id, suspension.client_id)]
    keys = ApiToken.objects.filter(
        client_id=suspension.client_id,
        user_id__in={row.user_id for row in stopped},
        revoked_at=None,
        suspension_id=None,
    ).update(suspension_id=suspension.pk)
    return {"people": len(let_in), "signed_out": len(alone), "keys": keys}


def _note(actor: Actor, suspension: Suspension, what: str, reason: str = "") -> None:
    about = (PERSON, suspension.user_id) if suspension.user_id else (VENDOR, suspension.vendor_id)
    detail = {"what": what, "suspension": suspension.pk, "team": suspension.team, "vendor": suspension.vendor_id}
    vendor_id, client_id = suspension.vendor_id, suspension.client_id
    log.record_of_vendor(actor, vendor_id, client_id, log.Action.CLEARANCE, about, reason=reason, detail=detail)
