"""The one home of a ticket's priority: the client's own table, and what a service adds to it."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Invalid
from access.rights import Right
from helpdesk.lib.locks import hold
from tickets import seasons
from tickets.models import Impact, PriorityRule, Service, ServiceWeights, Urgency
from tickets.models.services import RAISE_LEAST, RAISE_MOST
from tickets.priorities import HIGHEST, LOWEST, Weighed, Weights, weigh


def priority_for(client_id: int, impact: int, urgency: int) -> int:
    """The priority that the client's own table gives; without a row, the middle of both."""
    rule = PriorityRule.objects.filter(client_id=client_id, impact=impact, urgency=urgency).first()
    return rule.priority if rule else min(LOWEST, max(HIGHEST, impact + urgency - 1))


def weighed_for(client_id: int, impact: int, urgency: int, service: Service | None, at: datetime) -> Weighed:
    """The priority of a ticket about this service at a moment, and why; without a service the table's.

    Whether it is the busy season goes by the client's own day.  Two more statements where there is
    a service, none where there is not.
    """
    table = priority_for(client_id, impact, urgency)
    if service is None:
        return Weighed(table)
    today = at.astimezone(ZoneInfo(service.client.time_zone)).date()
    weights = weights_of(client_id)
    return weigh(table, service.criticality, weights, is_busy=seasons.is_busy(service.seasons, today))


def service_of(client_id: int, service_id: int, *, kept_id: int | None = None) -> Service:
    """The client's service with this id, with its client; one statement.

    Raises `Invalid` where there is none, or it is retired and not the one that the ticket has (`kept_id`).
    """
    rows = Service.objects.select_related("client").filter(client_id=client_id, pk=service_id)
    found: Service | None = rows.first()
    if found is None or (found.is_retired and found.pk != kept_id):
        raise Invalid(_("No such service."), "service")
    return found


def weights_of(client_id: int) -> Weights:
    """What the client has chosen; one statement."""
    row = ServiceWeights.objects.filter(client_id=client_id).values("vital", "important", "ordinary", "busy").first()
    return Weights(**row) if row else Weights()


def set_priorities(
    actor: Actor, *, client_id: int, table: Mapping[tuple[int, int], int], weights: Mapping[str, int]
) -> None:
    """Make this the client's table, a priority for each (impact, urgency), and these the weights of its services.

    Tickets that are open keep their priority until they are sorted anew.  Needs MATRIX_EDIT; raises
    `Invalid`.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    if set(table) != {(int(impact), int(urgency)) for impact in Impact for urgency in Urgency}:
        raise Invalid(_("Give a priority for each impact and urgency."), "table")
    if any(not HIGHEST <= priority <= LOWEST for priority in table.values()):
        raise Invalid(_("Priority is a number from 1 to 4."), "table")
    if any(not RAISE_LEAST <= by <= RAISE_MOST for by in weights.values()):
        raise Invalid(_("A service moves a priority by one lower to two higher."), "weights")
    # Rows that are written anew can't be locked: of two who save at once, the later one waits and wins.
    hold("priorities", client_id)
    for (impact, urgency), priority in table.items():
        PriorityRule.objects.update_or_create(
            client_id=client_id, impact=impact, urgency=urgency, defaults={"priority": priority}
        )
    ServiceWeights.objects.update_or_create(client_id=client_id, defaults=dict(weights))
    log.record(actor, client_id, log.Action.CHANGE, detail={"what": "priorities"})
