"""Flags of the access log: the client sets thresholds, a sweep raises what passes them, the vendor's lead explains."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from access import evidence, log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.flagging import Deed, Stretch, stretches
from access.log import Action
from access.models import AccessLogContent, Assignment, EmergencyAccess, FlagRules, LogFlag
from access.rights import Right, Role, Side
from access.signals import flags_raised
from access.soft_gates import on_shift
from access.wording import needed_line
from helpdesk.lib import clock
from helpdesk.lib.business_time import WeekCalendar, is_open
from helpdesk.lib.locks import hold

FLAG = "flag"
HOUR = timedelta(hours=1)
# The vendor's lead is told at once; the client reads it a day later, or once it is explained.
LEAD_FIRST = timedelta(hours=24)
# An entry may be committed a little after its time.
OVERLAP = timedelta(hours=2)
BACK_AT_FIRST = timedelta(days=1)
LONGEST_MINUTES, LONGEST_EXPLANATION, MOST = 240, 500, 10_000
SEEING = (Action.VIEW, Action.LIST, Action.SEARCH, Action.REVEAL, Action.VERIFY, Action.EXPORT)

_READ = ("client_id", "entry_id", "at", "user_id", "ticket_id", "records")

# By what somebody of a vendor, or of the platform, is at the client.
Place = Assignment | EmergencyAccess

# When the client's own support is open is known by the app that keeps calendars.
Hours = Callable[[int], Sequence[WeekCalendar]]
_hours: list[Hours] = []


def tell_hours(hours: Hours) -> None:
    """Declare who knows a client's support hours."""
    _hours[:] = [hours]


def rules_of(client_id: int) -> FlagRules:
    """The client's thresholds; ours where it has set none."""
    return FlagRules.objects.filter(client_id=client_id).first() or FlagRules(client_id=client_id)


