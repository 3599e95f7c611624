"""The rows of a list of tickets, made ready for one small template: fifty of them stand on every queue page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from access.actor import Actor
from access.rights import Side
from helpdesk.look import pictures, status
from tickets.models import Status
from tickets.queries import reach
from tickets.queries.queue import Row, Sort
from tickets.records import name_of

HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Group:
    """Rows under one heading; `count` is None where the group goes on beyond this page."""

    key: str
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    count: int | None = None


def grouped(
    actor: Actor, rows: Sequence[Row], *, sort: Sort, now: datetime, first: bool = True, last: bool = True
) -> list[Group]:
    """The rows as template data under the headings of their order.

    `first` and `last` tell that no rows stand before and after these.
    """
    ours = reach.our_court(actor).value
    titles = _titles()
    groups: list[Group] = []
    for row, line in zip(rows, lines(actor, rows, now=now), strict=True):
        key = _group(row, ours, sort, now)
        if not groups or groups[-1].key != key:
            groups.append(Group(key, titles[key]))
        groups[-1].rows.append(line)
    for number, group in enumerate(groups):
        whole = (first or number > 0) and (last or number < len(groups) - 1)
        group.count = len(group.rows) if whole else None
    return groups


def _group(row: Row, ours: str, sort: Sort, now: datetime) -> str:
    if sort is Sort.NEWEST:
        return "all"
    if row.holder != ours:
        return "others"
    if sort is Sort.PRIORITY:
        return "ours"
    if row.due_at is not None and row.due_at < now + HOUR:
        return "late" if row.due_at < now else "soon"
    return "later"


def _titles() -> dict[str, str]:
    return {
        "late": _("Overdue"),
        "soon": _("Due within the hour"),
        "later": _("Later"),
        "ours": _("Our move"),
        "others": _("Waiting for others"),
        "all": "",
    }


def lines(actor: Actor, rows: Iterable[Row], *, now: datetime) -> list[dict[str, Any]]:
    """Each row as the template `tickets/desk/_rows.html` takes it."""
    prefix = reverse("desk:queue")
    standings, side = actor.standings, actor.side.value
    ours, is_vendor = reach.our_court(actor).value, actor.side is Side.VENDOR
    taken, mine, unconfirmed = _("%(name)s is on it"), _("yours"), _("address not confirmed")
    to_send, calls = _("an answer waits to be sent"), _("a call is promised")
    words = {state.value: str(state.label) for state in Status}
    # The same few stand on all rows: each is looked up once a page.
    priority, waiting_on = cache(status.priority), cache(status.waiting_on)
    made = []
    for row in rows:
        standing = standings[row.client_id]
        face = standing.client
        about = f"#{row.number}"
        is_mine = row.assignee_id is not None and row.assignee_id == standing.card_id
        if row.assignee_id is not None:
            about = f"{about}, {mine if is_mine else taken % {'name': row.assignee_name}}"
        if row.unconfirmed:
            about = f"{about}, {unconfirmed}"
        if row.answer_waits:
            about = f"{about}, {to_send}"
        if row.call_at is not None:
            about = f"{about}, {calls}"
        waits = row.holder != ours
        made.append(
            {
                "url": f"{prefix}{face.slug}/{row.number}/",
                "client": pictures.who(face),
                "priority": priority(row.priority),
                "subject": row.subject,
                "about": about,
                "customer": name_of(face, row.customer_name, held=is_mine and row.status == Status.OPEN),
                "holder": waiting_on(row.holder, face.name, face.customer_word, side)
                if row.status == Status.OPEN
                else "",
                "left": status.time_left(row.due_at, now, paused=waits and is_vendor)
                if row.status == Status.OPEN
                else _state(words[row.status]),
                "css": _CSS[waits],
            }
        )
    return made


_CSS = {True: mark_safe(' class="wait"'), False: mark_safe("")}


def _state(word: str) -> SafeString:
    return mark_safe(f'<span class="left held">{escape(word)}</span>')
