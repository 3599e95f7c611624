"""Who works for a client right now, and so can have a ticket."""

from typing import Any

from django.db.models import QuerySet

from access.actor import Actor
from access.models import Assignment, Membership
from access.rights import ROLE_RIGHTS, Right, Side
from helpdesk.lib import clock

_WORKERS = tuple(role.value for role, rights in ROLE_RIGHTS.items() if Right.TICKET_REPLY in rights)


def works_now(client_id: int, card_id: int) -> bool:
    """Whether the card is of somebody who answers customers of this client today; two statements at most."""
    return any(_live(model, client_id).filter(card_id=card_id).exists() for model in (Assignment, Membership))


def colleagues(actor: Actor, client_id: int) -> list[tuple[int, str]]:
    """The (card, name) of those on the actor's own side who can have a ticket, by name; one statement."""
    model = Membership if actor.side is Side.CLIENT else Assignment
    return list(_live(model, client_id).order_by("card__name").values_list("card_id", "card__name").distinct())


def _live(model: type[Assignment] | type[Membership], client_id: int) -> QuerySet[Any]:
    now = clock.now()
    found = model.objects.filter(client_id=client_id, role__in=_WORKERS, starts_at__lte=now)
    return found.exclude(ends_at__lte=now)
