"""Support hours change by a new version, from a moment on; the clocks that run are counted on from there."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.commit import after_commit
from access.errors import Invalid, NotFound
from access.rights import Right
from escalation import calendars, hours, public_holidays
from escalation.errors import HoursChanged
from escalation.hours import YEARS_AHEAD, YEARS_BACK, Hours
from escalation.models import Calendar
from escalation.parts import name_of
from helpdesk.lib import clock

CALENDAR = "calendar"
LATEST = timedelta(days=731)


def save_hours(
    actor: Actor,
    *,
    client_id: int,
    name: str,
    wanted: Hours,
    valid_from: datetime | None = None,
    expected_version: int | None = None,
    restored_from: int | None = None,
) -> Calendar:
    """Store these hours as the next version, in force at once or from a moment to come.

    Needs MATRIX_EDIT.  Writes down the public holidays of some 15 years with their names.
    `expected_version` is the newest one that the editor knew: raises `HoursChanged` where there is
    a newer, `Invalid` naming the field for hours that nobody could work by.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    now = clock.now()
    newest = calendars.versions(client_id, name).first()
    if (newest.version if newest else None) != expected_version:
        raise HoursChanged(newest.saved_by if newest else "")
    if valid_from is not None and not now - timedelta(minutes=1) <= valid_from <= now + LATEST:
        raise Invalid(
            _("New hours begin now or later, within two years: what has run stays counted as it was."), "valid_from"
        )
    since = max(valid_from or now, now)
    hours.check(wanted, now)
    row = Calendar(
        client_id=client_id,
        name=name,
        version=newest.version + 1 if newest else 1,
        valid_from=since,
        saved_at=now,
        saved_by=name_of(actor, client_id)[:160],
        restored_from=restored_from,
        **content_of(wanted, actor.standing(client_id).client.language, since=since),
    )
    _store(row)
    what = "hours restored" if restored_from else "hours saved"
    detail = {"what": what, "version": row.version, "valid_from": since.isoformat(), "name": name}
    log.record(actor, client_id, log.Action.CHANGE, (CALENDAR, row.pk), detail=detail)
    if since <= now:
        after_commit(lambda: _recount(client_id))
    return row


def restore_hours(actor: Actor, *, client_id: int, name: str, version: int, expected_version: int | None) -> Calendar:
    """Put an earlier version in force again, now, as a new one; its public holidays are written down anew.

    Needs MATRIX_EDIT.  Raises `NotFound` and as `save_hours`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    row = calendars.versions(client_id, name).filter(version=version).first()
    if row is None:
        raise NotFound
    wanted = _without_the_past(calendars.hours_of(row), clock.now())
    return save_hours(
        actor,
        client_id=client_id,
        name=name,
        wanted=wanted,
        expected_version=expected_version,
        restored_from=version,
    )


def withdraw_hours(actor: Actor, *, client_id: int, name: str, version: int) -> Calendar:
    """Take back a version before it begins.  Needs MATRIX_EDIT; raises `NotFound`, or `Invalid` once it has begun."""
    actor.require(Right.MATRIX_EDIT, client_id)
    row = calendars.versions(client_id, name).filter(version=version).select_for_update().first()
    if row is None:
        raise NotFound
    now = clock.now()
    if row.valid_from <= now or row.withdrawn_at is not None:
        raise Invalid(_("This version has begun, or was withdrawn before. Save new hours instead."), "version")
    row.withdrawn_at, row.withdrawn_by = now, name_of(actor, client_id)[:160]
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    detail = {"what": "hours withdrawn", "version": version, "name": name}
    log.record(actor, client_id, log.Action.CHANGE, (CALENDAR, row.pk), detail=detail)
    return row


def content_of(wanted: Hours, language: str, *, since: datetime) -> dict[str, Any]:
    """The columns of these hours, with the public holidays of the years around `since` written out."""
    years = range(since.year - YEARS_BACK, since.year + YEARS_AHEAD + 1)
    public = _public(wanted, years, language)
    names = {day.isoformat(): text for day, text in {**public, **wanted.own}.items()}
    return {
        "zone": wanted.zone,
        "week": [[list(window) for window in day] for day in wanted.week],
        "holidays": sorted(names),
        "extra": {day.isoformat(): [list(window) for window in windows] for day, windows in wanted.extra.items()},
        "country": wanted.country,
        "region": wanted.region,
        "names": names,
        "own": sorted(day.isoformat() for day in wanted.own),
        "listed_until": date(years[-1], 12, 31) if wanted.country else None,
    }


def _public(wanted: Hours, years: range, language: str) -> Mapping[date, str]:
    if not wanted.country:
        return {}
    try:
        return public_holidays.public_holidays(wanted.country, wanted.region, years, language)
    except public_holidays.UnknownPlace:
        if wanted.country not in dict(public_holidays.countries()):
            raise Invalid(_("Choose a country from the list."), "country") from None
        raise Invalid(_("This country has no such region. Choose one of its own."), "region") from None


def _store(row: Calendar) -> None:
    try:
        # Two editors at once: the unique key lets one of them through.
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "calendar_version" in str(error):
            raise HoursChanged("") from error
        raise


def _without_the_past(wanted: Hours, now: datetime) -> Hours:
    """Days that are too old to be written again are left out; they have done their work."""
    first = date(now.year - YEARS_BACK, 1, 1)
    own = {day: text for day, text in wanted.own.items() if day >= first}
    extra = {day: windows for day, windows in wanted.extra.items() if day >= first}
    return Hours(wanted.zone, wanted.week, wanted.country, wanted.region, own, extra)


def _recount(client_id: int) -> None:
    from escalation.tasks import recount_clocks

    recount_clocks.delay(client_id)