def set_rules(
    actor: Actor,
    *,
    client_id: int,
    without_ticket_most: int | None,
    bulk_most: int | None,
    bulk_minutes: int,
    off_hours: bool,
) -> FlagRules:
    """Set the thresholds; None switches one off.  They count for what is done from now on.

    Raises `Invalid` naming the field, `RightMissing`.
    """
    actor.require(Right.CLEARANCE_EDIT, client_id)
    for name, value in (("without_ticket_most", without_ticket_most), ("bulk_most", bulk_most)):
        if value is not None and not 1 <= value <= MOST:
            raise Invalid(_("Choose a number from 1 to %(most)s, or leave it empty.") % {"most": MOST}, name)
    if not 1 <= bulk_minutes <= LONGEST_MINUTES:
        raise Invalid(_("Choose 1 to %(most)s minutes.") % {"most": LONGEST_MINUTES}, "bulk_minutes")
    rules = rules_of(client_id)
    given = {
        "without_ticket_most": without_ticket_most,
        "bulk_most": bulk_most,
        "bulk_minutes": bulk_minutes,
        "off_hours": off_hours,
    }
    changed = {name: value for name, value in given.items() if getattr(rules, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(rules, name, value)
        rules.save()
        detail = {"what": "flag_rules_set", **changed}
        log.record(actor, client_id, log.Action.CLEARANCE, detail=detail)
    return rules


def visible_to(actor: Actor, client_id: int) -> QuerySet[LogFlag]:
    """The flags that the reader may see: the vendor its own at once, the client those explained or a day old."""
    rows = LogFlag.objects.filter(client_id=client_id)
    if actor.side is Side.CLIENT:
        rows = rows.filter(Q(explained_at__isnull=False) | Q(shown_from__lte=clock.now()))
    return rows


def explain(actor: Actor, *, client_id: int, flag_id: int, text: str) -> LogFlag:
    """Say, as the vendor's lead, what it was; the client reads both at once from then on, or says it itself later.

    Nobody explains what they did themselves.  Raises `NotFound`, `RightMissing`, `Invalid`, and `Conflict`
    for one that is explained.
    """
    actor.require(Right.CLEARANCE_EXTEND, client_id)
    row = visible_to(actor, client_id).select_for_update().filter(pk=flag_id).first()
    if row is None:
        raise NotFound
    if row.user_id == actor.user_id:
        raise Conflict(_("Nobody explains what they did themselves: another lead does."))
    if row.explained_at is not None:
        raise Conflict(_("%(name)s has explained it already.") % {"name": row.explained_by})
    line = needed_line(text, "text", LONGEST_EXPLANATION, _("Say in a sentence what it was."))
    row.explanation, row.explained_by, row.explained_at = line, actor.name, clock.now()
    row.save(update_fields=["explanation", "explained_by", "explained_at"])
    log.record(actor, client_id, log.Action.CLEARANCE, (FLAG, row.pk), detail={"what": "flag_explained"})
    return row


@dataclass(frozen=True, slots=True)
class _Threshold:
    """One rule: which entries count, how many records are too many, in how long."""

    kind: LogFlag.Kind
    most: int
    within: timedelta
    counts: Callable[[AccessLogContent], bool]


def raise_flags(actor: Actor, *, client_id: int) -> int:
    """Look at what has come into the log, and raise what passes a threshold; returns how many are new.

    Idempotent: one look at a time, and what a flag covers is counted once.  The vendors' leads are told.
    """
    hold("flags", client_id)
    now = clock.now()
    rules, _made = FlagRules.objects.get_or_create(client_id=client_id)
    by_person = _by_person(client_id, rules.from_entry, now)
    places = _places(client_id, by_person)
    fresh: list[LogFlag] = []
    for threshold in _thresholds(client_id, rules, places, now):
        for user_id, rows in by_person.items():
            if user_id in places:
                fresh += _raise(threshold, places[user_id], [row for row in rows if threshold.counts(row)], now)
    rules.from_entry = _from_entry(rules, now)
    rules.save(update_fields=["from_entry"])
    if fresh:
        vendor_ids = {flag.vendor_id for flag in fresh if flag.vendor_id is not None}
        flags_raised.send(LogFlag, actor=actor, user_ids=_leads(client_id, vendor_ids, now))
    return len(fresh)


def _from_entry(rules: FlagRules, now: datetime) -> int:
    """The last entry that the next look need not read: too old to begin a stretch, and nothing before it comes late."""
    longest = max(HOUR, timedelta(minutes=rules.bulk_minutes))
    rows = AccessLogContent.objects.filter(client_id=rules.client_id, entry_id__gt=rules.from_entry)
    found = rows.filter(at__lt=now - OVERLAP - longest).aggregate(last=Max("entry_id"))["last"]
    return int(found or rules.from_entry)


def _by_person(client_id: int, from_entry: int, now: datetime) -> dict[int, list[AccessLogContent]]:
    """What each person of a vendor has seen of customers, the oldest first; the first look goes back a day."""
    rows = AccessLogContent.objects.filter(client_id=client_id, entry_id__gt=from_entry, side=Side.VENDOR)
    if not from_entry:
        rows = rows.filter(at__gte=now - BACK_AT_FIRST)
    found: dict[int, list[AccessLogContent]] = defaultdict(list)
    read = rows.filter(action__in=SEEING, user_id__isnull=False).only(*_READ)
    for row in sorted(read, key=lambda row: (row.at, row.entry_id)):
        if _customers(row):
            found[row.user_id or 0].append(row)
    return found


def _customers(row: AccessLogContent) -> int:
    """How many customers' records an entry names."""
    return len({number for kind, number in row.records if kind == log.CUSTOMER})


def _places(client_id: int, user_ids: Collection[int]) -> dict[int, Place]:
    """What brought each person here: their latest assignment, else the emergency access that they were given last."""
    whose = {"client_id": client_id, "user_id__in": list(user_ids)}
    given: list[Place] = list(EmergencyAccess.objects.filter(**whose, starts_at__isnull=False).order_by("starts_at"))
    hired = Assignment.objects.filter(**whose).order_by("starts_at")
    return {place.user_id: place for place in (*given, *hired)}


def _thresholds(client_id: int, rules: FlagRules, places: dict[int, Place], now: datetime) -> Iterator[_Threshold]:
    if rules.without_ticket_most is not None:
        yield _Threshold(
            LogFlag.Kind.WITHOUT_TICKET, rules.without_ticket_most, HOUR, lambda row: row.ticket_id is None
        )
    if rules.bulk_most is not None:
        yield _Threshold(LogFlag.Kind.BULK, rules.bulk_most, timedelta(minutes=rules.bulk_minutes), lambda _row: True)
    if rules.off_hours:
        rosters = evidence.read([client_id], list(places), now)
        shifts = {user_id: rosters.shifts(place) for user_id, place in places.items()}
        hours = _hours[0](client_id) if _hours else ()
        yield _Threshold(
            LogFlag.Kind.OFF_HOURS, 0, HOUR, lambda row: _is_off(shifts.get(row.user_id or 0), hours, row.at)
        )


def _is_off(shifts: WeekCalendar | None, hours: Sequence[WeekCalendar], at: datetime) -> bool:
    """Outside the person's shift; where they have no roster, outside the support hours; where there are none, never."""
    if shifts is not None:
        return not on_shift(shifts, at)
    return bool(hours) and not any(is_open(calendar, at) for calendar in hours)


def _raise(threshold: _Threshold, place: Place, rows: Sequence[AccessLogContent], now: datetime) -> Iterator[LogFlag]:
    """Write the new flags of one person, and let those that run on take in what has come since."""
    known = LogFlag.objects.filter(client_id=place.client_id, kind=threshold.kind, user_id=place.user_id)
    last = known.order_by("-ends_at").first()
    if last is not None:
        _go_on(last, [row for row in rows if last.starts_at <= row.at < last.ends_at])
    deeds = [Deed(row.entry_id, row.at, _customers(row)) for row in rows if last is None or row.at >= last.ends_at]
    for stretch in stretches(deeds, most=threshold.most, within=threshold.within):
        yield _write(threshold, place, stretch, now)


def _go_on(flag: LogFlag, rows: Sequence[AccessLogContent]) -> None:
    more = [row for row in rows if row.entry_id not in flag.entries]
    if more:
        flag.entries = [*flag.entries, *(row.entry_id for row in more)]
        flag.count += sum(_customers(row) for row in more)
        flag.save(update_fields=["entries", "count"])


def _write(threshold: _Threshold, place: Place, stretch: Stretch, now: datetime) -> LogFlag:
    return LogFlag.objects.create(
        client_id=place.client_id,
        kind=threshold.kind,
        vendor_id=place.vendor_id,
        user_id=place.user_id,
        card_id=place.card_id,
        starts_at=stretch.starts_at,
        ends_at=stretch.ends_at,
        count=stretch.count,
        threshold=threshold.most,
        entries=stretch.entries,
        raised_at=now,
        shown_from=now + LEAD_FIRST,
    )


def _leads(client_id: int, vendor_ids: set[int], now: datetime) -> list[int]:
    """The team leads of these vendors on the account."""
    rows = Assignment.objects.filter(client_id=client_id, vendor_id__in=vendor_ids, role=Role.TEAM_LEAD)
    live = rows.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
    return sorted(set(live.values_list("user_id", flat=True)))
