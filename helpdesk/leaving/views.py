"""The client's pages about what leaves: erasures with their certificates, and the rules of retention."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import log
from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.fresh import fresh_sign_in
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.leaving import actions, download, queries
from helpdesk.leaving.counts import in_words
from helpdesk.leaving.forms import ErasureForm, FindForm, RetentionForm
from helpdesk.leaving.models import Job, Kind

_EXPORTS = (Kind.PACKAGE, Kind.CUSTOMER_DATA)


@console(Right.DATA_EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def exits(request: DoorRequest, client: str) -> HttpResponse:
    """What was packed, erased and cleared away; and the customer whom somebody looks for."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        found = queries.find_customer(request.actor, request.client.id, form.cleaned_data["customer"])
        if found is not None:
            return redirect(queries.place_of(request.actor, client, request.client.id, found))
        form.add_error("customer", _("No customer has exactly this address or number."))
    context = {"form": form, **queries.overview(request.actor, request.client.id), "section": "exits"}
    return render(request, "leaving/exits.html", context, status=400 if form.errors else 200)


@console(Right.CUSTOMER_ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """What erasing this customer would remove, and the words that make it happen."""
    found = queries.erasable(request.client.id, customer)
    log.record(request.actor, request.client.id, log.Action.VIEW, (log.CUSTOMER, customer), reason="erasure")
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            job = actions.ask_erasure(
                request.actor, client_id=request.client.id, customer_id=customer, typed=form.cleaned_data["typed"]
            )
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            return redirect("console:certificate", client=client, job=job.pk)
    context = {"form": form, **found, "section": "exits"}
    return render(request, "leaving/erase.html", context, status=400 if form.errors else 200)


@console(Right.CUSTOMER_ERASE)
@require_safe
def certificate(request: DoorRequest, client: str, job: int) -> HttpResponse:
    """What was removed of one customer, by kind and number; while it runs, how far it is."""
    row = _job(request, job, Kind.ERASURE)
    context = {"job": row, "removed": in_words(row.result), "seal": queries.seal_of(row), "section": "exits"}
    template = "_certificate" if request.htmx else "certificate"
    return render(request, f"leaving/{template}.html", context)


@console(Right.CUSTOMER_ERASE)
@require_safe
def certificate_json(request: DoorRequest, client: str, job: int) -> HttpResponse:
    """The same for a program."""
    row = _job(request, job, Kind.ERASURE)
    if row.state != Job.State.DONE:
        raise NotFound
    return JsonResponse(queries.certificate(row), json_dumps_params={"indent": 2, "ensure_ascii": False})


@console(Right.CUSTOMER_ERASE)
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: DoorRequest, client: str) -> HttpResponse:
    """After how many months what is cleared away, and what the last nights have removed."""
    form = RetentionForm(request.POST) if request.method == "POST" else RetentionForm(initial=_months(request))
    if request.method == "POST" and form.is_valid():
        actions.save_rules(request.actor, client_id=request.client.id, months=form.cleaned_data)
        messages.success(request, _("Saved. The rules are applied every night."))
        return redirect("console:retention", client=client)
    context = {"form": form, "runs": queries.retention_runs(request.client.id), "section": "exits"}
    return render(request, "leaving/retention.html", context, status=400 if form.errors else 200)


@console(Right.DATA_EXPORT)
@require_POST
@fresh_sign_in(gettext_lazy("have everything of yours packed"))
def new_package(request: DoorRequest, client: str) -> HttpResponse:
    """Have everything packed."""
    job = actions.ask_package(request.actor, client_id=request.client.id)
    return redirect("console:export", client=client, export=job.pk)


@console(Right.DATA_EXPORT)
@require_POST
@fresh_sign_in(gettext_lazy("have one customer’s data put together"))
def new_customer_export(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """Have one customer's data put together for them."""
    job = actions.ask_customer_data(request.actor, client_id=request.client.id, customer_id=customer)
    return redirect("console:export", client=client, export=job.pk)


@console(Right.DATA_EXPORT)
@require_safe
def export(request: DoorRequest, client: str, export: int) -> HttpResponse:
    """How far an export is; once it is done, the way to its file."""
    row = _job(request, export, *_EXPORTS)
    template = "_export" if request.htmx else "export"
    return render(request, f"leaving/{template}.html", {"job": row, "section": "exits"})


@console(Right.DATA_EXPORT)
@require_POST
@fresh_sign_in(gettext_lazy("download an export"))
def fetch_export(request: DoorRequest, client: str, export: int) -> HttpResponse:
    """Note the download, and lead to the file: by an address that works for a day, so that it can be resumed."""
    row = _job(request, export, *_EXPORTS)
    actions.note_download(request.actor, row)
    token = download.token(row)
    return redirect("console:export_file", client=client, export=row.pk, token=token)


@console(Right.DATA_EXPORT)
@require_safe
def export_file(request: DoorRequest, client: str, export: int, token: str) -> HttpResponseBase:
    """The finished file, or a part of it."""
    row = _job(request, export, *_EXPORTS)
    download.check_token(token, row)
    name, media = queries.file_name(row, client)
    still = partial(download.may_still, request.user, client)
    return download.send(row, still, name=name, media=media, headers=request.headers)


def _months(request: DoorRequest) -> dict[str, Any]:
    rules = queries.rules(request.client.id)
    return {name: getattr(rules, name) for name in actions.RULES} if rules else {}


def _job(request: DoorRequest, job: int, *kinds: Kind) -> Job:
    row = Job.objects.filter(client_id=request.client.id, pk=job, kind__in=kinds).first()
    if row is None:
        raise NotFound
    return row
