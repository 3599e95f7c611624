"""What a person of the staff is told on the pages: their own notices, of the clients whose gates are open to them.

Seeing one says yes to nothing: that is `actions.acknowledge`.  The scope keeps other clients away, and
here every statement asks for the person's own.
"""

from typing import Any

from django.db.models import Q, QuerySet

from access.actor import Actor
from access.errors import NotFound
from escalation.matrix.document import Channel
from escalation.models import Notice
from helpdesk.lib import clock
from helpdesk.lib.paging import Order

ORDER: Order = ("-due_at", "-id")
# More are not counted one by one.
COUNTED_MOST = 99


def mine(actor: Actor, client_id: int | None = None) -> QuerySet[Any]:
    """The actor's notices, at one client or at all that are open to them, with ticket and escalation."""
    return _own(actor, client_id).select_related("step__escalation", "ticket", "clock", "incident")


def unseen(actor: Actor, client_id: int | None = None) -> int:
    """How many of them the actor has not seen yet and still matter; one statement, `COUNTED_MOST` + 1 at most."""
    return _unseen(actor, client_id).values("pk")[: COUNTED_MOST + 1].count()


def see(actor: Actor, *, client_id: int, notice_id: int) -> Notice:
    """Mark one as seen, the first time; gives it with its ticket.  Raises `NotFound` for anybody else's."""
    found = _own(actor, client_id).filter(pk=notice_id).select_related("ticket", "step__escalation").first()
    if found is None:
        raise NotFound
    _own(actor, client_id).filter(ticket_id=found.ticket_id, seen_at=None).update(seen_at=clock.now())
    return found


def see_all(actor: Actor, client_id: int | None = None) -> int:
    """Mark all of them as seen; tells how many were not."""
    return _own(actor, client_id).filter(seen_at=None).update(seen_at=clock.now())


def _unseen(actor: Actor, client_id: int | None) -> QuerySet[Notice]:
    matters = Q(share=None) | Q(clock__stopped_at=None)
    return _own(actor, client_id).filter(matters, seen_at=None, step__escalation__ended_at=None)


def _own(actor: Actor, client_id: int | None) -> QuerySet[Notice]:
    if actor.user_id is None:
        return Notice.objects.none()
    at = Q(client_id=client_id) if client_id is not None else Q(client_id__in=actor.client_ids)
    return Notice.objects.filter(at, user_id=actor.user_id, channel=Channel.APP)
