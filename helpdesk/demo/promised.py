"""What the demo's first client has agreed on beyond the beginning: other promises for gold customers, and excuses."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from access import office, scope, standing
from access.models import Client, Contract, User
from access.tasks import in_client
from escalation import policies
from escalation.actions import excuses
from escalation.actions.policies import agree_to_promises, propose_promises
from escalation.models import Clock, Excuse, Metric
from escalation.pledges import Pledge
from escalation.special import Kind
from helpdesk.demo.clearance import Moment
from helpdesk.lib import clock
from tickets.models import Customer

CLIENT, GOLD = "voltarra", "Gold"
# Every so many-th customer is one.
EVERY = 6
HOUR = 3600
SPECIAL = {
    Kind(tier=GOLD): {
        (Metric.FIRST_RESPONSE, 1): Pledge(HOUR // 2, False, 95),
        (Metric.FIRST_RESPONSE, 2): Pledge(HOUR, False, 95),
        (Metric.FIRST_RESPONSE, 3): Pledge(2 * HOUR, False, 95),
        (Metric.FIRST_RESPONSE, 4): Pledge(4 * HOUR, False, 95),
    }
}
# Hours ago, why the vendor says it was nobody's fault, and what the client answers; None waits.
EXCUSES = (
    (9 * 24, "The network was down from ten to noon.", True, "We had the same."),
    (6 * 24, "Two colleagues were ill.", False, "That is what cover is for."),
    (2, "Your shop sent four hundred mails within the hour.", None, ""),
)


def moments(client: Client, staff: dict[str, User], boss: User, now: datetime) -> list[Moment]:
    """Gold customers are promised more since three weeks ago; since then some promises were broken."""
    if client.slug != CLIENT:
        return []
    found: list[Moment] = [(now - timedelta(days=21), partial(_agree, client, staff, boss))]
    found += [(now - timedelta(hours=each[0]), partial(_excuse, client, staff, *each[1:])) for each in EXCUSES]
    return found


def _agree(client: Client, staff: dict[str, User], boss: User) -> None:
    with in_client(client.pk, "demo"):
        contract = Contract.objects.get(state=Contract.State.IN_FORCE)
        found = policies.versions(client.pk, contract.pk, clock.now())
        gold = list(Customer.objects.filter(client_id=client.pk).order_by("pk").values_list("pk", flat=True))[::EVERY]
        Customer.objects.filter(pk__in=gold).update(tier=GOLD)
    if found.current is None:
        return
    about: dict[str, Any] = {"client_id": client.pk, "contract_id": contract.pk}
    wanted = replace(policies.pledges_of(found.current), special=SPECIAL, warn_at=(50, 80))
    with standing.acting(staff["petra"]) as actor:
        row = propose_promises(actor, wanted=wanted, expected_version=found.newest, **about)
    with transaction.atomic(), scope.enter(scope.NOBODY):
        if (in_office := office.actor_for(boss)) is not None:
            agree_to_promises(in_office, policy_id=row.pk, **about)


def _excuse(client: Client, staff: dict[str, User], reason: str, is_accepted: bool | None, answer: str) -> None:
    """Of the promise that was broken last and nobody has spoken of."""
    with in_client(client.pk, "demo"):
        spoken = Excuse.objects.filter(client_id=client.pk).values("clock_id")
        broken = Clock.objects.filter(client_id=client.pk, met=False, ticket__contract__isnull=False)
        row = broken.exclude(metric=Metric.CLIENT_RESPONSE).exclude(pk__in=spoken).order_by("-stopped_at").first()
    if row is None:
        return
    about = {"client_id": client.pk, "ticket_id": row.ticket_id}
    with standing.acting(staff["linnea"]) as actor:
        excuse = excuses.propose_excuse(actor, clock_id=row.pk, reason=reason, **about)
    if is_accepted is None:
        return
    with standing.acting(staff["petra"]) as actor:
        decide = excuses.accept_excuse if is_accepted else excuses.refuse_excuse
        decide(actor, excuse_id=excuse.pk, answer=answer, **about)
