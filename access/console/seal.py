"""The page about the log's seal, the files by which a client checks it, and the log as a sheet."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from access import log, log_export, log_stream, queries, seal_page
from access.doors import console, peer
from access.forms import GrowthForm, LogForm, ProofForm
from access.fresh import fresh_sign_in
from access.log_format import LOG
from access.requests import DoorRequest
from access.rights import Right, Side
from helpdesk.lib import csv_safe


@console(Right.LOG_READ)
@require_safe
def seal(request: DoorRequest, client: str) -> HttpResponse:
    """How far the log is sealed, what to keep, and how to check it."""
    return _page(request)


@console(Right.LOG_READ)
@require_safe
@fresh_sign_in(gettext_lazy("download the access log"))
def log_file(request: DoorRequest, client: str, size: int) -> HttpResponseBase:
    """LOG.jsonl up to the head over so many entries."""
    _note(request, "log", size)
    client_id, user_id, origin = request.client.id, request.user.pk, peer(request)
    return _file("LOG.jsonl", "application/jsonl", log_stream.log_lines(user_id, client_id, size, origin))


@console(Right.LOG_READ)
@require_safe
@fresh_sign_in(gettext_lazy("download the heads of the access log"))
def heads_file(request: DoorRequest, client: str, size: int) -> HttpResponseBase:
    """HEADS.json up to the head over so many entries."""
    _note(request, "heads", size)
    client_id, user_id, origin = request.client.id, request.user.pk, peer(request)
    return _file("HEADS.json", "application/json", log_stream.heads(user_id, client_id, size, origin))


@console(Right.LOG_READ)
@require_safe
def entry_proof(request: DoorRequest, client: str) -> HttpResponse:
    """The proof that one entry stands in the log, by its place."""
    log_stream.may_export(request.actor, request.client.id)
    form = ProofForm(request.GET)
    if not form.is_valid():
        return _page(request, 400, proof_form=form)
    head = log_export.head_at(request.client.id, None)
    if form.cleaned_data["entry"] >= head.size:
        form.add_error("entry", _("No sealed entry stands at this place."))
        return _page(request, 400, proof_form=form)
    text = log_export.inclusion(request.client.id, form.cleaned_data["entry"], head)
    _note(request, "proof", head.size)
    return _proof(text)


@console(Right.LOG_READ)
@require_safe
def growth_proof(request: DoorRequest, client: str) -> HttpResponse:
    """The proof that the log goes on from a head that the client kept."""
    log_stream.may_export(request.actor, request.client.id)
    form = GrowthForm(request.GET, client_id=request.client.id)
    if not form.is_valid():
        return _page(request, 400, growth_form=form)
    head = log_export.head_at(request.client.id, None)
    if form.cleaned_data["head"].size > head.size:
        form.add_error("head", _("This head covers more entries than the log has: ask the vendor why, and keep it."))
        return _page(request, 400, growth_form=form)
    text = log_export.consistency(request.client.id, form.cleaned_data["head"].size, head)
    _note(request, "proof", head.size)
    return _proof(text)


@console(Right.LOG_READ)
@require_safe
@fresh_sign_in(gettext_lazy("download the access log as a table"))
def log_csv(request: DoorRequest, client: str) -> HttpResponseBase:
    """What the filters of the log's page let through, as far as the reader may see it."""
    form = LogForm(request.GET, people=queries.readers(request.actor, request.client.id))
    wanted = form.wanted()
    client_id, origin = request.client.id, peer(request)
    filters = {name: str(value) for name, value in form.cleaned_data.items() if value not in (None, "")}
    detail = {"what": "csv", "filters": filters}
    log.record(request.actor, client_id, log.Action.EXPORT, (LOG, client_id), detail=detail)
    rows = log_stream.csv_rows(request.user.pk, client_id, wanted, origin)
    return _file(f"access-log-{request.client.slug}.csv", "text/csv", csv_safe.stream(rows))


def _page(request: DoorRequest, status: int = 200, **forms: ProofForm | GrowthForm) -> HttpResponse:
    context = {
        "page": seal_page.read(request.client.id),
        "may_export": request.actor.side is Side.CLIENT,
        "proof_form": ProofForm(),
        "growth_form": GrowthForm(client_id=request.client.id),
        "section": "access_log",
    }
    return render(request, "access/seal.html", context | forms, status=status)


def _note(request: DoorRequest, what: str, size: int) -> None:
    """Write the export's own entry; raises `NotFound` where no head covers just so many entries."""
    client_id = request.client.id
    log_export.head_at(client_id, size)
    log_stream.may_export(request.actor, client_id)
    detail = {"what": what, "entries": size}
    log.record(request.actor, client_id, log.Action.EXPORT, (LOG, client_id), detail=detail)


def _file(name: str, kind: str, body: Iterator[str]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(body, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _proof(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="PROOF.json"'
    return response
