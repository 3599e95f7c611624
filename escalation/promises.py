"""What was promised at a moment: the policy in force, its targets, and when an answer comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Subquery

from access import scope
from escalation import special
from escalation.calendars import week_of
from escalation.clocks import Promise, moment_after
from escalation.models import Calendar, Metric, SlaPolicy, SlaTarget
from escalation.special import Nature
from escalation.subjects import category_tree
from helpdesk.lib.rows import Rows
from tickets.actions.contracts import contract_in_force
from tickets.models import Ticket

_TARGET, _POLICY, _CALENDAR = Rows(SlaTarget), Rows(SlaPolicy), Rows(Calendar)
# Written out, because every ticket that is opened asks it.  Of the hours that the policy names those of the version in
# force at the moment, or else of the policy's own.
_TARGETS = """
WITH p AS (
  SELECT * FROM escalation_slapolicy
  WHERE client_id = %(client)s AND contract_id = %(contract)s AND valid_from <= %(at)s AND state = 'agreed'
  ORDER BY valid_from DESC, version DESC LIMIT 1
)
SELECT row_to_json(p),
  (SELECT row_to_json(h) FROM escalation_calendar own JOIN escalation_calendar h
     ON h.client_id = own.client_id AND h.name = own.name
    AND (h.id = own.id OR (h.valid_from <= %(at)s AND h.withdrawn_at IS NULL))
   WHERE own.client_id = p.client_id AND own.id = p.calendar_id
   ORDER BY (h.valid_from <= %(at)s AND h.withdrawn_at IS NULL) DESC, h.valid_from DESC, h.version DESC LIMIT 1),
  (SELECT json_agg(row_to_json(g)) FROM escalation_slatarget g
   WHERE g.client_id = p.client_id AND g.policy_id = p.id AND g.priority = %(priority)s)
FROM p
"""


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
    every = every_target_at(client_id, contract_id, priority, at)
    return {Metric(metric): row for metric, row in special.nearest(every, nature_of(ticket, every)).items()}


def every_target_at(client_id: int, contract_id: int | None, priority: int, at: datetime) -> list[SlaTarget]:
    """As `targets_at`, the targets of every kind of tickets; one statement, none without a contract."""
    if contract_id is None:
        return []
    scope.require()
    with connection.cursor() as cursor:
        cursor.execute(_TARGETS, {"client": client_id, "contract": contract_id, "priority": priority, "at": at})
        told = cursor.fetchone()
    if told is None:
        return []
    policy, hours, rows = told
    agreed = _POLICY.made(policy)
    agreed.calendar = _CALENDAR.made(hours)
    every = [_TARGET.made(row) for row in rows or ()]
    for row in every:
        row.policy = agreed
    return every


def nature_of(ticket: Ticket | None, targets: Sequence[SlaTarget]) -> Nature:
    """What a ticket is, as far as these targets ask; two statements at most, none where they are for all tickets."""
    if ticket is None or not any(row.category or row.tier for row in targets):
        return Nature({})
    tree = category_tree(ticket.client_id) if ticket.category_id and any(row.category for row in targets) else {}
    own = tree.get(ticket.category_id or 0, frozenset())
    tier = ticket.customer.tier if any(row.tier for row in targets) else ""
    return special.nature(own, special.depths(tree.values()), tier)


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
