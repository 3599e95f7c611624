"""The client's escalation matrix: what is in force, and the versions there were."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, drafting, nightly, queries, rows, shown
from escalation.known import Place
from escalation.matrix import stored
from escalation.matrix.changes import compare
from escalation.matrix.document import Document, Target, Who
from escalation.models import Contact, Matrix
from escalation.proposals import queries as proposals
from escalation.proposals.parts import outcome
from helpdesk.lib import clock


@console(Right.MATRIX_READ)
@require_safe
def show(request: DoorRequest, client: str) -> HttpResponse:
    """The rows in force with what is wrong with them."""
    place = Place(request.client.id, clock.now())
    newest = rows.newest(request.client.id)
    document = stored.read(newest.content) if newest else Document()
    may_edit = request.actor.may(Right.MATRIX_EDIT, request.client.id)
    context = {
        **table(document, place),
        "newest": newest,
        "coming": drafting.coming(request.client.id, clock.now()),
        "draft": drafting.draft_of(request.client.id) if may_edit else None,
        "asked": _asked(document, place),
        "proposals": proposals.waiting(request.client.id),
        "today": localtime(clock.now()),
        "check": nightly.last_of(request.client.id),
    }
    return render(request, "escalation/matrix.html", {**context, **frame(request)})


@console(Right.MATRIX_READ)
@require_safe
def versions(request: DoorRequest, client: str) -> HttpResponse:
    """Every version that was published, the newest first."""
    now = clock.now()
    newest = rows.newest(request.client.id)
    context = {
        "versions": drafting.versions(request.client.id),
        "in_force": newest.version if newest else None,
        "now": now,
        "draft": drafting.draft_of(request.client.id),
        "proposals": [(row, outcome(row)) for row in proposals.decided(request.client.id)],
    }
    return render(request, "escalation/matrix_versions.html", {**context, **frame(request)})


@console(Right.MATRIX_READ)
@require_safe
def version(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """One version, and how the one in force differs from it."""
    row = _version(request.client.id, number)
    place = Place(request.client.id, clock.now())
    document = stored.read(row.content)
    in_force, present = drafting.in_force(request.client.id)
    context = {
        "version": row,
        "in_force": in_force,
        "changes": shown.changed(compare(present, document)),
        **table(document, place, find=False),
    }
    return render(request, "escalation/matrix_version.html", {**context, **frame(request)})


@console(Right.MATRIX_EDIT)
@require_POST
def restore(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Make an earlier version the draft."""
    revision = drafting.draft_of(request.client.id).revision
    actions.restore_matrix(request.actor, client_id=request.client.id, version=number, revision=revision)
    messages.success(request, _("Version %(number)s is the draft now. Look at it, then publish.") % {"number": number})
    return redirect("console:matrix_draft", client=client)


@console(Right.MATRIX_EDIT)
@require_POST
def call_off(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Keep a version from coming in force."""
    try:
        actions.call_off_matrix(request.actor, client_id=request.client.id, version=number)
        messages.success(request, _("Version %(number)s is called off.") % {"number": number})
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    return redirect("console:matrix_versions", client=client)


def frame(request: DoorRequest) -> dict[str, Any]:
    """What every page of the matrix is given."""
    return {
        "section": "matrix",
        "vendor_name": queries.vendor_name(request.client.id) or _("Support"),
        "may_edit": request.actor.may(Right.MATRIX_EDIT, request.client.id),
        "may_propose": request.actor.vendor_id is not None
        and request.actor.may(Right.MATRIX_PROPOSE, request.client.id),
        "axis": shown.axis(),
    }


def table(document: Document, place: Place, *, new: tuple[int, ...] = (), find: bool = True) -> dict[str, Any]:
    """The rows of a document and what is wrong with it, as a page shows them."""
    names = place.names(document)
    findings = drafting.findings_of(place.client_id, document, place) if find and document.rows else []
    return {
        "rows": shown.shown_rows(document, names, place, findings, new),
        "findings": shown.sentences(findings, document, names, place),
    }


def _version(client_id: int, number: int) -> Matrix:
    row = Matrix.objects.filter(client_id=client_id, version=number).first()
    if row is None:
        raise NotFound
    return row


def _asked(document: Document, place: Place) -> list[Contact]:
    """The contacts in use that the paths name, by name: how they are reached stands on the printed sheet."""
    named = {who for path in document.paths for step in path.steps for who in (*step.to, *step.instead)}
    found = {row.pk: row for row in place.contacts if Who(Target.CONTACT, row.key) in named and row.is_active}
    grouped = (row for who in named if who.kind is Target.GROUP for row in place.reach.groups.get(who.key, ()))
    found |= {row.pk: row for row in grouped if row.is_active}
    return sorted(found.values(), key=lambda contact: contact.name.casefold())
