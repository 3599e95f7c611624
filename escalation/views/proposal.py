"""A vendor's proposal: written with the grid and the forms of a draft, sent, taken back; and read by the client."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console, staff
from access.errors import Conflict, Invalid, RightMissing
from access.requests import DoorRequest
from access.rights import Right
from escalation import drafting, shown
from escalation.drafting import Draft
from escalation.forms import AcceptForm, ProposeForm
from escalation.hours_text import parse_moment
from escalation.known import Place
from escalation.matrix import stored
from escalation.matrix.changes import compare
from escalation.models import Matrix, MatrixProposal
from escalation.proposals import deciding, queries
from escalation.proposals import writing as actions
from escalation.proposals.parts import State, outcome
from escalation.views import writing
from escalation.views.matrix import frame, table
from escalation.views.writing import Desk
from helpdesk.lib import clock


def _written(request: DoorRequest) -> Draft:
    """What the reader's vendor writes; raises `RightMissing` for whoever is of none."""
    if request.actor.vendor_id is None:
        raise RightMissing(_("Only the vendor's people propose; you may change the matrix yourself."))
    return queries.written_of(request.client.id, request.actor.vendor_id)


PROPOSAL = Desk(
    title=gettext_lazy("Proposed matrix"),
    rows_title=gettext_lazy("Rows of the proposal"),
    overview="desk:matrix_proposal",
    edit="desk:edit_proposal",
    path="desk:proposal_path",
    add_path="desk:add_proposal_path",
    draft=_written,
    save=actions.save_proposal,
    base="desk.html",
)


@staff(Right.MATRIX_PROPOSE)
@require_safe
def proposal(request: DoorRequest, client: str) -> HttpResponse:
    """What the proposal would change, what is wrong with it, its paths, and the way to send it."""
    return _page(request, ProposeForm())


@staff(Right.MATRIX_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str) -> HttpResponse:
    """The rows as a grid."""
    return writing.edit_rows(request, PROPOSAL)


