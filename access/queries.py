"""What the pages about access read: the log, who has seen a record, who works for a client, one's own keys.

Every query names its clients; row security stands behind it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, islice, starmap
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from access import gates, lines, scope, states
from access.actor import Actor, Standing
from access.emergency import made_under
from access.gates import Gate
from access.log import Action
from access.models import (
    AccessLogContent,
    AccessLogRecord,
    ApiToken,
    Nda,
    NdaAcceptance,
    StaffCard,
    SystemAccount,
)
from access.own_duties import OwnDuty
from access.rights import Right, Role, Side
from access.soft_gates import Missing
from access.states import State
from helpdesk.lib import clock
from helpdesk.lib.paging import Page, keyset

LOG_ORDER = ("-entry_id",)
LOG_PAGE = 50


@dataclass(frozen=True, slots=True)
class Sight:
    """That somebody saw or changed a record, how many `times` and when last: who and what are in words."""

    name: str
    at: datetime
    action: Action
    did: str
    ticket_number: int | None
    reason: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What a reader of the log looks for; None leaves a part open."""

    user_id: int | None = None
    action: Action | None = None
    kind: str = ""
    record_id: int | None = None
    days: int | None = None
    side: str = ""
    with_ticket: bool | None = None
    ticket_number: int | None = None
    emergency_id: int | None = None
    # Exactly these, by their ids: those behind a flag.
    entries: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class GateState:
    """One gate for one person: open or closed, and what that means in a sentence."""

    is_open: bool
    sentence: str
    how: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What one person may do at one client."""

    standing: Standing
    role: Promise
    gates: tuple[GateState, ...]
    rights: tuple[Right, ...]
    # What the reader can do themselves, and what somebody else has to do for them.
    duties: tuple[OwnDuty, ...] = ()
    missing: tuple[Missing, ...] = ()
    # The accounts that the reader holds in the client's own systems.
    accounts: tuple[SystemAccount, ...] = ()
    # A version of the NDA that takes effect later.
    coming_nda: Nda | None = None

    @property
    def state(self) -> State:
        """Whether they are let in, and take new tickets; whoever takes none by their place lacks nothing."""
        return states.of(self.standing.closed, self.standing.missing, clock.now())

    @property
    def state_said(self) -> str:
        """The state in words."""
        return states.said(self.state, self.standing.closed)

    @property
    def passed(self) -> tuple[GateState, ...]:
        """The gates that are open."""
        return tuple(gate for gate in self.gates if gate.is_open)

    @property
    def is_noted(self) -> bool:
        """Whether anything stands there besides open gates."""
        notes = (self.coming_nda, self.duties, self.missing, self.accounts)
        return any(notes) or len(self.passed) < len(self.gates)

    @property
    def keeps_accounts(self) -> bool:
        """Whether they look after the accounts that others hold in the client's own systems: a vendor's lead."""
        return self.standing.assignment_id is not None and Right.CLEARANCE_EXTEND in self.rights

    @property
    def explains_flags(self) -> bool:
        """Whether they say what a flag of the log was: a vendor's lead who reads the log."""
        return self.keeps_accounts and Right.LOG_READ in self.rights

    @property
    def makes_shift_codes(self) -> bool:
        """Whether they may make a colleague's code here: a lead, or the client's admin."""
        return (Right.ROLES_EDIT if self.standing.assignment_id is None else Right.CLEARANCE_EXTEND) in self.rights


@dataclass(frozen=True, slots=True)
class OpenRemovals:
    """How many accounts in the client's own systems are to be removed, and how many of them are overdue."""

    count: int
    late: int


def open_removals(client_id: int) -> OpenRemovals:
    """What is to be removed; one statement."""
    rows = SystemAccount.objects.filter(client_id=client_id, confirmed_at=None, due_at__isnull=False)
    told = rows.aggregate(count=Count("pk"), late=Count("pk", filter=Q(due_at__lt=clock.now())))
    return OpenRemovals(**told)


# Read are more entries than lines are shown, because entries that follow each other become one line.
READ_FOR_A_LINE = 8
_SEEN_BY_SQL = "SELECT access_seen_by(%s, %s, %s, %s, %s, %s)"


