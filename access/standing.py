"""The one question: what may this person do on this client, now?

Answered from assignments, memberships or emergency access, guardian grants and gates, and remembered in the
process with the versions it was read under.  `actor_for` sends one statement that sets the
scope and returns today's versions; where they differ, or time alone has changed a gate, the
answer is computed anew before any row is read.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from access import evidence, gates, scope, soft_gates
from access.actor import Actor, ClientFace, Standing
from access.evidence import Binding
from access.gates import Gate
from access.models import (
    Assignment,
    Client,
    ClientPermission,
    EmergencyAccess,
    Membership,
    OfficeMember,
    Operator,
    StaffCard,
    User,
)
from access.networks import is_inside
from access.rights import Right, Side
from access.scope import Scope
from helpdesk.lib import clock

_VERSIONS = """, (SELECT version FROM access_rightsversionuser WHERE user_id = %s),
 ARRAY(SELECT version FROM access_rightsversionclient WHERE client_id = ANY (%s) ORDER BY client_id)"""
_VERSIONS_SQL = scope.SET_SQL + _VERSIONS
_REMEMBERED_MOST = 5000
_remembered: dict[int, "_Answer"] = {}


@dataclass(frozen=True, slots=True)
class _Answer:
    """Standings with the versions they were read under, and until when time leaves them alone."""

    standings: dict[int, Standing]
    user_version: int | None
    client_versions: list[int]
    valid_until: datetime | None
    side: Side
    # Whether one of the clients limits the networks.
    walled: bool
    # Whether one of them is open by a lead's code, which counts for the session that it was given in.
    by_code: bool
    runs_office: bool


def operator_row(user: User) -> Operator | None:
    """That the person runs the platform, if they do today; nobody of a vendor does."""
    if user.vendor_id is not None:
        return None
    now = clock.now()
    live = Operator.objects.filter(user_id=user.pk, starts_at__lte=now)
    return live.filter(Q(ends_at=None) | Q(ends_at__gt=now)).first()


def actor_for(
    user: User, *, client_slug: str | None = None, origin: str = "", token_id: int | None = None, by_code: bool = False
) -> Actor:
    """The actor behind a signed-in user, with the scope of the transaction set.

    `by_code`: the session has its second factor from a lead's code (`access.doors.has_code`).

    With `client_slug` the scope is narrowed to that client, and is empty where the person has
    no open standing there.  One statement when nothing has changed since the last answer.
    """
    answer = _remembered.get(user.pk)
    if answer is not None:
        actor = _actor(user, answer, origin, token_id, by_code=by_code)
        if _apply(actor, answer, client_slug) and not _stale(answer):
            return actor
    answer = _compute(user)
    if len(_remembered) >= _REMEMBERED_MOST:
        _remembered.clear()
    _remembered[user.pk] = answer
    actor = _actor(user, answer, origin, token_id, by_code=by_code)
    scope.become(_narrowed(actor, client_slug))
    return actor


@contextmanager
def acting(user: User, *, origin: str = "", by_code: bool = False) -> Iterator[Actor]:
    """Act as a person in a transaction, with the scope of their standing; restores the scope before it."""
    before = scope.current()
    try:
        with transaction.atomic():
            yield actor_for(user, origin=origin, by_code=by_code)
            scope.apply(before or scope.NOBODY)
    finally:
        scope.assume(before)


def forget_all() -> None:
    """Drop every remembered answer (a test's database was emptied)."""
    _remembered.clear()


def _stale(answer: _Answer) -> bool:
    return answer.valid_until is not None and clock.now() >= answer.valid_until


def _narrowed(actor: Actor, client_slug: str | None) -> Scope:
    wanted = actor.scope()
    if client_slug is None:
        return wanted
    ids = tuple(i for i in actor.client_ids if actor.standings[i].client.slug == client_slug)
    return Scope(wanted.side, ids, wanted.vendor_id, wanted.customer_id, wanted.user_id)


def _apply(actor: Actor, answer: _Answer, client_slug: str | None) -> bool:
    """Set the scope and tell whether the versions are still those of `answer`."""
    wanted = _narrowed(actor, client_slug)
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS_SQL, [*wanted.values(), actor.user_id, sorted(answer.standings)])
        *_settings, user_version, client_versions = cursor.fetchone()
    scope.assume(wanted)
    return user_version == answer.user_version and client_versions == answer.client_versions


def _actor(user: User, answer: _Answer, origin: str, token_id: int | None, *, by_code: bool) -> Actor:
    standings = answer.standings
    if answer.walled:
        standings = {i: _from(standing, origin) for i, standing in standings.items()}
    if answer.by_code and not by_code:
        standings = {i: _without_code(standing) for i, standing in standings.items()}
    return Actor(
        answer.side,
        user.name,
        standings,
        user_id=user.pk,
        vendor_id=user.vendor_id,
        origin=origin,
        token_id=token_id,
        time_zone=user.time_zone,
        runs_office=answer.runs_office,
    )


def _from(standing: Standing, origin: str) -> Standing:
    """A standing as it is from one address: the network is asked with each request."""
    if is_inside(standing.networks, origin):
        return standing
    return replace(standing, closed=(*standing.closed, Gate.NETWORK))


