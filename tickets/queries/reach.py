"""Which clients a list spans, and what of each the actor may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from access.actor import Actor
from access.rights import Right, Side
from tickets.models import Holder


@dataclass(frozen=True, slots=True)
class Reach:
    """The clients of a list, each with the actor's card there.

    `own` is the card at a client where the actor reads their own tickets only, else None.
    """

    clients: tuple[int, ...]
    own: tuple[int | None, ...]
    cards: tuple[int | None, ...]

    def columns(self) -> list[Any]:
        """The three columns for `unnest`."""
        return [list(self.clients), list(self.own), list(self.cards)]


def of(actor: Actor, *, right: Right = Right.TICKET_READ, only: int | None = None) -> Reach:
    """The clients at which the actor holds `right`, or `only` one of them."""
    return among(actor, [i for i in actor.clients_with(right) if only is None or i == only])


def among(actor: Actor, readable: Sequence[int]) -> Reach:
    """Exactly these clients, which the actor may read, in order."""
    # Whoever is there by emergency access alone has a card, and no tickets of their own.
    cards = [None if i in actor.lent else actor.card_id(i) for i in readable]
    # A card that is nobody's (0) reads nothing where only own tickets may be read.
    own = [None if actor.may(Right.TICKET_READ_ALL, i) else card or 0 for i, card in zip(readable, cards, strict=True)]
    return Reach(tuple(readable), tuple(own), tuple(cards))


def at(actor: Actor, client_id: int) -> Reach:
    """What the actor reads at one client, as `visible_to` has it: who may read every ticket needs no other right."""
    right = Right.TICKET_READ_ALL if actor.may(Right.TICKET_READ_ALL, client_id) else Right.TICKET_READ
    return of(actor, right=right, only=client_id)


def reads_all(actor: Actor, client_id: int) -> bool:
    """Whether the actor reads every ticket of a client, not just their own or the one that was lent."""
    return actor.may(Right.TICKET_READ_ALL, client_id) and client_id not in actor.lent


def our_court(actor: Actor) -> Holder:
    """The court in which the actor's own side has the move."""
    return Holder.CLIENT if actor.side is Side.CLIENT else Holder.VENDOR


def other_court(actor: Actor) -> Holder:
    """The court of the other company."""
    return Holder.VENDOR if actor.side is Side.CLIENT else Holder.CLIENT
