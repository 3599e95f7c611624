"""The client's escalation matrix: read, tried, edited, pasted."""

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access.doors import console
from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from access.rights import VENDOR_ROLES, Right
from escalation import actions, paste, plain, queries, recipients, rows, sheet
from escalation.actions.matrices import rows_of as pasted_rows
from escalation.forms import PasteForm
from escalation.models import Contact, Matrix
from escalation.paste import Pasted
from escalation.plain import Row
from escalation.views import draft as drafts
from escalation.views import shown
from helpdesk.lib import clock
from tickets.models import TicketCategory


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows of a matrix name: categories and contacts of the client's, by id."""

    categories: dict[int, str]
    contacts: dict[int, Contact]

    @property
    def active(self) -> set[int]:
        """The contacts in use."""
        return {pk for pk, contact in self.contacts.items() if contact.is_active}


@console(Right.MATRIX_READ)
@require_safe
def show(request: DoorRequest, client: str) -> HttpResponse:
    """The rows in force with what is wrong with them, and a ticket to try."""
    names = _names(request.client.id)
    newest = rows.newest(request.client.id)
    found = rows.rows_of(newest) if newest else []
    context = {
        **_table(request.client.id, found, names),
        **_tried(request, found, names),
        "newest": newest,
        "asked": _asked(found, names),
        "today": localtime(clock.now()),
    }
    return render(request, "escalation/matrix.html", {**context, **_frame(request, names)})


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str) -> HttpResponse:
    """The rows as a form; every button but *Publish* shows the form again and stores nothing."""
    names = _names(request.client.id)
    if request.method != "POST":
        version, found = rows.in_force(request.client.id)
        draft = drafts.of_rows(found, version)
        if "add" in request.GET:
            drafts.apply(draft, "add")
        return _edit_page(request, draft, names)
    draft, do = drafts.of_post(request.POST), request.POST.get("do", "publish")
    if do != "publish":
        drafts.apply(draft, do)
        return _edit_page(request, draft, names)
    found = drafts.rows_of(draft, categories=names.categories, contacts=names.contacts)
    if draft.has_errors:
        return _edit_page(request, draft, names, status=400)
    try:
        published = actions.publish_matrix(
            request.actor, client_id=request.client.id, rows=found, expected_version=draft.version
        )
    except (Invalid, Conflict) as error:
        if isinstance(error, Conflict):
            newest = rows.newest(request.client.id)
            draft.version = newest.version if newest else None
        return _edit_page(request, draft, names, error=str(error), status=error.status)
    return _published(request, published)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def paste_rows(request: DoorRequest, client: str) -> HttpResponse:
    """A sheet of rows and contacts: looked at first, then published; its text stays on every error."""
    names = _names(request.client.id)
    version, present = rows.in_force(request.client.id)
    if request.method != "POST":
        form = PasteForm(initial={"version": version, "where": "replace"})
        return _paste_page(request, form, names, present)
    form = PasteForm(request.POST)
    if not form.is_valid():
        return _paste_page(request, form, names, present, status=400)
    data = form.cleaned_data
    used = [contact.name for contact in names.contacts.values()]
    pasted = paste.parse(data["text"], categories=names.categories, contacts=used)
    if pasted.errors or request.POST.get("do") != "publish":
        more = _preview(request.client.id, pasted, data["where"], present, names)
        return _paste_page(request, form, names, present, pasted=pasted, status=400 if pasted.errors else 200, **more)
    try:
        published = actions.publish_pasted(
            request.actor,
            client_id=request.client.id,
            pasted=pasted,
            where=data["where"],
            expected_version=data["version"],
        )
    except (Invalid, Conflict) as error:
        # What was pasted stays; publishing again goes over the version that is in force now.
        form.data = {**request.POST.dict(), "version": "" if version is None else str(version)}
        return _paste_page(request, form, names, present, pasted=pasted, status=form.refuse(error))
    return _published(request, published)


def _names(client_id: int) -> Names:
    categories = TicketCategory.objects.filter(client_id=client_id).order_by("position", "name")
    return Names(
        dict(categories.values_list("pk", "name")),
        {contact.pk: contact for contact in queries.contacts(client_id)},
    )


def _asked(found: list[Row], names: Names) -> list[Contact]:
    """The contacts in use that the rows name, by name: how they are reached stands on the printed sheet."""
    named = {step.contact_id for row in found for step in row.steps}
    asked = [contact for pk, contact in names.contacts.items() if pk in named and contact.is_active]
    return sorted(asked, key=lambda contact: contact.name.casefold())


