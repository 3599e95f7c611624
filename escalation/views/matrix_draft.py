"""The draft of the matrix: its rows as a grid, its paths, a pasted sheet; what differs, what is wrong, publishing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, drafting, paste, path_chart, sheet
from escalation.drafting import Draft
from escalation.forms import PasteForm, PublishForm
from escalation.hours_text import parse_moment
from escalation.known import Place
from escalation.matrix import cells, climbing
from escalation.matrix.changes import compare
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
from escalation.paste import Pasted
from escalation.views import grid as grids
from escalation.views import shown, steps
from escalation.views.matrix import frame, table
from helpdesk.lib import clock

_BEGIN = datetime(2001, 1, 1, tzinfo=UTC)


@console(Right.MATRIX_EDIT)
@require_safe
def draft(request: DoorRequest, client: str) -> HttpResponse:
    """What the draft would change, what is wrong with it, its paths, and the way to publish it."""
    return _draft_page(request, PublishForm())


@console(Right.MATRIX_EDIT)
@require_POST
def publish(request: DoorRequest, client: str) -> HttpResponse:
    """Put the draft in force, now or later."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, form, status=400)
    data = form.cleaned_data
    try:
        published = actions.publish_draft(
            request.actor,
            client_id=request.client.id,
            revision=data["revision"],
            seen=data["seen"],
            at=parse_moment(data["at"], request.client.time_zone, "at"),
            note=data["note"],
        )
    except (Invalid, Conflict) as error:
        return _draft_page(request, form, status=form.refuse(error))
    if published.valid_from is not None and published.valid_from > clock.now():
        messages.success(request, _("Version %(number)s will come in force.") % {"number": published.version})
    else:
        messages.success(request, _("Version %(number)s is in force.") % {"number": published.version})
    return redirect("console:matrix", client=client)


@console(Right.MATRIX_EDIT)
@require_POST
def discard(request: DoorRequest, client: str) -> HttpResponse:
    """Throw the draft away, or keep it against the version that came in force meanwhile."""
    given = request.POST.get("revision", "")
    revision = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    try:
        if request.POST.get("do") == "keep":
            actions.rebase_draft(request.actor, client_id=request.client.id, revision=revision)
            return redirect("console:matrix_draft", client=client)
        actions.discard_draft(request.actor, client_id=request.client.id, revision=revision)
        messages.success(request, _("The draft is thrown away. What is in force stays."))
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("console:matrix_draft", client=client)
    return redirect("console:matrix", client=client)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str) -> HttpResponse:
    """The rows as a grid; every button but *Save* shows the form again and stores nothing."""
    place, present = Place(request.client.id, clock.now()), drafting.draft_of(request.client.id)
    names = place.names(present.document)
    if request.method != "POST":
        grid = grids.of_document(present.document, names, present.revision)
        if "add" in request.GET:
            grids.apply(grid, "add")
        return _grid_page(request, grid, place, present)
    grid, do = grids.of_post(request.POST), request.POST.get("do", "save")
    if do != "save":
        grids.apply(grid, do)
        return _grid_page(request, grid, place, present)
    document = grids.read(grid, present.document, names)
    if document is None:
        return _grid_page(request, grid, place, present, status=400)
    try:
        actions.save_draft(request.actor, client_id=request.client.id, document=document, revision=grid.revision)
    except (Invalid, Conflict) as error:
        # Saving again goes over what the other one has written, which the message has told.
        grid.revision = present.revision
        return _grid_page(request, grid, place, present, error=str(error), status=error.status)
    return redirect("console:matrix_draft", client=client)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def path(request: DoorRequest, client: str, number: int = 0) -> HttpResponse:
    """One path of the draft, counted from 1, or a new one; every button but *Save* stores nothing."""
    place, present = Place(request.client.id, clock.now()), drafting.draft_of(request.client.id)
    paths = present.document.paths
    if number > len(paths):
        raise NotFound
    before = paths[number - 1] if number else None
    if request.method != "POST":
        form = steps.of_path(before or Path("", ()), present.revision)
        if not form.steps:
            steps.apply(form, "add")
        return _path_page(request, form, place, present, number)
    form, do = steps.of_post(request.POST), request.POST.get("do", "save")
    if do not in ("save", "look", "delete"):
        steps.apply(form, do)
        return _path_page(request, form, place, present, number)
    others = [other.name for other in paths if before is None or other.name != before.name]
    choices = {*place.choices, *(_named(before) if before else ())}
    found = before if do == "delete" else steps.read(form, others=others, choices=choices)
    if found is None:
        return _path_page(request, form, place, present, number, status=400)
    if do == "look":
        return _path_page(request, form, place, present, number, look=found)
    try:
        document = _without(present.document, found) if do == "delete" else _with(present.document, before, found)
        actions.save_draft(request.actor, client_id=request.client.id, document=document, revision=form.revision)
    except (Invalid, Conflict) as error:
        form.errors["all"], form.revision = str(error), present.revision
        return _path_page(request, form, place, present, number, status=error.status)
    return redirect("console:matrix_draft", client=client)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def paste_rows(request: DoorRequest, client: str) -> HttpResponse:
    """A sheet of rows and contacts: looked at first, then put into the draft; its text stays on every error."""
    place, present = Place(request.client.id, clock.now()), drafting.draft_of(request.client.id)
    if request.method != "POST":
        return _paste_page(
            request, PasteForm(initial={"revision": present.revision, "where": "replace"}), place, present
        )
    form = PasteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _paste_page(request, form, place, present, status=400)
    data = form.cleaned_data
    # What came as a file is text from here on: it stays in the form.
    form.data = {**request.POST.dict(), "text": data["text"]}
    contacts = [contact.name for contact in place.contacts]
    pasted = paste.parse(data["text"], names=place.names(present.document), contacts=contacts)
    if pasted.errors or request.POST.get("do") != "save":
        more = {} if pasted.errors else _preview(request, pasted, data["where"], present)
        status = 400 if pasted.errors else 200
        return _paste_page(request, form, place, present, pasted=pasted, status=status, **more)
    try:
        actions.save_pasted(
            request.actor,
            client_id=request.client.id,
            pasted=pasted,
            where=data["where"],
            revision=data["revision"] or 0,
        )
    except (Invalid, Conflict) as error:
        # What was pasted stays; saving again goes over the draft that there is now.
        status = form.refuse(error)
        form.data = {**form.data, "revision": str(present.revision)}
        return _paste_page(request, form, place, present, pasted=pasted, status=status)
    return redirect("console:matrix_draft", client=client)


