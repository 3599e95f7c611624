"""How far the people who work for a client are cleared: the grid, what a change would do, and one's own doors.

Reads only.  What is asked for is changed in `access.actions.clearing`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from access import evidence, gates, scope, soft_gates, states
from access.actor import Actor, ClientFace, Standing
from access.evidence import Binding, Evidence
from access.gates import Facts, Gate
from access.models import (
    Assignment,
    CertificationHeld,
    EmergencyAccess,
    Membership,
    Nda,
    NdaAcceptance,
    StaffCard,
    Vendor,
)
from access.rights import Role
from access.scope import Scope
from access.soft_gates import Missing
from access.states import State
from helpdesk.lib import clock

# By client and person: the numbers of the versions that they have accepted, each with its moment.
Dates = dict[tuple[int, int], list[tuple[int, datetime]]]
# Which open tickets are urgent is known by the app that has tickets: client id to their number.
_urgent: list[Callable[[int], int]] = []


def count_urgent_by(count: Callable[[int], int]) -> None:
    """Declare who knows how many open tickets of priority 1 and 2 a client has."""
    _urgent[:] = [count]


@dataclass(frozen=True, slots=True)
class Cell:
    """One gate for one person: open since when, or closed."""

    gate: Gate
    is_open: bool
    since: datetime | None
    # Not asked for here: the client's own people need no contract.
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One line of the grid: somebody who works, worked or will work for the client."""

    user_id: int
    card_id: int
    name: str
    company: str
    vendor_id: int | None
    team: str
    role: str
    role_label: str
    is_core: bool
    since: datetime
    until: datetime | None
    cells: tuple[Cell, ...]
    missing: tuple[Missing, ...]
    closed: tuple[Gate, ...]
    on_shift: bool | None
    client_id: int
    contract_id: int | None
    facts: Facts
    state: State
    # Let in by emergency access, until `until`.
    is_emergency: bool = False

    @property
    def is_cleared(self) -> bool:
        """Whether every hard gate is open."""
        return self.state is not State.CLOSED

    @property
    def state_said(self) -> str:
        """The state in words."""
        return states.said(self.state, self.closed)

    @property
    def has_place(self) -> bool:
        """Whether their place is there today, whatever else keeps them from it."""
        return gates.OF_THE_PLACE.isdisjoint(self.closed)


# In what order a list shows people: what can be mended first, and whoever has no place today last.
_SHOWN = (State.CLOSED, State.NO_NEW, State.CLEARED)


def _order(line: PersonLine) -> tuple[bool, int, str, str]:
    return (not line.has_place, _SHOWN.index(line.state), line.company.casefold(), line.name.casefold())


def grid(client_id: int, company: str, *, now: datetime | None = None) -> list[PersonLine]:
    """Everybody with a place at the client, gate by gate: who is closed first, whose place is not today last.

    Within a state by company and name.
    """
    now = now or clock.now()
    given = EmergencyAccess.objects.filter(client_id=client_id, state__in=EmergencyAccess.GIVEN, ends_at__gt=now)
    bindings: list[Binding] = [
        *Assignment.objects.filter(client_id=client_id),
        *Membership.objects.filter(client_id=client_id),
        *given.filter(stopped_at=None),
    ]
    lines = _lines(bindings, company, now)
    return sorted(lines, key=_order)


def hired(client_ids: Collection[int], *, now: datetime | None = None) -> list[PersonLine]:
    """Everybody whom vendors have put on these clients, as far as the asker sees them, by client and name.

    So many statements as for one client.
    """
    bindings = list(Assignment.objects.filter(client_id__in=list(client_ids)))
    lines = _lines(bindings, "", now or clock.now())
    return sorted(lines, key=lambda line: (line.client_id, line.name.casefold(), line.contract_id or 0))


def _lines(bindings: Sequence[Binding], company: str, now: datetime) -> list[PersonLine]:
    client_ids = {binding.client_id for binding in bindings}
    known = evidence.read(client_ids, {binding.user_id for binding in bindings}, now)
    names = dict(StaffCard.objects.filter(client_id__in=client_ids).values_list("pk", "name"))
    vendors = dict(Vendor.objects.values_list("pk", "name"))
    dates = _dates(client_ids)
    return [_line(binding, known, names, vendors, company, dates, now) for binding in bindings]


