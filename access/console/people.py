"""People and clearance: everybody who works for the client, gate by gate, and their certificates."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_POST, require_safe

from access import certificates, clearance, core_team
from access.clearance import PersonLine
from access.doing import answer
from access.doors import console
from access.models import Certification, WorkNow
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock

SHOWN_URGENT = 20


@console(Right.CONSOLE)
@require_safe
def people(request: DoorRequest, client: str) -> HttpResponse:
    """Who works for this client: role, since, until, and gate by gate whether they are cleared now."""
    return _page(request)


@console(Right.CLEARANCE_EDIT)
@require_POST
def certify(request: DoorRequest, client: str, user_id: int, certification_id: int) -> HttpResponse:
    """Record that somebody has passed, extend once what has ended, or take the record back."""
    place = f"cert-{certification_id}-{user_id}"
    onwards = redirect(reverse("console:people", kwargs={"client": client}, fragment=place))
    act = partial(certificates.done, request, user_id, certification_id)
    return answer(request, act, str, page=partial(_page, request), onwards=onwards)


def _page(request: DoorRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    client_id = request.client.id
    lines = clearance.grid(client_id, request.client.name)
    context = {
        "section": "people",
        "rows": _rows(lines),
        "gates": clearance.asked_at_all(lines),
        "companies": companies(lines),
        "certificates": _certificates(client_id, lines),
        "worked_now": WorkNow.objects.filter(client_id=client_id).select_related("card").order_by("-at")[:SHOWN_URGENT],
        "may_certify": request.actor.may(Right.CLEARANCE_EDIT, client_id),
        "may_edit_roles": request.actor.may(Right.ROLES_EDIT, client_id),
        "may_suspend": request.actor.may(Right.ACCESS_SUSPEND, client_id),
        "leaving": core_team.leaving_at(client_id),
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "access/console/people.html", context, status=status)


def _rows(lines: Sequence[PersonLine]) -> list[dict[str, Any]]:
    """The lines, the first of each person with the name of its place on the page."""
    seen: set[int] = set()
    rows = []
    for line in lines:
        rows.append({"line": line, "place": "" if line.user_id in seen else f"person-{line.user_id}"})
        seen.add(line.user_id)
    return rows


def _certificates(client_id: int, lines: Sequence[PersonLine]) -> list[dict[str, Any]]:
    """For each certificate asked for: who holds it, and who lacks it; in an order that no click changes."""
    held, today = clearance.held_by(client_id), localdate(clock.now())
    hired = {line.user_id: line for line in lines if line.vendor_id is not None and not line.is_emergency}
    people = sorted(hired.values(), key=lambda line: (line.company.casefold(), line.name.casefold(), line.user_id))

    def of(row: Certification, line: PersonLine) -> dict[str, Any]:
        mine = held.get((line.user_id, row.pk))
        return {"line": line, "held": mine, "is_today": mine is not None and localdate(mine.passed_at) == today}

    rows = Certification.objects.filter(client_id=client_id, retired_at=None).order_by("name")
    return [{"row": row, "people": [of(row, line) for line in people]} for row in rows]


def companies(lines: Sequence[PersonLine]) -> list[dict[str, Any]]:
    """By company, how many people there are, and how many of them are in which state; as the first page counts them."""
    sorted_out: dict[str, list[PersonLine]] = {}
    for line in sorted(lines, key=lambda line: line.company.casefold()):
        sorted_out.setdefault(line.company, []).append(line)
    return [{"name": name, **clearance.counts(theirs)} for name, theirs in sorted_out.items()]
