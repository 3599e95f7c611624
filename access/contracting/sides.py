"""One view, two doors: what differs between the vendor's office and the client's console."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from access.doors import Door, console, office
from access.errors import NotFound
from access.models import Contract
from access.requests import DoorRequest
from access.rights import Right, Side

View = Callable[..., HttpResponse]


def at_office(view: View) -> View:
    """The view behind the door of the vendor's office."""
    return behind(office(), view)


def at_console(view: View) -> View:
    """The view behind the console's door, for whoever of the client may come in there."""
    return behind(console(Right.CONSOLE), view)


def at_console_to_sign(view: View) -> View:
    """The view behind the console's door, for whoever signs the client's contracts."""
    return behind(console(Right.CONTRACT_SIGN), view)


def behind(door: Door, view: View) -> View:
    """The view behind a door of its own, which leaves the view itself as it is."""

    @wraps(view)
    def guarded(request: DoorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return door(guarded)


def is_office(request: DoorRequest) -> bool:
    """Whether the reader came in by the vendor's office."""
    return request.actor.side is Side.OFFICE


def place(request: DoorRequest) -> str:
    """The namespace of the pages that the reader is among."""
    return "office" if is_office(request) else "console"


def around(request: DoorRequest, section: str = "contracts") -> dict[str, Any]:
    """What every page of these needs to stand in its reader's frame; `section` marks the office's entry."""
    return {
        "base": f"{place(request)}.html",
        "place": place(request),
        "section": section if is_office(request) else "people",
        "is_office": is_office(request),
        "may_sign": is_office(request) or request.actor.may(Right.CONTRACT_SIGN, request.client.id),
    }


def to(request: DoorRequest, view: str, part: str = "", **kwargs: Any) -> HttpResponse:
    """Go on to another page on the reader's own side, about the same client; to a part of it by its id."""
    address = reverse(f"{place(request)}:{view}", kwargs={"client": request.client.slug, **kwargs})
    return redirect(f"{address}#{part}" if part else address)


def contract_of(request: DoorRequest, contract_id: int) -> Contract:
    """The contract with this client, as far as the reader sees it; raises `NotFound`."""
    rows = Contract.objects.filter(client_id=request.client.id, pk=contract_id).select_related("vendor")
    contract = rows.first()
    if contract is None:
        raise NotFound
    return contract
