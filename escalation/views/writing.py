"""Rows as a grid and paths as forms, wherever a matrix is written: as the client's draft, or as a vendor's proposal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from escalation import shown
from escalation.drafting import Draft
from escalation.known import Place
from escalation.matrix import cells, climbing
from escalation.matrix.document import (
    MOST_PATHS,
    PRIORITIES,
    Begins,
    Channel,
    Document,
    Hours,
    Path,
    Span,
    Target,
    Trigger,
    Who,
)
from escalation.models import Metric
from escalation.views import grid as grids
from escalation.views import steps
from escalation.views.matrix import frame
from helpdesk.lib import clock

_BEGIN = datetime(2001, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where something is written: the names of its pages, what is there so far, and how it is kept.

    `paste` is "" where no sheet can be pasted, `base` the frame of its pages.  `save` takes what
    `actions.save_draft` does, and refuses as it does.
    """

    title: Promise
    rows_title: Promise
    overview: str
    edit: str
    path: str
    add_path: str
    draft: Callable[[DoorRequest], Draft]
    save: Callable[..., object]
    paste: str = ""
    base: str = "console.html"


def edit_rows(request: DoorRequest, desk: Desk) -> HttpResponse:
    """The rows as a grid; every button but *Save* shows the form again and stores nothing."""
    place, present = Place(request.client.id, clock.now()), desk.draft(request)
    names = place.names(present.document)
    if request.method != "POST":
        grid = grids.of_document(present.document, names, present.revision)
        if "add" in request.GET:
            grids.apply(grid, "add")
        return _grid_page(request, desk, grid, place, present)
    grid, do = grids.of_post(request.POST), request.POST.get("do", "save")
    if do != "save":
        grids.apply(grid, do)
        return _grid_page(request, desk, grid, place, present)
    document = grids.read(grid, present.document, names)
    if document is None:
        return _grid_page(request, desk, grid, place, present, status=400)
    try:
        desk.save(request.actor, client_id=request.client.id, document=document, revision=grid.revision)
    except (Invalid, Conflict) as error:
        # Saving again goes over what the other one has written, which the message has told.
        grid.revision = present.revision
        return _grid_page(request, desk, grid, place, present, error=str(error), status=error.status)
    return redirect(desk.overview, client=request.client.slug)


def edit_path(request: DoorRequest, desk: Desk, number: int = 0) -> HttpResponse:
    """One path of what is written, counted from 1, or a new one; every button but *Save* stores nothing."""
    place, present = Place(request.client.id, clock.now()), desk.draft(request)
    paths = present.document.paths
    if number > len(paths):
        raise NotFound
    before = paths[number - 1] if number else None
    if request.method != "POST":
        form = steps.of_path(before or Path("", ()), present.revision)
        if not form.steps:
            steps.apply(form, "add")
        return _path_page(request, desk, form, place, present, number)
    form, do = steps.of_post(request.POST), request.POST.get("do", "save")
    if do not in ("save", "look", "delete"):
        steps.apply(form, do)
        return _path_page(request, desk, form, place, present, number)
    others = [other.name for other in paths if before is None or other.name != before.name]
    choices = {*place.choices, *(_named(before) if before else ())}
    found = before if do == "delete" else steps.read(form, others=others, choices=choices)
    if found is None:
        return _path_page(request, desk, form, place, present, number, status=400)
    if do == "look":
        return _path_page(request, desk, form, place, present, number, look=found)
    try:
        document = _without(present.document, found) if do == "delete" else _with(present.document, before, found)
        desk.save(request.actor, client_id=request.client.id, document=document, revision=form.revision)
    except (Invalid, Conflict) as error:
        form.errors["all"], form.revision = str(error), present.revision
        return _path_page(request, desk, form, place, present, number, status=error.status)
    return redirect(desk.overview, client=request.client.slug)


