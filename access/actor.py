"""Who acts: the person, customer, contact or task behind a request, with what they may do.

Every action takes an actor first and asks it; nothing else decides who may.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from access import gates, soft_gates
from access.errors import GateClosed, NotFound, RightMissing
from access.gates import Gate
from access.networks import Network
from access.rights import Right, Side
from access.scope import Scope
from access.soft_gates import Missing


@dataclass(frozen=True, slots=True)
class ClientFace:
    """A client's public face as pages need it on every row."""

    id: int
    slug: str
    name: str
    monogram: str
    customer_word: str = "customer"
    language: str = "en"
    time_zone: str = "UTC"
    mailbox: str = ""
    # Who sees the names of its customers: public, contact or sensitive (`tickets.records`).
    name_class: str = "public"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person may do on one client at one moment."""

    client: ClientFace
    rights: frozenset[Right]
    card_id: int | None = None
    card_name: str = ""
    role: str = ""
    contract_id: int | None = None
    assignment_id: int | None = None
    closed: tuple[Gate, ...] = ()
    # Duties that are due: they take away new tickets once they close.
    missing: tuple[Missing, ...] = ()
    # From where this client may be worked for; none means from anywhere.
    networks: tuple[Network, ...] = ()
    # Whether the second factor that the client asks for is a lead's code alone.
    by_code: bool = False
    # The emergency access by which alone the person is here, until when, and the one ticket that it is about.
    emergency_id: int | None = None
    until: datetime | None = None
    lent_ticket_id: int | None = None

    @property
    def is_live(self) -> bool:
        """Whether the place is there today, whatever else keeps its person from it."""
        return gates.OF_THE_PLACE.isdisjoint(self.closed)

    def closed_duties(self, now: datetime) -> tuple[Missing, ...]:
        """What takes away new tickets now."""
        return soft_gates.closed(self.missing, now)

    def require_open(self) -> None:
        """Raise `GateClosed` with the first closed gate's sentence."""
        if self.closed:
            error = GateClosed(*gates.sentence(self.closed[0], self.client.name))
            error.client_id, error.gate = self.client.id, self.closed[0]
            raise error


@dataclass(frozen=True)
class Actor:
    """The one who acts; `standings` are by client id and include those with a closed gate."""

    side: Side
    name: str
    standings: Mapping[int, Standing] = field(default_factory=dict)
    user_id: int | None = None
    vendor_id: int | None = None
    customer_id: int | None = None
    contact_id: int | None = None
    token_id: int | None = None
    link_id: int | None = None
    origin: str = ""
    time_zone: str = "UTC"
    # Whether they run their vendor's office besides; the office's own door asks for itself.
    runs_office: bool = False

    @cached_property
    def client_ids(self) -> tuple[int, ...]:
        """The clients whose hard gates are all open for this actor, in order."""
        return tuple(sorted(i for i, s in self.standings.items() if not s.closed))

    @cached_property
    def clients(self) -> tuple[ClientFace, ...]:
        """The faces of `client_ids`, by name."""
        faces = (self.standings[i].client for i in self.client_ids)
        return tuple(sorted(faces, key=lambda face: face.name.casefold()))

    @cached_property
    def lent(self) -> Mapping[int, int | None]:
        """The clients at which the actor is by emergency access, each with the one ticket that they may read there."""
        here = ((i, self.standings[i]) for i in self.client_ids)
        return {i: standing.lent_ticket_id for i, standing in here if standing.emergency_id is not None}

    @cached_property
    def shut_out(self) -> Standing | None:
        """The standing by which the actor is suspended from all that they serve; None for everybody else."""
        if self.client_ids:
            return None
        return next((s for s in self.standings.values() if Gate.SUSPENSION in s.closed), None)

    def scope(self) -> Scope:
        """How the database sees this actor."""
        return Scope(self.side, self.client_ids, self.vendor_id, self.customer_id, self.user_id)

    def only(self, client_id: int) -> "Actor":
        """The same actor, narrowed to one client."""
        return replace(self, standings={client_id: self.standings[client_id]})

    def standing(self, client_id: int) -> Standing:
        """The standing at this client.

        Raises `NotFound` for a client that is not the actor's, `GateClosed` for a closed gate.
        """
        standing = self.standings.get(client_id)
        if standing is None:
            raise NotFound
        standing.require_open()
        return standing

    def standing_by_slug(self, slug: str) -> Standing:
        """As `standing`, found by the client's slug."""
        for standing in self.standings.values():
            if standing.client.slug == slug:
                standing.require_open()
                return standing
        raise NotFound

    def may(self, right: Right, client_id: int) -> bool:
        """Whether the actor holds `right` at this client, all hard gates open."""
        standing = self.standings.get(client_id)
        return standing is not None and not standing.closed and holds(standing, right)

    def may_anywhere(self, right: Right) -> bool:
        """Whether the actor holds `right` at one client at least."""
        return any(self.may(right, client_id) for client_id in self.client_ids)

    def require(self, right: Right, client_id: int) -> Standing:
        """The standing, if the actor holds `right` there.

        Raises `NotFound`, `GateClosed` or `RightMissing`.
        """
        standing = self.standing(client_id)
        if not holds(standing, right):
            error = RightMissing()
            error.client_id, error.right = client_id, right
            raise error
        return standing

    def clients_with(self, right: Right) -> tuple[int, ...]:
        """The clients at which the actor holds `right`."""
        return tuple(i for i in self.client_ids if self.may(right, i))

    def card_id(self, client_id: int) -> int | None:
        """The actor's staff card at this client, if they are staff."""
        standing = self.standings.get(client_id)
        return standing.card_id if standing else None


def holds(standing: Standing, right: Right) -> bool:
    """Whether a standing includes a right: the one comparison that every guard comes down to."""
    return right in standing.rights


def system(client: ClientFace, name: str) -> Actor:
    """A task or a named command inside one client; may do everything there."""
    return Actor(Side.SYSTEM, name, {client.id: Standing(client, frozenset(Right))})


def portal(client: ClientFace, *, customer_id: int | None = None, name: str = "", origin: str = "") -> Actor:
    """A customer, or a visitor of the portal whose `customer_id` is None."""
    return Actor(
        Side.CUSTOMER,
        name,
        {client.id: Standing(client, frozenset())},
        customer_id=customer_id,
        origin=origin,
        time_zone=client.time_zone,
    )


def contact(
    client: ClientFace,
    *,
    contact_id: int,
    name: str,
    link_id: int | None = None,
    origin: str = "",
    right: Right = Right.ESCALATION_ANSWER,
) -> Actor:
    """A client contact who came by a signed link: may do the one thing that the link is for."""
    return Actor(
        Side.CLIENT,
        name,
        {client.id: Standing(client, frozenset({right}))},
        contact_id=contact_id,
        link_id=link_id,
        origin=origin,
        time_zone=client.time_zone,
    )
