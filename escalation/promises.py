"""What was promised at a moment: the policy in force, its targets, and when an answer comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Case, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import JSONObject

from escalation import special
from escalation.calendars import week_of
from escalation.clocks import Promise, moment_after
from escalation.models import Calendar, Metric, SlaPolicy, SlaTarget
from escalation.special import Nature
from escalation.subjects import category_tree
from tickets.actions.contracts import contract_in_force
from tickets.models import Ticket


def in_force(client_id: int, contract_id: int, at: datetime) -> Subquery:
    """The policy of a contract at a moment, as a sub-query of its id."""
    rows = SlaPolicy.objects.filter(
        client_id=client_id, contract_id=contract_id, valid_from__lte=at, state=SlaPolicy.State.AGREED
    )
    return Subquery(rows.order_by("-valid_from", "-version").values("pk")[:1])


def targets_at(
    client_id: int, contract_id: int | None, priority: int, at: datetime, ticket: Ticket | None = None
) -> Mapping[Metric, SlaTarget]:
    """The targets in force, by metric, with policy and calendar; one statement, none without a contract.

    The policy's calendar is the version of its hours that is in force at the moment.  For a ticket they are those of
    its category and its customer's tier, which are asked for where a target names any; for none those for all tickets.
    """
    if contract_id is None:
        return {}
    rows = SlaTarget.objects.filter(
        client_id=client_id, priority=priority, policy_id=in_force(client_id, contract_id, at)
    ).select_related("policy")
    every = list(rows.annotate(hours=_hours_at(at)))
    found = special.nearest(every, nature_of(ticket, every))
    for row in found.values():
        since = datetime.fromisoformat(row.hours.pop("valid_from"))
        row.policy.calendar = Calendar(client_id=client_id, valid_from=since, **row.hours)
    return {Metric(metric): row for metric, row in found.items()}


def nature_of(ticket: Ticket | None, targets: Sequence[SlaTarget]) -> Nature:
    """What a ticket is, as far as these targets ask; two statements at most, none where they are for all tickets."""
    if ticket is None or not any(row.category or row.tier for row in targets):
        return Nature({})
    tree = category_tree(ticket.client_id) if ticket.category_id and any(row.category for row in targets) else {}
    own = tree.get(ticket.category_id or 0, frozenset())
    # Its own is the deepest of its line.
    deep = special.depths(tree.values())
    categories = {key: len(own) - deep[key] for key in own}
    return Nature(categories, ticket.customer.tier if any(row.tier for row in targets) else "")


def _hours_at(at: datetime) -> Subquery:
    """The hours that a target's policy names, in the version in force at a moment, or else in the policy's own."""
    begun = Q(valid_from__lte=at, withdrawn_at=None)
    rows = Calendar.objects.filter(
        begun | Q(pk=OuterRef("policy__calendar_id")),
        client_id=OuterRef("client_id"),
        name=OuterRef("policy__calendar__name"),
    ).annotate(is_begun=Case(When(begun, then=Value(1)), default=Value(0), output_field=IntegerField()))
    parts = {name: name for name in ("id", "name", "version", "zone", "week", "holidays", "extra", "valid_from")}
    return Subquery(rows.order_by("-is_begun", "-valid_from", "-version").values(told=JSONObject(**parts))[:1])


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
