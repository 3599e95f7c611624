"""A client's categories: what its tickets are about, and what is a part of what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from access import log
from access.actor import Actor
from access.errors import Conflict, Invalid, NotFound
from access.rights import Right
from access.wording import one_line
from helpdesk.lib import clock
from helpdesk.lib.locks import hold
from tickets import signals
from tickets.categories import DEEPEST, height, siblings, with_parts
from tickets.models import TicketCategory

MOST_CATEGORIES = 200
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Definition:
    """What a client says of a category; `parent_id` is the one that it is a part of."""

    name: str
    parent_id: int | None = None
    is_offered: bool = True
    is_retired: bool = False


def add_category(actor: Actor, *, client_id: int, given: Definition) -> TicketCategory:
    """One more category, last of its neighbours, whose key is made from its name and never changes.

    Needs MATRIX_EDIT; raises `Invalid`, or `Conflict` for a name that is taken.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    values, rows = _checked(given), _held(client_id)
    if len(rows) >= MOST_CATEGORIES:
        raise Conflict(_("Two hundred categories are the most."))
    _free(rows, values["name"])
    _fits(rows, None, given.parent_id)
    last = max((row.position for row in rows if row.parent_id == given.parent_id), default=0)
    row: TicketCategory = TicketCategory.objects.create(
        client_id=client_id, slug=_key(values["name"], rows), position=last + 1, **values
    )
    _log(actor, row, "category added")
    return row


def change_category(actor: Actor, *, client_id: int, category_id: int, given: Definition) -> TicketCategory:
    """Say something else of a category from now on; its key and its tickets stay.

    Where it becomes a part of another one, `categories_moved` tells of it and of all that stands under it.
    Needs MATRIX_EDIT; raises `NotFound`, `Invalid`, or `Conflict` for a name that is taken.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    values, rows = _checked(given), _held(client_id)
    row = _found(rows, category_id)
    _free([each for each in rows if each is not row], values["name"])
    is_moved = row.parent_id != given.parent_id
    under = with_parts({each.pk: each.parent_id for each in rows}, {row.pk}) if is_moved else set()
    if is_moved:
        _fits(rows, row, given.parent_id)
        # Whoever opens a ticket of one of them meanwhile is waited for, so that it is among those counted anew.
        list(TicketCategory.objects.select_for_update().filter(client_id=client_id, pk__in=under).order_by("pk"))
        row.position = 1 + max((each.position for each in rows if each.parent_id == given.parent_id), default=0)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[*values, "position"])
    if is_moved:
        now = clock.now()
        signals.categories_moved.send(TicketCategory, client_id=client_id, category_ids=under, actor=actor, at=now)
    _log(actor, row, "category moved" if is_moved else "category changed")
    return row


def order_category(actor: Actor, *, client_id: int, category_id: int, up: bool) -> TicketCategory:
    """Change places with the neighbour; what is a part of it goes along.  Needs MATRIX_EDIT; raises `NotFound`."""
    actor.require(Right.MATRIX_EDIT, client_id)
    rows = _held(client_id)
    row = _found(rows, category_id)
    beside = siblings(rows, row)
    at = beside.index(row)
    to = at - 1 if up else at + 1
    if 0 <= to < len(beside):
        beside[at], beside[to] = beside[to], beside[at]
    for position, each in enumerate(beside, 1):
        each.position = position
    TicketCategory.objects.bulk_update(beside, ["position"])
    _log(actor, row, "categories ordered")
    return row


def category_of(client_id: int, category_id: int, *, kept_id: int | None = None) -> TicketCategory:
    """The client's category with this id; one statement.

    Raises `Invalid` where there is none, or it is retired and not the one that the ticket has (`kept_id`).
    """
    found: TicketCategory | None = TicketCategory.objects.filter(client_id=client_id, pk=category_id).first()
    if found is None or (found.is_retired and found.pk != kept_id):
        raise Invalid(_("No such category."), "category")
    return found


def _held(client_id: int) -> list[TicketCategory]:
    """The client's categories, while nobody else changes them."""
    hold("categories", client_id)
    return list(TicketCategory.objects.filter(client_id=client_id))


def _found(rows: Sequence[TicketCategory], category_id: int) -> TicketCategory:
    row = next((each for each in rows if each.pk == category_id), None)
    if row is None:
        raise NotFound
    return row


def _checked(given: Definition) -> dict[str, Any]:
    name = one_line(given.name, "name", LONGEST_NAME)
    if not name:
        raise Invalid(_("Give the category a name."), "name")
    return {
        "name": name,
        "parent_id": given.parent_id,
        "is_offered": given.is_offered,
        "is_retired": given.is_retired,
    }


def _free(others: Sequence[TicketCategory], name: str) -> None:
    if any(each.name.casefold() == name.casefold() for each in others):
        raise Conflict(_("Another category is called so already, perhaps a retired one."))


def _fits(rows: Sequence[TicketCategory], row: TicketCategory | None, parent_id: int | None) -> None:
    """Refuse a parent that isn't there, that is a part of the category itself, or that stands too deep for it."""
    if parent_id is None:
        return
    parents = {each.pk: each.parent_id for each in rows}
    if parent_id not in parents:
        raise Invalid(_("No such category."), "parent")
    if row is not None and parent_id in with_parts(parents, {row.pk}):
        raise Invalid(_("A category can’t be a part of itself, nor of one of its own parts."), "parent")
    above, step = 0, parents.get(parent_id)
    while step is not None and above < DEEPEST:
        above, step = above + 1, parents.get(step)
    if above + 1 + (height(parents, row.pk) if row is not None else 1) > DEEPEST:
        raise Invalid(_("Four under one another are the most."), "parent")


def _key(name: str, others: Sequence[TicketCategory]) -> str:
    """A name for matrices and programs, from the category's own."""
    taken = {each.slug for each in others}
    stem = slugify(name)[:90] or "category"
    names = [stem, *(f"{stem}-{number}" for number in range(2, MOST_CATEGORIES + 2))]
    return next(each for each in names if each not in taken)


def _log(actor: Actor, row: TicketCategory, what: str) -> None:
    log.record(actor, row.client_id, log.Action.CHANGE, detail={"what": what, "category": row.slug})