def _line(
    binding: Binding,
    known: Evidence,
    names: dict[int, str],
    vendors: dict[int, str],
    company: str,
    dates: Dates,
    now: datetime,
) -> PersonLine:
    facts, shifts = known.facts(binding), known.shifts(binding)
    closed = gates.closed_gates(facts, now)
    missing = soft_gates.missing(known.duties(binding), shifts, now)
    asked = _asked(binding, facts)
    since = {
        Gate.CONTRACT: facts.contract_from,
        Gate.ASSIGNMENT: facts.binding_from,
        Gate.NDA: _accepted_at(dates.get((binding.client_id, binding.user_id), ()), facts, now),
        Gate.SECOND_FACTOR: facts.second_factor_from,
    }
    cells = tuple(
        Cell(gate, gate not in closed, since.get(gate), gate in asked) for gate in Gate if gate is not Gate.NETWORK
    )
    return PersonLine(
        user_id=binding.user_id,
        card_id=binding.card_id,
        name=names[binding.card_id],
        company=_company(binding, vendors, company),
        vendor_id=getattr(binding, "vendor_id", None),
        team=getattr(binding, "team", ""),
        role=binding.role,
        role_label=str(Role(binding.role).label),
        is_core=getattr(binding, "is_core", False),
        since=facts.binding_from,
        until=facts.binding_until,
        cells=cells,
        missing=missing,
        closed=closed,
        on_shift=None if shifts is None else soft_gates.on_shift(shifts, now),
        client_id=binding.client_id,
        contract_id=getattr(binding, "contract_id", None),
        facts=facts,
        state=states.of(closed, missing, now),
        is_emergency=isinstance(binding, EmergencyAccess),
    )


def _company(binding: Binding, vendors: dict[int, str], client: str) -> str:
    """Whose person it is: the client's own, a vendor's, or the platform's."""
    if isinstance(binding, Membership):
        return client
    return vendors[binding.vendor_id] if binding.vendor_id else _("The platform’s operator")


def _asked(binding: Binding, facts: Facts) -> set[Gate]:
    """The gates that mean something for this person here."""
    asked = {Gate.ASSIGNMENT}
    if facts.needs_second_factor:
        asked.add(Gate.SECOND_FACTOR)
    if isinstance(binding, Membership):
        return asked
    if isinstance(binding, EmergencyAccess):
        asked.discard(Gate.ASSIGNMENT)
    if facts.versions:
        asked.add(Gate.NDA)
    if facts.locations:
        asked.add(Gate.LOCATION)
    return asked | ({Gate.CONTRACT, Gate.SUSPENSION} if facts.has_contract else set())


def cleared_people(lines: Iterable[PersonLine]) -> list[PersonLine]:
    """Whoever of the lines is cleared, each person once; with two places, by the one where they are on shift."""
    found: dict[int, PersonLine] = {}
    for line in lines:
        if line.is_cleared and (line.user_id not in found or line.on_shift is True):
            found[line.user_id] = line
    return list(found.values())


def may_be_told(assignments: Collection[Assignment], at: datetime) -> list[Assignment]:
    """Those of one client's assignments whose people may hear of its tickets at a moment; six statements.

    Not whoever is suspended, has not accepted the NDA, or whose contract or place is not in force.  Who lacks only
    what is asked at signing in is told: they mend it at the door.
    """
    if not assignments:
        return []
    clients = {row.client_id for row in assignments}
    known = evidence.of_places(clients, {row.user_id for row in assignments}, at)
    return [row for row in assignments if gates.OF_SIGNING_IN.issuperset(gates.closed_gates(known.facts(row), at))]


def counts(lines: Sequence[PersonLine]) -> dict[str, int]:
    """How many there are, how many of them are cleared, how many of those take no new tickets, and who is closed."""
    found = Counter(line.state for line in lines)
    no_new, closed = found[State.NO_NEW], found[State.CLOSED]
    return {"all": len(lines), "cleared": found[State.CLEARED] + no_new, "no_new": no_new, "closed": closed}


def asked_at_all(lines: Sequence[PersonLine]) -> list[Gate]:
    """The gates that are asked of somebody, the columns of the grid."""
    return [gate for gate in Gate if any(cell.gate is gate and cell.is_asked for line in lines for cell in line.cells)]


