"""What was out of scope, looked back on: repeats grouped, cost summed by the month.  Reads only.

Figures alone, no words: a vendor's office reads them too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from access.rate_card import money
from escalation.models import ScopeRequest
from escalation.scope.cards import COST

MONTHS = 12
# No name of a kind or a category is longer.
LONGEST = 200
State = ScopeRequest.State


@dataclass(frozen=True, slots=True)
class Group:
    """Requests for one kind of work on tickets of one category, under one contract."""

    contract_id: int
    vendor: str
    work_key: str
    work: str
    category: str
    currency: str
    count: int
    approved: int
    declined: int
    waiting: int
    cost: int
    since: date

    @property
    def cost_text(self) -> str:
        """What they cost so far, as people read it."""
        return money(self.cost, self.currency)

    @property
    def is_repeated(self) -> bool:
        """Whether it was asked for more than once, so that it may belong into the contract."""
        return self.count > 1


@dataclass(frozen=True, slots=True)
class Month:
    """What one month cost, and its length beside the dearest one in percent."""

    month: date
    count: int
    cost: int
    currency: str
    length: int

    @property
    def cost_text(self) -> str:
        """The cost as people read it."""
        return money(self.cost, self.currency)


def since(today: date) -> date:
    """The first day of the twelve months that end with this one."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def asked(client_id: int, first: date) -> QuerySet[ScopeRequest]:
    """What was asked for since a month, as far as the reader sees it."""
    return ScopeRequest.objects.filter(client_id=client_id, month__gte=first)


def groups(client_id: int, first: date) -> list[Group]:
    """Repeats first, then what cost most; one statement."""
    keys = ("contract_id", "vendor__name", "work_key", "category", "currency")
    rows = asked(client_id, first).values(*keys).annotate(
        name=Max("work"),
        count=Count("pk"),
        approved=Count("pk", Q(state__in=ScopeRequest.COUNTED)),
        declined=Count("pk", Q(state__in=[State.DECLINED, State.EXPIRED])),
        waiting=Count("pk", Q(state=State.ASKED)),
        cost=Sum(COST),
        since=Min("asked_at"),
    )  # fmt: skip
    found = [
        Group(
            row["contract_id"], row["vendor__name"], row["work_key"], row["name"], row["category"], row["currency"],
            row["count"], row["approved"], row["declined"], row["waiting"], row["cost"] or 0, row["since"].date(),
        )
        for row in rows.order_by()
    ]  # fmt: skip
    return sorted(found, key=lambda group: (-group.count, -group.cost, group.work, group.category))


def months(client_id: int, first: date) -> list[Month]:
    """Each month in which something was asked for, the newest first, by currency; one statement."""
    rows = asked(client_id, first).values("month", "currency").annotate(count=Count("pk"), cost=Sum(COST))
    found = list(rows.order_by("-month", "currency"))
    most: dict[str, int] = {}
    for row in found:
        most[row["currency"]] = max(most.get(row["currency"], 1), row["cost"] or 0)
    return [
        Month(row["month"], row["count"], cost, row["currency"], cost * 100 // most[row["currency"]])
        for row in found
        for cost in [row["cost"] or 0]
    ]


COLUMNS = (
    "asked", "ticket", "category", "priority", "work", "quantity", "unit", "price", "estimate", "cost", "currency",
    "state", "covered by", "decided", "decided by", "month", "vendor",
)  # fmt: skip


def lines(client_id: int, first: date) -> Iterator[Sequence[object]]:
    """Every request as a line of the sheet, under its heads; amounts in units of the currency."""
    yield COLUMNS
    rows = asked(client_id, first).select_related("vendor").annotate(cost=COST).order_by("pk")
    for row in rows:
        yield (
            row.asked_at, row.ticket_number, row.category, row.priority, row.work, row.hundredths / 100, row.unit,
            row.price / 100, row.estimate / 100, row.cost / 100, row.currency, row.state, row.covered_by,
            row.decided_at, row.decided_by_name, row.month, row.vendor.name,
        )  # fmt: skip