def _frame(request: DoorRequest, names: Names) -> dict[str, Any]:
    return {
        "section": "matrix",
        "names": names,
        "vendor_name": queries.vendor_name(request.client.id) or _("Support"),
        "may_edit": request.actor.may(Right.MATRIX_EDIT, request.client.id),
        "axis": [_("At once"), _("to 15 min"), _("to 30 min"), _("to 1 h"), _("later")],
    }


def _table(client_id: int, found: list[Row], names: Names, new: tuple[int, ...] = ()) -> dict[str, Any]:
    reachable = recipients.reachable(client_id, list(names.contacts.values()), clock.now())
    findings = plain.check(found, categories=list(names.categories), active=names.active, reachable=reachable)
    return {
        "rows": shown.shown_rows(found, names.categories, names.contacts, findings, new),
        "findings": shown.sentences(findings, names.categories, names.contacts),
    }


def _tried(request: DoorRequest, found: list[Row], names: Names) -> dict[str, Any]:
    """Which row takes the ticket that the reader tries, and who would be told when."""
    category = request.GET.get("category", "")
    priority = request.GET.get("priority", "")
    chosen = {"category": category, "priority": priority if priority in {"1", "2", "3", "4"} else "3"}
    if priority not in {"1", "2", "3", "4"}:
        return {"chosen": chosen}
    category_id = int(category) if category.isascii() and category.isdigit() and len(category) < 18 else None
    row = plain.match(found, category_id, int(priority))
    if row is None:
        return {"chosen": chosen, "tried": True}
    now = localtime(clock.now())
    steps = shown.shown_steps(row, names.contacts, start=now)
    also = plain.also_fitting(found, category_id, int(priority))[1:]
    return {"chosen": chosen, "tried": True, "tried_row": row, "told": shown.told_when(steps, now), "also": also}


def _preview(client_id: int, pasted: Pasted, where: str, present: list[Row], names: Names) -> dict[str, Any]:
    """The matrix as it would be, the pasted rows marked; contacts that are new are shown by name.

    A row that can't be read leaves its number free: the others have those that they will have.
    """
    known = paste.by_name((contact.name, pk) for pk, contact in names.contacts.items())
    shadows = dict(names.contacts)
    for number, new in enumerate(pasted.contacts, start=1):
        known.setdefault(new.name, -number)
        shadows[-number] = Contact(pk=-number, client_id=client_id, name=new.name, email=new.email)
    before = len(present) if where == "below" else 0
    fresh = [replace(row, position=before + row.position) for row in pasted_rows(pasted, known)]
    first = 1 + (pasted.length if where == "above" else 0)
    stays = [replace(row, position=position) for position, row in enumerate(present, start=first)]
    whole = {"replace": fresh, "above": [*fresh, *stays], "below": [*stays, *fresh]}[where]
    table = _table(client_id, whole, Names(names.categories, shadows), tuple(row.position for row in fresh))
    return {**table, "difference": sheet.difference(present, whole)}


def _edit_page(
    request: DoorRequest, draft: drafts.Draft, names: Names, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "draft": draft,
        "error": error,
        "roles": [(f"{drafts.ROLE}{role.value}", role.label) for role in VENDOR_ROLES],
        "people": [(f"{drafts.CONTACT}{pk}", c.name) for pk, c in names.contacts.items() if c.is_active],
        "gone": [(f"{drafts.CONTACT}{pk}", c.name) for pk, c in names.contacts.items() if not c.is_active],
        "categories": [(str(pk), name) for pk, name in names.categories.items()],
    }
    return render(request, "escalation/matrix_edit.html", {**context, **_frame(request, names)}, status=status)


def _paste_page(
    request: DoorRequest,
    form: PasteForm,
    names: Names,
    present: list[Row],
    *,
    pasted: Pasted | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    called = {pk: contact.name for pk, contact in names.contacts.items()}
    copied = sheet.sheet_of(present, names.categories, called) if present else ""
    context = {"form": form, "pasted": pasted, "in_force": present, "copied": copied, **_frame(request, names), **more}
    return render(request, "escalation/matrix_paste.html", context, status=status)


def _published(request: DoorRequest, published: Matrix) -> HttpResponse:
    messages.success(request, _("Version %(number)s is in force.") % {"number": published.version})
    return redirect("console:matrix", client=request.client.slug)
