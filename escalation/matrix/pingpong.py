"""A ticket that goes back and forth: past the client's limit the next of both sides are told at once.  No database."""

from escalation.matrix.climbing import Climb

# As often as a client allows it where it has said nothing.
MOST = 3


def is_too_often(came_back: int, most: int) -> bool:
    """Whether a ticket that has come back from the client so many times goes up when it is sent there again."""
    return came_back >= most


def next_of_both(climb: Climb) -> tuple[int | None, int | None]:
    """The first steps (counted from 0) not told yet that tell the vendor's people, and the client's; None for none.

    One step that tells both is the next of both.
    """
    untold = [n for n, stage in enumerate(climb.stages) if not stage.told and not stage.is_off]
    vendors = next((n for n in untold if any(not who.is_clients for who in climb.stages[n].step.to)), None)
    clients = next((n for n in untold if any(who.is_clients for who in climb.stages[n].step.to)), None)
    return vendors, clients