@staff(Right.MATRIX_PROPOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def path(request: DoorRequest, client: str, number: int = 0) -> HttpResponse:
    """One path of the proposal, counted from 1, or a new one."""
    return writing.edit_path(request, PROPOSAL, number)


@staff(Right.MATRIX_PROPOSE)
@require_POST
def send(request: DoorRequest, client: str) -> HttpResponse:
    """Ask the client for its word."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        actions.send_proposal(request.actor, client_id=request.client.id, **form.cleaned_data)
    except (Invalid, Conflict) as error:
        return _page(request, form, status=form.refuse(error))
    messages.success(request, _("It is proposed: %(client)s was asked by mail.") % {"client": request.client.name})
    return redirect("desk:matrix_proposal", client=client)


@staff(Right.MATRIX_PROPOSE)
@require_POST
def change(request: DoorRequest, client: str) -> HttpResponse:
    """Take a sent proposal back, throw a written one away, or keep it against the version that came meanwhile."""
    about = {"client_id": request.client.id}
    try:
        match request.POST.get("do", ""):
            case "back":
                actions.take_back_proposal(request.actor, **about)
                messages.success(request, _("It is taken back: nobody can accept it any more. Write on, or leave it."))
            case "keep":
                actions.rebase_proposal(request.actor, revision=_revision(request), **about)
            case _:
                actions.discard_proposal(request.actor, revision=_revision(request), **about)
                messages.success(request, _("The proposal is thrown away. What is in force stays."))
                return redirect("console:matrix", client=client)
    except Conflict as error:
        messages.error(request, str(error))
    return redirect("desk:matrix_proposal", client=client)


@console(Right.MATRIX_READ)
@require_safe
def proposed(request: DoorRequest, client: str, proposal_id: int) -> HttpResponse:
    """One proposal that was sent, for both sides to read."""
    return _proposed_page(request, queries.one(request.client.id, proposal_id))


@console(Right.MATRIX_EDIT)
@require_POST
def answer(request: DoorRequest, client: str, proposal_id: int) -> HttpResponse:
    """The client's yes or no."""
    row = queries.one(request.client.id, proposal_id)
    try:
        version = decide(request, proposal_id)
    except (Invalid, Conflict) as error:
        row.refresh_from_db()
        return _proposed_page(request, row, error=str(error), status=error.status)
    row.refresh_from_db()
    messages.success(request, outcome(row))
    if version is None:
        return redirect("console:matrix_proposed", client=client, proposal_id=proposal_id)
    return redirect("console:matrix", client=client)


def decide(request: DoorRequest, proposal_id: int, actor: Any = None) -> Matrix | None:
    """Do what the form says, and give the version of a yes; raises `Invalid` for anything but a yes or a no."""
    about = {"client_id": request.client.id, "proposal_id": proposal_id}
    what = request.POST.get("do", "")
    if what == "accept":
        form = AcceptForm(request.POST)
        if not form.is_valid():
            raise Invalid(_("Choose one of the answers."), "do")
        data = form.cleaned_data
        at = parse_moment(data["at"], request.client.time_zone, "at")
        return deciding.accept_proposal(
            actor or request.actor, revision=data["revision"], seen=data["seen"], at=at, **about
        )
    if what == "decline":
        deciding.decline_proposal(actor or request.actor, answer=request.POST.get("answer", ""), **about)
        return None
    raise Invalid(_("Choose one of the answers."), "do")


def facts(row: MatrixProposal) -> dict[str, Any]:
    """What a proposal would change and what is wrong with it, for its page in the console and behind a link."""
    place = Place(row.client_id, clock.now())
    document = stored.read(row.content)
    number, in_force = drafting.in_force(row.client_id)
    findings = drafting.findings_of(row.client_id, document, place)
    return {
        "row": row,
        "waits": row.state == State.SENT,
        "is_overtaken": row.state == State.SENT and row.based_on != number,
        "in_force": number,
        "outcome": outcome(row),
        "changes": shown.changed(compare(in_force, document), shown.Versions(in_force, document, place)),
        "findings": shown.sentences(findings, document, place.names(document), place),
        "blocking": sum(each.blocks for each in findings),
        "seen": len(findings),
        "coming": drafting.coming(row.client_id, clock.now()),
        "rows": shown.shown_rows(document, place.names(document), place, findings),
    }


def _proposed_page(request: DoorRequest, row: MatrixProposal, *, error: str = "", status: int = 200) -> HttpResponse:
    may_decide = request.actor.vendor_id is None and request.actor.may(Right.MATRIX_EDIT, request.client.id)
    context = {
        **frame(request),
        **facts(row),
        "error": error,
        "may_edit": False,
        "may_decide": may_decide,
        "given": request.POST,
    }
    return render(request, "escalation/matrix_proposed.html", context, status=status)


def _page(request: DoorRequest, form: ProposeForm, *, status: int = 200) -> HttpResponse:
    present, place = _written(request), Place(request.client.id, clock.now())
    document = present.document
    _number, in_force = drafting.in_force(request.client.id)
    findings = drafting.findings_of(request.client.id, document, place)
    told = shown.sentences(findings, document, place.names(document), place)
    climbed = [row.path for row in document.rows]
    if not form.is_bound:
        form.initial = {"revision": present.revision}
    else:
        form.data = {**request.POST.dict(), "revision": str(present.revision)}
    open_one = queries.open_of(request.client.id, request.actor.vendor_id or 0)
    context = {
        **frame(request),
        "desk": PROPOSAL,
        "proposal": open_one,
        "is_sent": open_one is not None and open_one.state == State.SENT,
        "is_overtaken": open_one is not None and present.based_on != present.in_force,
        "in_force": present.in_force,
        "revision": present.revision,
        **table(document, place),
        "blocking": [each for each in told if each.blocks],
        "warnings": [each for each in told if not each.blocks],
        "changes": shown.changed(compare(in_force, document), shown.Versions(in_force, document, place)),
        "paths": [(each, climbed.count(each.name), shown.shown_steps(each, place)) for each in document.paths],
        "over": [(row, outcome(row)) for row in queries.decided(request.client.id)],
        "form": form,
        "editing": open_one is None or open_one.state != State.SENT,
        "may_edit": False,
    }
    return render(request, "escalation/matrix_proposal.html", context, status=status)


def _revision(request: DoorRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
