"""The draft of the matrix: its rows as a grid, its paths, a pasted sheet; what differs, what is wrong, publishing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, drafting, paste, sheet, shown
from escalation.drafting import Draft
from escalation.forms import PasteForm, PublishForm
from escalation.hours_text import parse_moment
from escalation.known import Place
from escalation.matrix import cells
from escalation.matrix.changes import compare
from escalation.matrix.document import Target, Who
from escalation.paste import Pasted
from escalation.views import writing
from escalation.views.matrix import frame, table
from escalation.views.writing import Desk
from helpdesk.lib import clock

OWN = Desk(
    title=gettext_lazy("Draft of the matrix"),
    rows_title=gettext_lazy("Rows of the draft"),
    overview="console:matrix_draft",
    edit="console:matrix_edit",
    path="console:matrix_path",
    add_path="console:add_matrix_path",
    draft=lambda request: drafting.draft_of(request.client.id),
    save=actions.save_draft,
    paste="console:matrix_paste",
)


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
    """The rows as a grid."""
    return writing.edit_rows(request, OWN)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def path(request: DoorRequest, client: str, number: int = 0) -> HttpResponse:
    """One path of the draft, counted from 1, or a new one."""
    return writing.edit_path(request, OWN, number)


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
        "desk": OWN,
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
