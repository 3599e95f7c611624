"""The floor board and the skills matrix, on the desk for a lead and in the office."""

from collections.abc import Sequence
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access import certificates
from access.clearance import shut_places
from access.contracting.sides import View, behind, is_office
from access.doing import answer
from access.doors import staff
from access.floor import board
from access.requests import DoorRequest
from access.rights import Right


def at_desk(view: View) -> View:
    """The view behind the desk's door, for whoever may extend a colleague's clearance."""
    return behind(staff(Right.CLEARANCE_EXTEND), view)


@require_safe
def floor(request: DoorRequest) -> HttpResponse:
    """Who is blocked where now, since when, and what takes it away."""
    return _floor(request, _client_ids(request))


@require_safe
def skills(request: DoorRequest) -> HttpResponse:
    """Agents by clients: ready, or what is missing."""
    ids = _client_ids(request)
    found = board.posts(request.actor, ids)
    context = {**_around(request, "skills"), "skills": board.skills(request.actor, found, ids)}
    return render(request, "access/floor/skills.html", context)


@require_POST
def certify(request: DoorRequest, client: str, user_id: int, certification_id: int) -> HttpResponse:
    """Record that somebody has passed, extend once what has ended, or take the record back."""
    # Of this client alone: no other is in scope here.
    page = partial(_floor, request, (request.client.id,))
    onwards = redirect(reverse("desk:floor", fragment=f"post-{request.client.id}-{user_id}"))
    return answer(
        request, partial(certificates.done, request, user_id, certification_id), str, page=page, onwards=onwards
    )


def _floor(request: DoorRequest, ids: Sequence[int], *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = board.posts(request.actor, ids)
    context = {
        **_around(request, "floor"),
        "posts": board.blocked(found),
        "people": len(found),
        "shut": [] if is_office(request) else shut_places(request.actor),
        "clients": board.skills(request.actor, found, ids).clients,
        "recorded": board.recorded(request.actor, found),
        "refusal": refusal,
    }
    return render(request, "access/floor/floor.html", context, status=status)


def _client_ids(request: DoorRequest) -> tuple[int, ...]:
    """Where the reader may know it: the office at every client it has a contract with, a lead where they lead."""
    actor = request.actor
    right = Right.STAFF if is_office(request) else Right.CLEARANCE_EXTEND
    return actor.clients_with(right)


def _around(request: DoorRequest, section: str) -> dict[str, object]:
    place = "office" if is_office(request) else "desk"
    return {"base": f"{place}.html", "place": place, "section": section if place == "office" else "floor"}
