"""What was promised at a moment: the policy in force, its targets, and when an answer comes."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Subquery

from escalation.calendars import week_of
from escalation.clocks import Promise, moment_after
from escalation.models import Metric, SlaPolicy, SlaTarget
from tickets.actions.contracts import contract_in_force


def in_force(client_id: int, contract_id: int, at: datetime) -> Subquery:
    """The policy of a contract at a moment, as a sub-query of its id."""
    rows = SlaPolicy.objects.filter(client_id=client_id, contract_id=contract_id, valid_from__lte=at)
    return Subquery(rows.order_by("-valid_from", "-version").values("pk")[:1])


def targets_at(client_id: int, contract_id: int | None, priority: int, at: datetime) -> Mapping[Metric, SlaTarget]:
    """The targets in force, by metric, with policy and calendar; one statement, none without a contract."""
    if contract_id is None:
        return {}
    rows = SlaTarget.objects.filter(
        client_id=client_id, priority=priority, policy_id=in_force(client_id, contract_id, at)
    ).select_related("policy__calendar")
    return {Metric(row.metric): row for row in rows}


def promise_of(target: SlaTarget) -> Promise:
    """A target as the clocks count it."""
    return Promise(target.seconds, None if target.round_the_clock else week_of(target.policy.calendar))


def first_answer_by(client_id: int, priority: int, now: datetime) -> datetime | None:
    """When a question asked now is answered at the latest; None where nothing is promised."""
    contract = contract_in_force(client_id, now)
    targets = targets_at(client_id, contract.pk if contract else None, priority, now)
    target = targets.get(Metric.FIRST_RESPONSE)
    if target is None:
        return None
    promise = promise_of(target)
    return moment_after(promise.hours, now, promise.target)
