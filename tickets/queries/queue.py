"""The queue: one list over all of a person's clients, and how many stand in each view.

A page is read through one ordered index range a client (an index can't merge the ranges of
several clients, so without that every open ticket would be read and sorted); names are joined
to the rows of the page only.
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
    service: str = ""
    ids: Sequence[int] | None = None

    @property
    def order(self) -> Sort:
        """The order in force: by time and priority only open tickets can be sorted."""
        open_only = self.status is Status.OPEN or (self.status is None and self.view is not View.ALL)
        return self.sort if open_only and self.sort is not Sort.NEWEST else Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Row:
    """What a row of the list shows; `rank` is 1 where the move is another side's.

    `updated_at` is read only where the list is sorted by it.
    """

    id: int
    client_id: int
    number: int
    subject: str
    priority: int
    status: str
    holder: str
    due_at: datetime | None
    updated_at: datetime | None
    unconfirmed: bool
    assignee_id: int | None
    rank: int
    customer_name: str
    assignee_name: str | None
    # A colleague's answer waits for somebody who may send it.
    answer_waits: bool
    call_at: datetime | None = None


ORDERS: dict[Sort, Order] = {
    Sort.DUE: (Key("rank"), Key("due_at", nulls="last"), Key("priority"), Key("id")),
    Sort.PRIORITY: (Key("rank"), Key("priority"), Key("due_at", nulls="last"), Key("id")),
    Sort.NEWEST: (Key("updated_at", descending=True), Key("id", descending=True)),
}
# The sort keys within a rank as SQL; how a cursor's value stands beside one, where that is not "%s".
_KEYS = {
    Sort.DUE: (DUE, "t.priority", "t.id"),
    Sort.PRIORITY: ("t.priority", DUE, "t.id"),
    Sort.NEWEST: ("t.updated_at", "t.id"),
}
_GIVEN = {DUE: _GIVEN_DUE}
_MINE = "mine AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS m (client, own, card))"
_COLUMNS = (
    "t.id, t.client_id, t.number, t.subject, t.priority, t.status, t.holder, t.due_at, {updated_at} AS updated_at,"
    " t.reporter_unconfirmed, t.assignee_id, t.customer_id, t.call_at"
)


def page(actor: Actor, near: Reach, wanted: Wanted, *, cursor: str | None = None, size: int = PAGE) -> paging.Page[Row]:
    """One page of the list; one statement, whose cost does not grow with the table.

    What the actor's side can act on comes before what waits for others.  Raises `BadCursor`.
    """
    scope.require()
    order = ORDERS[wanted.order]
    at = paging.position(order, cursor)
    reading = _Reading(wanted, size, at)
    build = _among if wanted.ids is not None else _newest if wanted.order is Sort.NEWEST else _open
    found, union, params = build(actor, reading)
    # The names are looked up after the limit, as sub-selects: for a join the planner may read all customers.
    statement = f"""
        WITH {_MINE}{found}
        SELECT t.id, t.client_id, t.number, t.subject, t.priority, t.status, t.holder, t.due_at, t.updated_at,
               t.reporter_unconfirmed, t.assignee_id, t.rank,
               (SELECT c.name FROM tickets_customer c WHERE c.client_id = t.client_id AND c.id = t.customer_id),
               (SELECT a.name FROM access_staffcard a WHERE a.client_id = t.client_id AND a.id = t.assignee_id),
               EXISTS (SELECT 1 FROM tickets_waitingreply w WHERE w.client_id = t.client_id AND w.ticket_id = t.id),
               t.call_at
        FROM ({union}) AS t
        ORDER BY {reading.order_by(rank=True)} LIMIT {size + 1}"""
    with connection.cursor() as db:
        db.execute(statement, [*near.columns(), *params])
        rows = [Row(*values) for values in db.fetchall()]
    return paging.page(rows, order=order, at=at, size=size)


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


def numbered(near: Reach, number: int) -> list[tuple[int, int]]:
    """The (client, id) of tickets with this number at the clients in reach, at most one each; one statement."""
    scope.require()
    with connection.cursor() as db:
        db.execute(
            f"WITH {_MINE} SELECT t.client_id, t.id FROM mine m JOIN tickets_ticket t ON t.client_id = m.client"
            " WHERE t.number = %s AND (m.own IS NULL OR t.assignee_id = m.own) ORDER BY t.client_id",
            [*near.columns(), number],
        )
        return list(db.fetchall())


@dataclass(frozen=True, slots=True)
class KeptView:
    """Filters that a person keeps under a name; `query` is that of the queue's address."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be filtered by: the names of categories, tags and services, and the reader's own views.

    Beside a category's name stands its client, or None where several clients have one of this name.  `to_send`
    are the answers that wait for the reader by name: (client id, number of the ticket, who wrote it).
    """

    categories: list[tuple[str, int | None]]
    tags: list[str]
    services: list[str]
    views: list[KeptView]
    to_send: list[tuple[int, int, str]]


def choices(actor: Actor, near: Reach) -> Choices:
    """What the clients in reach can be filtered by, what the actor has kept, what waits for them; one statement."""
    scope.require()
    with connection.cursor() as db:
        db.execute("SELECT tickets_choices(%s, %s)", [list(near.clients), actor.user_id])
        (told,) = db.fetchone()
    categories = [(name, client_id) for name, client_id in told["categories"] or ()]
    views = [KeptView(*each) for each in told["views"] or ()]
    return Choices(
        categories,
        told["tags"],
        told["services"],
        views,
        [(at, number, name) for at, number, name in told["to_send"] or ()],
    )


# Of the category with a name and all that stands under it; no deeper than a tree can be.
_WITH_PARTS = """
WITH RECURSIVE g AS (
  SELECT c.id FROM tickets_ticketcategory c WHERE c.client_id = m.client AND c.name = %s
  UNION SELECT p.id FROM tickets_ticketcategory p JOIN g ON p.client_id = m.client AND p.parent_id = g.id
) SELECT g.id FROM g
"""


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
            f"t.category_id IN ({_WITH_PARTS})",
            wanted.category,
        )
    if wanted.service:
        both(
            "t.service_id IN (SELECT v.id FROM tickets_service v WHERE v.client_id = m.client AND v.name = %s)",
            wanted.service,
        )
    if wanted.tag:
        both(
            "EXISTS (SELECT 1 FROM tickets_tickettag x JOIN tickets_tag g ON g.client_id = x.client_id"
            " AND g.id = x.tag_id WHERE x.client_id = m.client AND x.ticket_id = t.id AND g.name = %s)",
            wanted.tag,
        )
    return " AND ".join(parts), params


@dataclass(frozen=True, slots=True)
class _Reading:
    """A list, from a place in it, in one of two directions."""

    wanted: Wanted
    size: int
    at: paging.Position

    @property
    def columns(self) -> str:
        return _COLUMNS.format(updated_at="t.updated_at" if self.wanted.order is Sort.NEWEST else "NULL::timestamptz")

    @property
    def descending(self) -> bool:
        return self.at.backward is not (self.wanted.order is Sort.NEWEST)

    def keys(self, *, rank: bool) -> tuple[str, ...]:
        """The sort keys, those of a rank alone or of the whole list."""
        keys = _KEYS[self.wanted.order]
        return ("t.rank", *keys) if rank and self.wanted.order is not Sort.NEWEST else keys

    def order_by(self, *, rank: bool = False) -> str:
        """The sort keys in the direction of reading."""
        return ", ".join(f"{key} DESC" if self.descending else key for key in self.keys(rank=rank))

    def past(self, values: Sequence[Any], *, rank: bool = False) -> str:
        """The condition that leaves out what stands before the place."""
        if not values:
            return ""
        keys = self.keys(rank=rank)
        given = ", ".join(_GIVEN.get(key, "%s") for key in keys)
        return f" AND ({', '.join(keys)}) {'<' if self.descending else '>'} ({given})"


def _among(actor: Actor, reading: _Reading) -> tuple[str, str, list[Any]]:
    """The few tickets that a search for words has found: read by id, whatever their order."""
    condition, params = _where(reading.wanted, holder=_court(actor, reading.wanted.view))
    values = reading.at.values or ()
    rank = "0" if reading.wanted.order is Sort.NEWEST else f"(t.holder <> '{reach.our_court(actor).value}')::int"
    found = f"""SELECT * FROM (
          SELECT {reading.columns}, {rank} AS rank FROM tickets_ticket t JOIN mine m ON m.client = t.client_id
          WHERE {condition} OFFSET 0
        ) AS t WHERE true{reading.past(values, rank=True)}"""
    return "", found, [*params, *values]


def _newest(actor: Actor, reading: _Reading) -> tuple[str, str, list[Any]]:
    """Tickets in any status, changed last first."""
    condition, params = _where(reading.wanted, holder=_court(actor, reading.wanted.view))
    values = reading.at.values or ()
    found = f"""SELECT t.*, 0 AS rank FROM mine m CROSS JOIN LATERAL (
          SELECT {reading.columns} FROM tickets_ticket t
          WHERE t.client_id = m.client AND {condition}{reading.past(values)}
          ORDER BY {reading.order_by()} LIMIT {reading.size + 1}
        ) AS t"""
    return "", found, [*params, *values]


def _open(actor: Actor, reading: _Reading) -> tuple[str, str, list[Any]]:
    """Open tickets: those in our court, and where they do not fill the page, those in the others'."""
    ours, only = reach.our_court(actor), _court(actor, reading.wanted.view)
    courts = [only] if only is not None else list(Holder)
    ranks = {0: [court for court in courts if court is ours], 1: [court for court in courts if court is not ours]}
    backward, values = reading.at.backward, reading.at.values
    parts: dict[str, str] = {}
    params: list[Any] = []
    for rank in sorted(ranks, reverse=backward):
        begun = values is None or (rank <= values[0] if backward else rank >= values[0])
        if begun and ranks[rank]:
            after = values[1:] if values is not None and rank == values[0] else ()
            parts[f"part{rank}"], more = _part(reading, rank, ranks[rank], after, filled_by="".join(parts))
            params += more
    if not parts:
        # The place lies behind everything that this view shows.
        parts["part0"], params = _part(reading, 0, [], ())
    named = "".join(f", {name} AS MATERIALIZED ({sql})" for name, sql in parts.items())
    return named, " UNION ALL ".join(f"SELECT * FROM {name}" for name in parts), params


def _part(
    reading: _Reading, rank: int, courts: list[Holder], after: Sequence[Any], *, filled_by: str = ""
) -> tuple[str, list[Any]]:
    """The rows of one rank; `filled_by` names the part before it, after which it may not be needed."""
    condition, params = _where(reading.wanted, holder=None)
    gate = f"WHERE (SELECT count(*) FROM {filled_by}) <= {reading.size}" if filled_by else ""
    statement = f"""
        SELECT t.*, {rank} AS rank FROM mine m CROSS JOIN unnest(%s::text[]) AS h (holder) CROSS JOIN LATERAL (
          SELECT {reading.columns} FROM tickets_ticket t
          WHERE t.client_id = m.client AND t.holder = h.holder AND {condition}{reading.past(after)}
          ORDER BY {reading.order_by()} LIMIT {reading.size + 1}
        ) AS t {gate} ORDER BY {reading.order_by()} LIMIT {reading.size + 1}"""
    return statement, [[court.value for court in courts], *params, *after]


def anywhere(wanted: Wanted) -> Wanted:
    """The same list in every status: for saying that what was looked for stands elsewhere."""
    return replace(wanted, view=View.ALL, status=None)