def seen_by(
    client_id: int,
    kind: str,
    record_id: int,
    limit: int = 10,
    *,
    reader_id: int | None = None,
    here: int | None = None,
    names_customers: bool = False,
    only: Collection[int] | None = None,
) -> list[Sight]:
    """Who saw or changed a record, the newest first; one statement.

    What one person did again on the same day stands in one line, at its last moment.  Left out is
    that the reader, a user's id, opened this very page: the record itself, or the ticket `here`.
    A vendor's people see what their own company and the client did, never another vendor's.
    `names_customers` says whether the reader may know the customers' names today, `only` is as in `sights`.
    """
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_SEEN_BY_SQL, [client_id, kind, record_id, reader_id, here, limit * READ_FOR_A_LINE])
        (told,) = cursor.fetchone()
    return sights(told, limit, names_customers=names_customers, only=only)


def sights(
    told: Sequence[Sequence[Any]] | None,
    limit: int,
    *,
    names_customers: bool = False,
    only: Collection[int] | None = None,
) -> list[Sight]:
    """Up to `limit` lines of what `access_seen_by` told, who read `limit * READ_FOR_A_LINE` entries.

    `only`: the numbers of the tickets that the reader may know of, where they may not read all.
    """
    known = (row for row in told or () if only is None or row[_NUMBER] is None or row[_NUMBER] in only)
    rows = (row if names_customers or row[1] != Side.CUSTOMER else ("", *row[1:]) for row in known)
    together = (list(group) for _line, group in groupby(starmap(_sight, rows), key=_line_of))
    return [replace(group[0], times=len(group)) for group in islice(together, limit)]


# Where a row of `access_seen_by` has the ticket's number.
_NUMBER = 5


def _line_of(sight: Sight) -> tuple[object, ...]:
    return (sight.name, timezone.localdate(sight.at), sight.did, sight.ticket_number, sight.reason)


def _sight(
    name: str, side: str, is_known: bool, at: str, action: str, number: int | None, why: str, change: str
) -> Sight:
    who, moment, done = lines.who(name, side, is_known=is_known), datetime.fromisoformat(at), Action(action)
    return Sight(
        who, moment, done, lines.deed(name, side, done, change, on_ticket=number is not None), number, lines.why(why)
    )


def access_log(
    client_id: int, wanted: LogFilter, cursor: str | None = None, *, size: int = LOG_PAGE
) -> Page[AccessLogContent]:
    """One page of a client's log, the newest first.

    Raises `BadCursor` for a place in the list that is not ours.
    """
    found: QuerySet[Any] = AccessLogContent.objects.filter(client_id=client_id)
    if wanted.user_id is not None:
        found = found.filter(user_id=wanted.user_id)
    if wanted.action is not None:
        found = found.filter(action=wanted.action)
    if wanted.days is not None:
        found = found.filter(at__gte=clock.now() - timedelta(days=wanted.days))
    if wanted.side:
        found = found.filter(side=wanted.side)
    if wanted.with_ticket is not None:
        found = found.filter(ticket_id__isnull=not wanted.with_ticket)
    if wanted.ticket_number is not None:
        found = found.filter(ticket_number=wanted.ticket_number)
    if wanted.emergency_id is not None:
        found = made_under(found, wanted.emergency_id)
    if wanted.entries is not None:
        found = found.filter(entry_id__in=wanted.entries)
    if wanted.kind:
        about = AccessLogRecord.objects.filter(client_id=client_id, entry_id=OuterRef("entry_id"), kind=wanted.kind)
        if wanted.record_id is not None:
            about = about.filter(record_id=wanted.record_id)
        found = found.filter(Exists(about))
    return keyset(found, order=LOG_ORDER, cursor=cursor, size=size)


_OWN_ENTRIES_SQL = """
SELECT e.client_id, e.at, e.action, e.word, e.ticket_number, e.reason
FROM unnest(%s::bigint[]) AS own (client_id),
LATERAL (
  SELECT c.client_id, c.entry_id, c.at, c.action, coalesce(c.detail->>'what', c.detail->>'did', '') AS word,
    c.ticket_number, c.reason
  FROM access_accesslogcontent c
  WHERE c.client_id = own.client_id AND c.user_id = %s
  ORDER BY c.entry_id DESC
  LIMIT %s
) AS e
ORDER BY e.entry_id DESC
LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One line of the log about the reader."""

    standing: Standing
    at: datetime
    did: str
    ticket_number: int | None
    reason: str


