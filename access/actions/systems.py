"""The systems register: systems and accounts are written down, removals asked for, and confirmed by the client."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.models import Assignment, ClientSystem, Contract, SystemAccount
from access.rights import Right
from access.taken import told_when_taken
from access.wording import needed_line, one_line
from helpdesk.lib import clock

REMOVAL_TAKES = timedelta(hours=24)
PERSON, SYSTEM = "user", "system"
AT_ONCE = 200
_TAKEN = {
    "system_name": gettext_lazy("A system of this name is written down already."),
    "account_registered_once": gettext_lazy("This account is written down already."),
}


def add_system(actor: Actor, *, client_id: int, name: str, removed_by: str, note: str = "") -> ClientSystem:
    """Write one of the client's own systems down, and who removes accounts there.

    Raises `Invalid` for what is missing or too long, `Conflict` for a name that is there, `RightMissing`.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    name = needed_line(name, "name", 80, _("Give the system a name."))
    removed_by = needed_line(removed_by, "removed_by", 160, _("Say who removes accounts there."))
    with told_when_taken(_TAKEN):
        row = ClientSystem.objects.create(
            client_id=client_id, name=name, removed_by=removed_by, note=one_line(note, "note", 300)
        )
    log.record(actor, client_id, log.Action.CLEARANCE, (SYSTEM, row.pk), detail={"what": "system_added", "name": name})
    return row


def retire_system(actor: Actor, *, client_id: int, system_id: int) -> ClientSystem:
    """Use a system no longer.  A second time changes nothing.

    Raises `NotFound`, and `Conflict` while somebody holds an account there.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    row = ClientSystem.objects.select_for_update().filter(client_id=client_id, pk=system_id).first()
    if row is None:
        raise NotFound
    if row.retired_at is not None:
        return row
    if SystemAccount.objects.filter(client_id=client_id, system=row, confirmed_at=None).exists():
        raise Conflict(_("Somebody still holds an account there. Confirm first that it is removed."))
    row.retired_at = clock.now()
    row.save(update_fields=["retired_at"])
    detail = {"what": "system_retired", "name": row.name}
    log.record(actor, client_id, log.Action.CLEARANCE, (SYSTEM, row.pk), detail=detail)
    return row


def register_account(
    actor: Actor, *, client_id: int, system_id: int, user_id: int, login: str, since: date | None = None
) -> SystemAccount:
    """Write down that a person of the vendor holds an account since a day, today by default.

    The client does it, or the person's lead.  Raises `NotFound` for a system or person that is not there,
    `Invalid`, `Conflict` for an account that is written down, `RightMissing`.
    """
    _require_keeper(actor, client_id)
    # Locked, so that a system is not retired under a new account.
    system = ClientSystem.objects.select_for_update().filter(client_id=client_id, pk=system_id, retired_at=None).first()
    place = Assignment.objects.filter(client_id=client_id, user_id=user_id).order_by("-starts_at").first()
    if system is None or place is None:
        raise NotFound
    login = needed_line(login, "login", 120, _("Give the name by which they sign in there."))
    today = _today(actor, client_id)
    since = since or today
    if since > today:
        raise Invalid(_("Choose today or a day before."), "since")
    with told_when_taken(_TAKEN):
        row = SystemAccount.objects.create(
            client_id=client_id,
            system=system,
            vendor_id=place.vendor_id,
            user_id=user_id,
            card_id=place.card_id,
            login=login,
            since=since,
            granted_by=actor.name,
            registered_at=clock.now(),
        )
    _note(actor, row, "account_registered")
    return row


def ask_removal(actor: Actor, *, client_id: int, account_id: int) -> SystemAccount:
    """Ask the client to remove an account although its person stays.  A second time changes nothing."""
    _require_keeper(actor, client_id)
    row = _account(client_id, account_id)
    if row.asked_at is None:
        _ask(row, actor.name, clock.now())
        _note(actor, row, "account_removal_asked")
    return row


def confirm_removal(actor: Actor, *, client_id: int, account_id: int, removed_on: date | None = None) -> SystemAccount:
    """Say, as the client, that an account was removed on a day, today by default.

    Raises `NotFound` for one that is gone or was never there, `Invalid` for a day that has not come.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    row = _account(client_id, account_id)
    today = _today(actor, client_id)
    removed_on = removed_on or today
    if not row.since <= removed_on <= today:
        raise Invalid(_("Choose a day between the first of the account and today."), "removed_on")
    row.removed_on, row.confirmed_at, row.confirmed_by = removed_on, clock.now(), actor.name
    row.save(update_fields=["removed_on", "confirmed_at", "confirmed_by"])
    _note(actor, row, "account_removed", on=removed_on.isoformat())
    return row


def ask_for_those_who_left(actor: Actor, *, client_id: int, user_id: int | None = None) -> int:
    """Ask for the removal of every account whose person has no place here any more; returns how many.

    A place ends with its date, and with its contract.  Idempotent; `user_id` narrows it to one person.
    """
    now = clock.now()
    running = Contract.objects.filter(client_id=client_id, state__in=Contract.IN_FORCE)
    running = running.filter(Q(valid_until=None) | Q(valid_until__gt=now))
    places = Assignment.objects.filter(
        client_id=client_id, user_id=OuterRef("user_id"), contract_id__in=running.values("pk")
    )
    places = places.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    rows = SystemAccount.objects.select_for_update().filter(client_id=client_id, confirmed_at=None, asked_at=None)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    found = list(rows.filter(~Exists(places)).order_by("pk")[:AT_ONCE])
    for row in found:
        _ask(row, "", now)
        _note(actor, row, "account_removal_asked")
    return len(found)


def _ask(row: SystemAccount, by: str, now: datetime) -> None:
    row.asked_at, row.asked_by, row.due_at = now, by, now + REMOVAL_TAKES
    row.save(update_fields=["asked_at", "asked_by", "due_at"])


def _account(client_id: int, account_id: int) -> SystemAccount:
    """A locked account that still stands, as far as the actor sees it."""
    rows = SystemAccount.objects.select_for_update(of=("self",)).select_related("system")
    row = rows.filter(client_id=client_id, pk=account_id, confirmed_at=None).first()
    if row is None:
        raise NotFound
    return row


def _require_keeper(actor: Actor, client_id: int) -> None:
    """The client, or a lead of the vendor's."""
    if not actor.may(Right.CLEARANCE_EDIT, client_id):
        actor.require(Right.CLEARANCE_EXTEND, client_id)


def _today(actor: Actor, client_id: int) -> date:
    return clock.now().astimezone(ZoneInfo(actor.standing(client_id).client.time_zone)).date()


def _note(actor: Actor, row: SystemAccount, what: str, **detail: str) -> None:
    told = {"what": what, "system": row.system.name, **detail}
    # The vendor whose person it is reads the entry, another vendor does not.
    theirs = replace(actor, vendor_id=row.vendor_id)
    log.record(theirs, row.client_id, log.Action.CLEARANCE, (PERSON, row.user_id), detail=told)
