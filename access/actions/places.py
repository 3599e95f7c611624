"""A person's place on a contract as the vendor's office changes it: dates, team, core team, alias, and from where."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from access import log, scope
from access.actions import contracts
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Assignment, StaffCard, User
from access.rights import Right
from access.scope import Scope
from access.tasks import in_client
from access.wording import one_line
from helpdesk.lib import clock

PERSON = "user"
_COUNTRY = re.compile(r"[A-Z]{2}")


def place_of(actor: Actor, client_id: int, contract_id: int, user_id: int) -> Assignment:
    """The person's locked place on a contract of the actor's own vendor.

    Raises `NotFound`, `RightMissing`, and `Invalid` for oneself: nobody changes their own place.
    """
    actor.require(Right.STAFF, client_id)
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("contract", "card")
    place = rows.filter(client_id=client_id, contract_id=contract_id, user_id=user_id).first()
    if place is None or place.vendor_id != actor.vendor_id:
        raise NotFound
    if user_id == actor.user_id:
        raise Invalid(_("Nobody changes their own place. Ask a colleague who may."))
    return place


def change_place(
    actor: Actor,
    *,
    client_id: int,
    contract_id: int,
    user_id: int,
    starts_at: datetime,
    ends_at: datetime | None,
    team: str,
    is_core: bool,
) -> Assignment:
    """Give a place on a contract new dates, another team, or make the person one of the core team.

    Nobody leaves the core team by this, neither by the mark nor by an earlier end: that needs notice
    (`access.actions.core_team`).  Raises `Invalid`, `NotFound`, `RightMissing`.
    """
    place = place_of(actor, client_id, contract_id, user_id)
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid(_("It ends before it begins."), "ends_on")
    now = clock.now()
    if place.is_core and (place.ends_at is None or place.ends_at > now):
        is_sooner = ends_at is not None and (place.ends_at is None or ends_at < place.ends_at)
        if not is_core or is_sooner or starts_at > max(now, place.starts_at):
            raise Invalid(_("They are in the core team: plan their leaving, so that the client sees it coming."))
    place.starts_at, place.ends_at = starts_at, ends_at
    place.team, place.is_core = one_line(team, "team", 60), is_core
    place.save(update_fields=["starts_at", "ends_at", "team", "is_core"])
    until = ends_at.isoformat() if ends_at else ""
    detail = {"what": "place_changed", "until": until, "team": place.team, "core": is_core}
    log.record(actor, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail=detail)
    return place


def set_shifts(
    actor: Actor, *, client_id: int, contract_id: int, user_id: int, week: Sequence[Sequence[Sequence[int]]]
) -> Assignment:
    """Say when somebody works for the client, in their own time zone: seven days of intervals, Monday first.

    See `access.shifts`; none at all means that nobody knows.  Raises `NotFound`, `RightMissing`.
    """
    place = place_of(actor, client_id, contract_id, user_id)
    shifts = [[list(span) for span in day] for day in week]
    if place.shifts != shifts:
        place.shifts = shifts
        place.save(update_fields=["shifts"])
        log.record(actor, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail={"what": "shifts_set"})
    return place


def set_alias(actor: Actor, *, client_id: int, contract_id: int, user_id: int, alias: str) -> StaffCard:
    """Say what the client sees instead of the name, where its contract says so.

    Raises `Conflict` for what somebody else is called there, `NotFound`, `RightMissing`.
    """
    place = place_of(actor, client_id, contract_id, user_id)
    alias = one_line(alias, "alias", 60)
    with in_client(client_id, "access.set_alias"):
        others = StaffCard.objects.filter(client_id=client_id).exclude(pk=place.card_id)
        if alias and (others.filter(alias__iexact=alias).exists() or others.filter(name__iexact=alias).exists()):
            raise Conflict(_("Somebody else is called so there already."))
        StaffCard.objects.filter(pk=place.card_id).update(alias=alias)
    contracts.show_names_in_force(place.contract)
    log.record(actor, client_id, log.Action.CLEARANCE, (PERSON, user_id), detail={"what": "alias_set"})
    return StaffCard.objects.get(pk=place.card_id)


def set_location(actor: Actor, *, client_id: int, contract_id: int, user_id: int, location: str) -> User:
    """Say from which country somebody works, for every client; their contracts say which they allow.

    Raises `Invalid` for what is no country's code, `NotFound`, `RightMissing`.
    """
    place_of(actor, client_id, contract_id, user_id)
    location = location.strip().upper()
    if location and not _COUNTRY.fullmatch(location):
        raise Invalid(_("A country has two letters, such as SE."), "location")
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if user.location != location:
        user.location = location
        user.save(update_fields=["location"])
        detail = {"what": "location_set", "location": location}
        for each in _clients_of(user_id):
            with in_client(each, "access.set_location"):
                log.record(actor, each, log.Action.CLEARANCE, (PERSON, user_id), detail=detail)
    return user


def _clients_of(user_id: int) -> list[int]:
    """Every client that somebody works or worked for; asked with their own eyes, for the page is about one alone."""
    with scope.enter(Scope(user_id=user_id)):
        return sorted(set(Assignment.objects.filter(user_id=user_id).values_list("client_id", flat=True)))