def own_entries(actor: Actor, limit: int = 20) -> list[OwnEntry]:
    """What the logs of the actor's open clients say about them, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_ENTRIES_SQL, [list(actor.client_ids), actor.user_id, limit, limit])
        rows = cursor.fetchall()
    return [
        OwnEntry(
            actor.standings[client_id], at, lines.deed("", actor.side, Action(action), word), number, lines.why(reason)
        )
        for client_id, at, action, word, number, reason in rows
    ]


def own_access(actor: Actor, duties: Mapping[int, Sequence[OwnDuty]]) -> list[Access]:
    """What the actor may do at each client, with every gate in a sentence; who keeps them out stands first.

    Then where they work, and last where they have no place today; each by the client's name.  `duties` are
    what they can do themselves, by client.
    """
    ordered = sorted(
        actor.standings.values(), key=lambda each: (not each.is_live, not each.closed, each.client.name.casefold())
    )
    coming = _coming_ndas(actor)
    held = SystemAccount.objects.filter(client_id__in=actor.client_ids, user_id=actor.user_id or 0, confirmed_at=None)
    accounts: dict[int, list[SystemAccount]] = {}
    for row in held.select_related("system").order_by("system__name", "login"):
        accounts.setdefault(row.client_id, []).append(row)
    return [
        _access(standing, duties.get(standing.client.id, ()), accounts.get(standing.client.id, ()), coming)
        for standing in ordered
    ]


def _coming_ndas(actor: Actor) -> dict[int, Nda]:
    """By client, the next version that takes effect later and that the actor can accept already; in two statements."""
    if actor.side is not Side.VENDOR:
        return {}
    rows = Nda.objects.filter(client_id__in=actor.client_ids, effective_at__gt=clock.now()).defer("text")
    mine = NdaAcceptance.objects.filter(client_id__in=actor.client_ids, user_id=actor.user_id or 0)
    newest: dict[int, int] = {}
    for client_id, number in mine.values_list("client_id", "nda__number"):
        newest[client_id] = max(number, newest.get(client_id, 0))
    return {row.client_id: row for row in rows.order_by("-number") if row.number > newest.get(row.client_id, 0)}


def _access(
    standing: Standing, duties: Sequence[OwnDuty], accounts: Sequence[SystemAccount], coming: Mapping[int, Nda]
) -> Access:
    own = {(duty.kind, duty.key) for duty in duties}
    return Access(
        standing,
        Role(standing.role).label,
        _gate_states(standing),
        tuple(right for right in Right if right in standing.rights),
        tuple(duties),
        tuple(duty for duty in standing.missing if (duty.kind, duty.key) not in own),
        tuple(accounts),
        coming.get(standing.client.id),
    )


def _gate_states(standing: Standing) -> tuple[GateState, ...]:
    states = []
    for gate in Gate:
        if gate in standing.closed:
            states.append(GateState(False, *gates.sentence(gate, standing.client.name), gate))
        elif gate in _asked_of(standing):
            states.append(GateState(True, gates.open_sentence(gate, standing.client.name), "", gate))
    return tuple(states)


def _asked_of(standing: Standing) -> Collection[Gate]:
    """The gates that mean something for whoever stands there so."""
    if standing.role == Role.OPERATOR:
        return gates.OF_OPERATORS
    if standing.emergency_id is not None:
        return set(Gate) - {Gate.ASSIGNMENT}
    return gates.OF_MEMBERS if standing.assignment_id is None else tuple(Gate)


def own_tokens(actor: Actor) -> list[ApiToken]:
    """The actor's keys, the newest first; with their clients."""
    return list(ApiToken.objects.filter(user_id=actor.user_id or 0).select_related("client").order_by("-pk")[:100])


def readers(actor: Actor, client_id: int) -> list[tuple[int, str]]:
    """The people whose entries a reader of the log can ask for: (user id, name), by name.

    A vendor's people are offered whom they find there: their own company's and the client's.
    """
    cards = StaffCard.objects.filter(client_id=client_id)
    if actor.side is Side.VENDOR:
        cards = cards.filter(Q(vendor_id=None) | Q(vendor_id=actor.vendor_id))
    return list(cards.order_by("name").values_list("user_id", "name"))
