"""The queue: one list over all of a person's clients, and how many stand in each view.

Ids come first, through one ordered index range a client (an index can't merge the ranges of
several clients, so without that every open ticket would be read and sorted); the rows of one
page are read afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection

from access import scope
from access.actor import Actor
from helpdesk.lib import paging
from helpdesk.lib.paging import Key, Order
from tickets.models import Holder, Status
from tickets.queries import reach
from tickets.queries.reach import Reach

PAGE = 50
COUNTED_MOST = 1000

# As in the indexes queue_by_due and queue_by_priority.
DUE = "COALESCE(t.due_at, 'infinity'::timestamptz)"
_GIVEN_DUE = "COALESCE(%s::timestamptz, 'infinity'::timestamptz)"


class View(StrEnum):
    """The ready-made views."""

    DUE = "due"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    CUSTOMER = "customer"
    CLIENT = "client"
    ALL = "all"


class Sort(StrEnum):
    """The orders; NEWEST is that of lists that hold more than open tickets."""

    DUE = "due"
    PRIORITY = "priority"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows; `ids` are the tickets that a search for words has found, None without one."""

    view: View = View.DUE
    sort: Sort = Sort.DUE
    status: Status | None = None
    priority: int | None = None
    category: str = ""
    tag: str = ""
    language: str = ""
    ids: Sequence[int] | None = None

    @property
    def order(self) -> Sort:
        """The order in force: by time and priority only open tickets can be sorted."""
        open_only = self.status is Status.OPEN or (self.status is None and self.view is not View.ALL)
        return self.sort if open_only and self.sort is not Sort.NEWEST else Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket's place in the list: its keys, and the sort keys that a cursor remembers."""

    client_id: int
    id: int
    rank: int
    due_at: datetime | None
    priority: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of the list shows."""

    id: int
    client_id: int
    number: int
    subject: str
    priority: int
    status: str
    holder: str
    due_at: datetime | None
    updated_at: datetime
    unconfirmed: bool
    customer_name: str
    assignee_id: int | None
    assignee_name: str | None


ORDERS: dict[Sort, Order] = {
    Sort.DUE: (Key("rank"), Key("due_at", nulls="last"), Key("priority"), Key("id")),
    Sort.PRIORITY: (Key("rank"), Key("priority"), Key("due_at", nulls="last"), Key("id")),
    Sort.NEWEST: (Key("updated_at", descending=True), Key("id", descending=True)),
}
_KEYS = {
    Sort.DUE: (f"{DUE}, t.priority, t.id", f"({_GIVEN_DUE}, %s, %s)"),
    Sort.PRIORITY: (f"t.priority, {DUE}, t.id", f"(%s, {_GIVEN_DUE}, %s)"),
}
# How the same keys are called once a client's rows are merged with the others'.
_MERGED = {
    Sort.DUE: "COALESCE(due_at, 'infinity'::timestamptz), priority, id",
    Sort.PRIORITY: "priority, COALESCE(due_at, 'infinity'::timestamptz), id",
}
_MINE = "mine AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS m (client, own, card))"
_COLUMNS = "t.client_id, t.id, t.due_at, t.priority, t.updated_at"


def places(actor: Actor, near: Reach, wanted: Wanted, *, cursor: str | None = None, size: int = PAGE) -> paging.Page:
    """One page of the list, as `Place`s; one statement, whose cost does not grow with the table.

    What the actor's side can act on comes before what waits for others.  Raises `BadCursor`.
    """
    scope.require()
    sort = wanted.order
    order = ORDERS[sort]
    at = paging.position(order, cursor)
    if at.backward:
        at = paging.Position()
    build = _newest if sort is Sort.NEWEST else _open
    statement, params = build(actor, near, wanted, at, size)
    with connection.cursor() as db:
        db.execute(statement, params)
        found = [Place(client, ticket, rank, due, prio, new) for client, ticket, due, prio, new, rank in db.fetchall()]
    return paging.page(found[: size + 1], order=order, at=at, size=size)


def rows(found: Sequence[Place]) -> list[Row]:
    """The rows of these places, in their order; one statement."""
    scope.require()
    if not found:
        return []
    with connection.cursor() as db:
        db.execute(ROWS_SQL, [[p.client_id for p in found], [p.id for p in found]])
        return [Row(*values) for values in db.fetchall()]


ROWS_SQL = """
SELECT t.id, t.client_id, t.number, t.subject, t.priority, t.status, t.holder, t.due_at, t.updated_at,
       t.reporter_unconfirmed, c.name, t.assignee_id, a.name
FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS o (client_id, id, n)
JOIN tickets_ticket t ON t.client_id = o.client_id AND t.id = o.id
JOIN tickets_customer c ON c.client_id = t.client_id AND c.id = t.customer_id
LEFT JOIN access_staffcard a ON a.client_id = t.client_id AND a.id = t.assignee_id
ORDER BY o.n
"""


def counts(actor: Actor, near: Reach) -> dict[View, int]:
    """How many tickets stand in each view, counted up to `COUNTED_MOST` + 1; one statement."""
    scope.require()
    parts, params = [], [*near.columns()]
    for view in View:
        condition, more = _where(Wanted(view=view), holder=_court(actor, view))
        parts.append(
            f"(SELECT count(*) FROM (SELECT 1 FROM mine m JOIN tickets_ticket t ON t.client_id = m.client"
            f" WHERE {condition} LIMIT {COUNTED_MOST + 1}) AS counted)"
        )
        params += more
    with connection.cursor() as db:
        db.execute(f"WITH {_MINE} SELECT {', '.join(parts)}", params)
        return dict(zip(View, db.fetchone(), strict=True))


def count(actor: Actor, near: Reach, wanted: Wanted) -> int:
    """How many tickets this list would show, counted up to `COUNTED_MOST` + 1; one statement."""
    scope.require()
    condition, params = _where(wanted, holder=_court(actor, wanted.view))
    with connection.cursor() as db:
        db.execute(
            f"WITH {_MINE} SELECT count(*) FROM (SELECT 1 FROM mine m JOIN tickets_ticket t ON t.client_id = m.client"
            f" WHERE {condition} LIMIT {COUNTED_MOST + 1}) AS counted",
            [*near.columns(), *params],
        )
        return int(db.fetchone()[0])


def numbered(near: Reach, number: int) -> list[Place]:
    """The tickets with this number at the clients in reach, at most one each; one statement."""
    scope.require()
    with connection.cursor() as db:
        db.execute(
            f"WITH {_MINE} SELECT {_COLUMNS} FROM mine m JOIN tickets_ticket t ON t.client_id = m.client"
            " WHERE t.number = %s AND (m.own IS NULL OR t.assignee_id = m.own) ORDER BY t.client_id",
            [*near.columns(), number],
        )
        return [Place(client, ticket, 0, due, prio, new) for client, ticket, due, prio, new in db.fetchall()]


def choices(near: Reach) -> tuple[list[str], list[str]]:
    """The names of the categories and the tags of the clients in reach, to filter by; one statement."""
    scope.require()
    with connection.cursor() as db:
        db.execute(
            "SELECT ARRAY(SELECT DISTINCT name FROM tickets_ticketcategory WHERE client_id = ANY (%s) ORDER BY 1),"
            " ARRAY(SELECT DISTINCT name FROM tickets_tag WHERE client_id = ANY (%s) ORDER BY 1 LIMIT 200)",
            [list(near.clients)] * 2,
        )
        categories, tags = db.fetchone()
    return categories, tags


def _court(actor: Actor, view: View) -> Holder | None:
    """The one court that a view shows, or None."""
    if view is View.CUSTOMER:
        return Holder.CUSTOMER
    return reach.other_court(actor) if view is View.CLIENT else None


def _where(wanted: Wanted, *, holder: Holder | None) -> tuple[str, list[Any]]:
    """The conditions on `t` (a ticket) and `m` (its client's line of the reach)."""
    parts = ["(m.own IS NULL OR t.assignee_id = m.own)"]
    params: list[Any] = []

    def both(condition: str, *values: Any) -> None:
        parts.append(condition)
        params.extend(values)

    status = wanted.status or (None if wanted.view is View.ALL else Status.OPEN)
    if status is not None:
        # As text, or the planner could not tell that an index on open tickets will do.
        parts.append(f"t.status = '{status.value}'")
    if wanted.view is View.MINE:
        parts.append("t.assignee_id = m.card")
    elif wanted.view is View.UNASSIGNED:
        parts.append("t.assignee_id IS NULL")
    if holder is not None:
        both("t.holder = %s", holder.value)
    if wanted.priority is not None:
        both("t.priority = %s", wanted.priority)
    if wanted.language:
        both("t.language = %s", wanted.language)
    if wanted.ids is not None:
        both("t.id = ANY (%s)", list(wanted.ids))
    if wanted.category:
        both(
            "t.category_id IN (SELECT g.id FROM tickets_ticketcategory g WHERE g.client_id = m.client AND g.name = %s)",
            wanted.category,
        )
    if wanted.tag:
        both(
            "EXISTS (SELECT 1 FROM tickets_tickettag x JOIN tickets_tag g ON g.client_id = x.client_id"
            " AND g.id = x.tag_id WHERE x.client_id = m.client AND x.ticket_id = t.id AND g.name = %s)",
            wanted.tag,
        )
    return " AND ".join(parts), params


def _newest(actor: Actor, near: Reach, wanted: Wanted, at: paging.Position, size: int) -> tuple[str, list[Any]]:
    condition, params = _where(wanted, holder=_court(actor, wanted.view))
    if at.values is not None:
        condition += " AND (t.updated_at, t.id) < (%s, %s)"
        params += at.values
    statement = f"""
        WITH {_MINE}
        SELECT f.*, 0 FROM mine m CROSS JOIN LATERAL (
          SELECT {_COLUMNS} FROM tickets_ticket t WHERE t.client_id = m.client AND {condition}
          ORDER BY t.updated_at DESC, t.id DESC LIMIT {size + 1}
        ) AS f ORDER BY f.updated_at DESC, f.id DESC LIMIT {size + 1}"""
    return statement, [*near.columns(), *params]


def _open(actor: Actor, near: Reach, wanted: Wanted, at: paging.Position, size: int) -> tuple[str, list[Any]]:
    """Open tickets: those in our court, and where they do not fill the page, those in the others'."""
    ours, only = reach.our_court(actor), _court(actor, wanted.view)
    courts = [only] if only is not None else list(Holder)
    rank, after = (at.values[0], at.values[1:]) if at.values is not None else (None, ())
    legs = []
    if ours in courts and rank in (None, 0):
        legs.append(_leg(0, [ours], wanted, after, size))
    others = [court for court in courts if court is not ours]
    if others:
        legs.append(_leg(1, others, wanted, after if rank == 1 else (), size, filled_by="leg0" if legs else ""))
    named = ", ".join(f"leg{n} AS MATERIALIZED ({sql})" for n, (sql, _params) in enumerate(legs))
    union = " UNION ALL ".join(f"SELECT * FROM leg{n}" for n in range(len(legs)))
    statement = (
        f"WITH {_MINE}, {named} SELECT * FROM ({union}) AS u ORDER BY rank, {_MERGED[wanted.order]} LIMIT {size + 1}"
    )
    return statement, [*near.columns(), *(param for _sql, params in legs for param in params)]


def _leg(
    rank: int, courts: list[Holder], wanted: Wanted, after: Sequence[Any], size: int, *, filled_by: str = ""
) -> tuple[str, list[Any]]:
    """One part of the list; `filled_by` names the part before it, after which it may not be needed."""
    keys, given = _KEYS[wanted.order]
    condition, params = _where(wanted, holder=None)
    if after:
        condition += f" AND ({keys}) > {given}"
        params += after
    gate = f"WHERE (SELECT count(*) FROM {filled_by}) <= {size}" if filled_by else ""
    statement = f"""
        SELECT f.*, {rank} AS rank FROM mine m CROSS JOIN unnest(%s::text[]) AS h (holder) CROSS JOIN LATERAL (
          SELECT {_COLUMNS} FROM tickets_ticket t
          WHERE t.client_id = m.client AND t.holder = h.holder AND {condition}
          ORDER BY {keys} LIMIT {size + 1}
        ) AS f {gate} ORDER BY {_MERGED[wanted.order]} LIMIT {size + 1}"""
    return statement, [[court.value for court in courts], *params]


def anywhere(wanted: Wanted) -> Wanted:
    """The same list in every status: for saying that what was looked for stands elsewhere."""
    return replace(wanted, view=View.ALL, status=None)