def _without_code(standing: Standing) -> Standing:
    """A standing as it is in a session in which no code was given: that is asked with each request too."""
    if not standing.by_code:
        return standing
    return replace(standing, closed=(*standing.closed, Gate.SECOND_FACTOR))


def _versions(user_id: int, client_ids: Iterable[int]) -> tuple[int | None, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT version FROM access_rightsversionuser WHERE user_id = %s),"
            " ARRAY(SELECT version FROM access_rightsversionclient WHERE client_id = ANY (%s) ORDER BY client_id)",
            [user_id, sorted(client_ids)],
        )
        user_version, client_versions = cursor.fetchone()
    return user_version, client_versions


def _compute(user: User) -> _Answer:
    """Read the answer from the tables.

    The versions are read before the rows: a change in between leaves a version that the next
    request finds outdated, never an answer newer than its version.
    """
    now = clock.now()
    user_version, _none = _versions(user.pk, ())
    operator = operator_row(user)
    # Who runs the platform looks with a vendor's eyes, of no vendor: what is one vendor's own stays closed.
    side = Side.CLIENT if user.vendor_id is None and operator is None else Side.VENDOR
    with scope.enter(Scope(user_id=user.pk)):
        bindings = _bindings(user, side, operator)
    ids = sorted({b.client_id for b in bindings})
    _same, client_versions = _versions(user.pk, ids)
    with scope.enter(Scope(side, tuple(ids), user.vendor_id, None, user.pk)):
        standings, changes = _standings(user, bindings, ids, now)
    if operator is not None and operator.ends_at is not None:
        changes.append(operator.ends_at)
    walled = any(standing.networks for standing in standings.values())
    by_code = any(standing.by_code for standing in standings.values())
    member = OfficeMember.objects.filter(user_id=user.pk, vendor_id=user.vendor_id).first() if user.vendor_id else None
    runs_office = member is not None and member.runs_at(now)
    changes += [] if member is None else [at for at in (member.starts_at, member.ends_at) if at and at > now]
    valid_until = min(changes, default=None)
    return _Answer(standings, user_version, client_versions, valid_until, side, walled, by_code, runs_office)


def _bindings(user: User, side: Side, operator: Operator | None) -> list[Binding]:
    """What binds the person to clients, asked with their own eyes; emergency access last, and only what runs."""
    if side is Side.CLIENT:
        return list(Membership.objects.filter(user_id=user.pk).order_by("id"))
    places: Iterable[Assignment] = ()
    if operator is None:
        places = Assignment.objects.filter(user_id=user.pk, vendor=user.vendor_id).order_by("id")
    now = clock.now()
    given = EmergencyAccess.objects.filter(
        user_id=user.pk, vendor=user.vendor_id, state__in=EmergencyAccess.GIVEN, stopped_at=None, ends_at__gt=now
    )
    return [*places, *given.order_by("id")]


def _standings(
    user: User, bindings: list[Binding], ids: list[int], now: datetime
) -> tuple[dict[int, Standing], list[datetime]]:
    known = evidence.read(ids, [user.pk], now)
    names = dict(StaffCard.objects.filter(user_id=user.pk).values_list("id", "name"))
    rights = _granted(user, ids)
    faces = {c.pk: face(c) for c in Client.objects.filter(pk__in=ids)}
    standings: dict[int, Standing] = {}
    changes: list[datetime | None] = []
    for binding in bindings:
        facts, duties, shifts = known.facts(binding), known.duties(binding), known.shifts(binding)
        lent = binding if isinstance(binding, EmergencyAccess) else None
        standing = Standing(
            faces[binding.client_id],
            # Grants of a place that has ended still stand in the table: emergency access has its own rights.
            lent.role.rights if lent else rights.get(binding.client_id, frozenset()),
            card_id=binding.card_id,
            card_name=names.get(binding.card_id, user.name),
            role=binding.role,
            contract_id=getattr(binding, "contract_id", None),
            assignment_id=binding.pk if isinstance(binding, Assignment) else None,
            closed=gates.closed_gates(facts, now),
            missing=soft_gates.missing(duties, shifts, now),
            networks=known.networks_for(binding),
            by_code=facts.needs_second_factor and known.second_factors[user.pk].by_code,
            emergency_id=lent.pk if lent else None,
            until=lent.until if lent else None,
            lent_ticket_id=lent.ticket_id if lent else None,
        )
        best = standings.get(binding.client_id)
        if best is None or best.closed:
            standings[binding.client_id] = standing
        changes += [gates.next_change(facts, now), soft_gates.next_change(duties, shifts, now)]
    return standings, [moment for moment in changes if moment is not None]


def _granted(user: User, ids: list[int]) -> dict[int, frozenset[Right]]:
    known = {right.value for right in Right}
    granted: dict[int, set[Right]] = {}
    rows = ClientPermission.objects.filter(user_id=user.pk, content_object_id__in=ids)
    for client_id, codename in rows.values_list("content_object_id", "permission__codename"):
        if codename in known:
            granted.setdefault(client_id, set()).add(Right(codename))
    return {client_id: frozenset(found) for client_id, found in granted.items()}


def face(client: Client) -> ClientFace:
    """A client's row as the small value that pages and actors carry."""
    return ClientFace(
        client.pk,
        client.slug,
        client.name,
        client.monogram,
        client.customer_word,
        client.language,
        client.time_zone,
        client.mailbox,
        client.name_class,
    )
