"""The rate card in force for a ticket, what the client has set for it, and what is left of that.  Reads only."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BigIntegerField, Case, F, QuerySet, Sum, When

from access.actions.contracts import terms_in_force
from access.models import Contract
from access.rate_card import RateCard, card_of
from escalation.models import ScopeRequest, ScopeRules
from escalation.scope.rules import Left, budget_of
from helpdesk.lib import clock
from tickets.models import Ticket

State, CoveredBy = ScopeRequest.State, ScopeRequest.CoveredBy
# What a request takes of what the client allows: its estimate until it is done, then what it really took.
COST = Case(
    When(state=State.DONE, then=F("used")), When(state=State.APPROVED, then=F("estimate")), default=0,
    output_field=BigIntegerField(),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pots:
    """What the client allows beforehand for one ticket and one kind of work, and what is left of each."""

    allowance: int
    budget: int
    budget_of: str
    left: Left


def card_in_force(contract: Contract, now: datetime) -> RateCard | None:
    """What the terms that both sides have signed say of prices; None where they say nothing."""
    terms = terms_in_force(contract, now)
    return card_of(terms.rate_card) if terms is not None else None


def rules_of(contract: Contract, *, lock: bool = False) -> ScopeRules:
    """What the client has set, or the defaults where it has set nothing; with `lock` its row is held."""
    rows = ScopeRules.objects.filter(client_id=contract.client_id, contract_id=contract.pk)
    row = (rows.select_for_update() if lock else rows).first()
    return row or ScopeRules(client_id=contract.client_id, vendor_id=contract.vendor_id, contract_id=contract.pk)


def month_of(at: datetime, zone: str) -> date:
    """The first day of the month in which a moment falls, on a time zone's wall clock."""
    return clock.as_local(at, zone).date().replace(day=1)


def pots(rules: ScopeRules, ticket: Ticket, work_key: str, month: date, currency: str) -> Pots:
    """What is left for this ticket and this kind of work in a month; two statements.

    Only what was asked in the same currency is counted against it: another one's amounts are no amounts of this.
    """
    key = budget_of(rules.budgets, work_key)
    budget = rules.budgets[key] if key is not None else 0
    asked = ScopeRequest.objects.filter(
        client_id=rules.client_id, contract_id=rules.contract_id, currency=currency, state__in=ScopeRequest.COUNTED
    )
    lent = total(asked.filter(covered_by=CoveredBy.ALLOWANCE, ticket_id=ticket.pk))
    spent = total(asked.filter(covered_by=CoveredBy.BUDGET, month=month, budget_of=key or ""))
    left = Left.of(allowance=rules.allowance, lent=lent, budget=budget, spent=spent)
    return Pots(rules.allowance, budget, key or "", left)


def total(rows: QuerySet[ScopeRequest]) -> int:
    """What these requests cost so far."""
    found: int | None = rows.aggregate(cost=Sum(COST))["cost"]
    return found or 0