def _dates(client_ids: Collection[int]) -> Dates:
    """Which versions of a client's NDA each person has accepted, and when."""
    rows = NdaAcceptance.objects.filter(client_id__in=client_ids)
    found: Dates = defaultdict(list)
    for client_id, user_id, number, at in rows.values_list("client_id", "user_id", "nda__number", "at"):
        found[client_id, user_id].append((number, at))
    return found


def _accepted_at(accepted: Iterable[tuple[int, datetime]], facts: Facts, now: datetime) -> datetime | None:
    """When the person accepted what opens the gate today: the version in effect, or else a newer one."""
    current = gates.current_version(facts.versions, now)
    return min(((number, at) for number, at in accepted if number >= current), default=(0, None))[1]


@dataclass(frozen=True, slots=True)
class Stop:
    """What closing a gate at once would do: people shut out, those of them on shift, and urgent tickets open now."""

    people: int
    on_shift: int
    urgent: int


def would_stop(client_id: int, *, now: datetime | None = None) -> Stop:
    """What a new version of the NDA would do, if it took effect at once: nobody has accepted it yet."""
    now = now or clock.now()
    people = cleared_people(line for line in grid(client_id, "", now=now) if line.vendor_id is not None)
    urgent = _urgent[0](client_id) if _urgent else 0
    return Stop(len(people), sum(line.on_shift is True for line in people), urgent)


def held_by(client_id: int) -> dict[tuple[int, int], CertificationHeld]:
    """The certificates held at a client, by person and certification."""
    rows = CertificationHeld.objects.filter(client_id=client_id)
    return {(row.user_id, row.certification_id): row for row in rows}


def closed_duties_of(client_id: int, card_id: int, *, now: datetime | None = None) -> tuple[Missing, ...]:
    """What takes new tickets of this client away from somebody else, by their card; nothing for its own people."""
    now = now or clock.now()
    binding = Assignment.objects.filter(client_id=client_id, card_id=card_id).order_by("-starts_at").first()
    if binding is None:
        return ()
    known = evidence.read([client_id], [binding.user_id], now)
    return soft_gates.closed(soft_gates.missing(known.duties(binding), known.shifts(binding), now), now)


@contextmanager
def at_the_door(actor: Actor, client_id: int) -> Iterator[Actor]:
    """Act at a client whose gate may be closed for the actor, for what opens it, and for the log.

    The scope is that one client, with the actor's own side, vendor and person.  Raises `KeyError` where
    the actor has no place there at all.
    """
    standing: Standing = actor.standings[client_id]
    with scope.enter(Scope(actor.side, (client_id,), actor.vendor_id, None, actor.user_id)):
        yield replace(actor, standings={client_id: replace(standing, closed=())})


@dataclass(frozen=True, slots=True)
class Shut:
    """A client at which the actor has a place, and is kept out for now: why, and the way back in."""

    client: ClientFace
    sentence: str
    how: str
    gate: Gate


def shut_places(actor: Actor) -> list[Shut]:
    """Where the actor is kept out although their place goes on, by name; what has ended is not among them."""
    found = []
    for standing in actor.standings.values():
        if standing.closed and not {Gate.CONTRACT, Gate.ASSIGNMENT} & set(standing.closed):
            gate = standing.closed[0]
            sentence, how = gates.sentence(gate, standing.client.name)
            found.append(Shut(standing.client, str(sentence), str(how), gate))
    return sorted(found, key=lambda each: each.client.name.casefold())


def may_be_asked(actor: Actor, client_id: int) -> bool:
    """Whether the actor has a place at the client today, whatever else is missing: whoever has left reads no NDA."""
    standing = actor.standings.get(client_id)
    return standing is not None and Gate.ASSIGNMENT not in standing.closed


def ndas_to_accept(actor: Actor, client_id: int, *, now: datetime | None = None) -> Sequence[Nda]:
    """The versions that the actor should accept, the one in effect first, then what takes effect later.

    To be asked inside `at_the_door`, or with the client in scope.
    """
    now = now or clock.now()
    rows = list(Nda.objects.filter(client_id=client_id).order_by("number"))
    accepted = NdaAcceptance.objects.filter(client_id=client_id, user_id=actor.user_id or 0)
    newest = max(accepted.values_list("nda__number", flat=True), default=0)
    current = max((row.number for row in rows if row.effective_at <= now), default=0)
    return [row for row in rows if row.number > newest and row.number >= current]