def _grid_page(
    request: DoorRequest,
    desk: Desk,
    grid: grids.Grid,
    place: Place,
    present: Draft,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    names = place.names(present.document)
    has_services = bool(names.services) or any(row.services for row in present.document.rows)
    context = {
        "desk": desk,
        "grid": grid,
        "error": error,
        "columns": [grids.GridCell(column, cells.label(column)) for column in cells.COLUMNS],
        "hidden": () if has_services else ("service",),
        "spans": [cells.show_priorities(a, b) for a in PRIORITIES for b in PRIORITIES if a <= b],
        "beginnings": [cells.show_begins(begins) for begins in Begins],
        "lists": {
            "category": list(names.categories.values()),
            "service": list(names.services.values()),
            "path": list(names.paths),
            "hours": [cells.show_hours(Hours(span)) for span in (Span.OPEN, Span.SHUT)],
        },
    }
    return render(request, "escalation/matrix_edit.html", {**context, **frame(request)}, status=status)


def _path_page(
    request: DoorRequest,
    desk: Desk,
    form: steps.PathDraft,
    place: Place,
    present: Draft,
    number: int,
    *,
    look: Path | None = None,
    status: int = 200,
) -> HttpResponse:
    stored_path = present.document.paths[number - 1] if number else None
    drawn = look or (stored_path if request.method != "POST" else None)
    clients = [(steps.token(who), name) for who, name in place.open_choices.items() if who.is_clients]
    vendors = [(steps.token(who), name) for who, name in place.open_choices.items() if not who.is_clients]
    offered = {value for value, _name in (*clients, *vendors)}
    gone = {token for step in form.steps for token in (*step.to, *step.instead) if token not in offered}
    context = {
        "desk": desk,
        "form": form,
        "number": number,
        "is_climbed": stored_path is not None and any(row.path == stored_path.name for row in present.document.rows),
        "others": [each.name for each in present.document.paths if each is not stored_path],
        "clients": clients,
        "vendors": vendors,
        "gone": [(token, _called(token, place)) for token in sorted(gone)],
        "triggers": [
            (Trigger.START.value, _("since it began")),
            (Trigger.SILENCE.value, _("without a yes to the step before")),
            (Trigger.SHARE.value, _("at a share of a clock")),
            (Trigger.QUIET.value, _("with nothing new on the ticket")),
            (Trigger.MANUAL.value, _("when somebody asks for it")),
        ],
        "metrics": [(metric.value, metric.label) for metric in Metric],
        "channels": [(channel.value, shown.channel_label(channel)) for channel in Channel],
        "is_look": look is not None,
        **(pictured(drawn, place) if drawn is not None and drawn.steps else {}),
    }
    return render(request, "escalation/matrix_path.html", {**context, **frame(request)}, status=status)


def pictured(path: Path, place: Place, at: datetime = _BEGIN) -> dict[str, Any]:
    """The picture of a path, and the same in words."""
    told = climbing.simulate(Document(), path, at)
    return {
        "drawings": shown.drawn(path, told, at),
        "told": [
            (number, each, shown.step_words(step), ", ".join(place.name_of(who) for who in step.instead))
            for number, (each, step) in enumerate(zip(shown.shown_steps(path, place), path.steps, strict=True), start=1)
        ],
    }


def _called(token: str, place: Place) -> str:
    kind, _colon, key = token.partition(":")
    return place.name_of(Who(Target(kind), key)) if kind in set(Target) else "?"


def _named(path: Path) -> set[Who]:
    """Whom a path names already: one who is gone may stay until the check is heard."""
    return {who for step in path.steps for who in (*step.to, *step.instead)}


def _with(document: Document, before: Path | None, path: Path) -> Document:
    """The document with this path instead of another, whose name its rows and paths go along with."""
    if before is None:
        if len(document.paths) >= MOST_PATHS:
            raise Invalid(_("A matrix has at most %(most)s paths.") % {"most": MOST_PATHS})
        return Document(document.rows, (*document.paths, path))

    def renamed(name: str) -> str:
        return path.name if name == before.name else name

    paths = tuple(path if each.name == before.name else each for each in document.paths)
    return Document(
        tuple(replace(row, path=renamed(row.path)) for row in document.rows),
        tuple(replace(each, then=renamed(each.then)) for each in paths),
    )


def _without(document: Document, path: Path) -> Document:
    if any(row.path == path.name for row in document.rows) or any(each.then == path.name for each in document.paths):
        raise Invalid(_("A row or a path still leads to it. Change that first."))
    return Document(document.rows, tuple(each for each in document.paths if each.name != path.name))