def _draft_page(request: DoorRequest, form: PublishForm, *, status: int = 200) -> HttpResponse:
    place, present = Place(request.client.id, clock.now()), drafting.draft_of(request.client.id)
    _number, in_force = drafting.in_force(request.client.id)
    findings = drafting.findings_of(request.client.id, present.document, place)
    names = place.names(present.document)
    told = shown.sentences(findings, present.document, names, place)
    climbed = [row.path for row in present.document.rows]
    if not form.is_bound:
        form.initial = {"revision": present.revision, "seen": len(findings)}
    else:
        form.data = {**request.POST.dict(), "revision": str(present.revision), "seen": str(len(findings))}
    context = {
        "draft": present,
        "rows": shown.shown_rows(present.document, names, place, findings),
        "blocking": [each for each in told if each.blocks],
        "warnings": [each for each in told if not each.blocks],
        "changes": shown.changed(compare(in_force, present.document)),
        "paths": [(each, climbed.count(each.name), shown.shown_steps(each, place)) for each in present.document.paths],
        "coming": drafting.coming(request.client.id, clock.now()),
        "form": form,
    }
    return render(request, "escalation/matrix_draft.html", {**context, **frame(request)}, status=status)


def _grid_page(
    request: DoorRequest, grid: grids.Grid, place: Place, present: Draft, *, error: str = "", status: int = 200
) -> HttpResponse:
    names = place.names(present.document)
    has_services = bool(names.services) or any(row.services for row in present.document.rows)
    context = {
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
        "drawings": [path_chart.draw(path, told, at, each) for each in (path_chart.WIDE, path_chart.PHONE)],
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


def _preview(request: DoorRequest, pasted: Pasted, where: str, present: Draft) -> dict[str, Any]:
    """The draft as it would be, the pasted rows marked; contacts that are new are shown by name."""
    place = Place(request.client.id, clock.now())
    keys = cells.by_name((contact.name, contact.key) for contact in place.contacts)
    document = paste.put(pasted, present.document, keys, where)
    fresh = {new.name: Who(Target.CONTACT, new.name) for new in pasted.contacts if cells.find(keys, new.name) is None}
    place.choices = {**place.choices, **{who: name for name, who in fresh.items()}}
    before = len(present.document.rows) if where == "below" else 0
    new = tuple(range(before + 1, before + len(pasted.rows) + 1))
    return {
        **table(document, place, new=new, find=not fresh),
        "changes": shown.changed(compare(present.document, document)),
    }


def _paste_page(
    request: DoorRequest,
    form: PasteForm,
    place: Place,
    present: Draft,
    *,
    pasted: Pasted | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    rows = present.document.rows
    context = {
        "form": form,
        "pasted": pasted,
        "present": rows,
        "category_names": list(place.categories.values()),
        "copied": sheet.sheet_of(rows, place.names(present.document)) if rows else "",
        **frame(request),
        **more,
    }
    return render(request, "escalation/matrix_paste.html", context, status=status)
