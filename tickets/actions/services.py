"""A client's services: what they are called, whose they are, how much hangs on them and when."""

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
from helpdesk.lib.locks import hold
from tickets import seasons
from tickets.models import Criticality, Service

MOST_SERVICES = 100
LONGEST_NAME, LONGEST_OWNER = 80, 160


@dataclass(frozen=True, slots=True)
class Definition:
    """What a client says of a service; `busy` has a span of the year on each line."""

    name: str
    owner: str = ""
    criticality: Criticality = Criticality.ORDINARY
    busy: str = ""
    is_offered: bool = True
    is_retired: bool = False


def add_service(actor: Actor, *, client_id: int, given: Definition) -> Service:
    """One more service, whose key is made from its name and never changes.

    Needs MATRIX_EDIT; raises `Invalid`, or `Conflict` for a name that is taken.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    values = _checked(given)
    others = _held(client_id)
    if len(others) >= MOST_SERVICES:
        raise Conflict(_("A hundred services are the most."))
    _free(others, values["name"])
    row: Service = Service.objects.create(client_id=client_id, key=_key(values["name"], others), **values)
    _log(actor, row, "service added")
    return row


def change_service(actor: Actor, *, client_id: int, service_id: int, given: Definition) -> Service:
    """Say something else of a service from now on; its key stays, and so do the tickets that have it.

    Needs MATRIX_EDIT; raises `NotFound`, `Invalid`, or `Conflict` for a name that is taken.
    """
    actor.require(Right.MATRIX_EDIT, client_id)
    values = _checked(given)
    rows = _held(client_id)
    row = next((each for each in rows if each.pk == service_id), None)
    if row is None:
        raise NotFound
    _free([each for each in rows if each is not row], values["name"])
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    _log(actor, row, "service changed")
    return row


def _held(client_id: int) -> list[Service]:
    """The client's services, while nobody else changes them."""
    hold("services", client_id)
    return list(Service.objects.filter(client_id=client_id))


def _checked(given: Definition) -> dict[str, Any]:
    name = one_line(given.name, "name", LONGEST_NAME)
    if not name:
        raise Invalid(_("Give the service a name."), "name")
    try:
        busy = seasons.parse(given.busy)
    except ValueError as line:
        raise Invalid(
            _("“%(line)s” is no span of the year. Write it as 11-15 to 12-24.") % {"line": line}, "busy"
        ) from None
    return {
        "name": name,
        "owner": one_line(given.owner, "owner", LONGEST_OWNER),
        "criticality": Criticality(given.criticality).value,
        "seasons": busy,
        "is_offered": given.is_offered,
        "is_retired": given.is_retired,
    }


def _free(others: Sequence[Service], name: str) -> None:
    if any(each.name.casefold() == name.casefold() for each in others):
        raise Conflict(_("Another service is called so already."))


def _key(name: str, others: Sequence[Service]) -> str:
    """A name for matrices and programs, from the service's own."""
    taken = {each.key for each in others}
    stem = slugify(name)[:50] or "service"
    names = [stem, *(f"{stem}-{number}" for number in range(2, MOST_SERVICES + 2))]
    return next(each for each in names if each not in taken)


def _log(actor: Actor, row: Service, what: str) -> None:
    log.record(actor, row.client_id, log.Action.CHANGE, detail={"what": what, "service": row.key})
