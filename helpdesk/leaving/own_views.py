"""The customer's own page about their data: ask for it, and take it away once it is there."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import links, throttle
from access.actor import Actor
from access.doors import portal
from access.errors import Conflict
from access.requests import DoorRequest
from access.tasks import in_client
from helpdesk.leaving import download, own_data, queries
from helpdesk.leaving.models import Job
from tickets.portal import visitors


@portal(signed_in=True)
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: DoorRequest, client: str) -> HttpResponse:
    """How far it is; and ask for it."""
    if visitors.whole_customer(request) is None:
        return links.ask_to_sign_in(request, request.portal_client)
    actor, client_id, status, refusal = request.actor, request.client.id, 200, ""
    if request.method == "POST":
        try:
            own_data.ask(actor, client_id=client_id)
        except Conflict as error:
            status, refusal = error.status, str(error)
        else:
            messages.success(request, _("We put it together and mail you the link, mostly within minutes."))
            return redirect("portal:my_data", client=client)
    job = own_data.latest(actor, client_id)
    until = job.ended_at + own_data.LINK_LASTS if job and job.ended_at else None
    context = {"job": job, "is_here": own_data.is_here(job), "until": until, "refusal": refusal}
    return render(request, "leaving/my_data.html", context, status=status)


@portal(signed_in=True)
@require_POST
def my_data_file(request: DoorRequest, client: str) -> HttpResponseBase:
    """The file itself, to its customer alone; each time is noted in the access log."""
    if visitors.whole_customer(request) is None:
        return links.ask_to_sign_in(request, request.portal_client)
    actor, client_id = request.actor, request.client.id
    throttle.take(throttle.OWN_DATA_BY_CUSTOMER, f"{client_id}/{actor.customer_id}")
    job = own_data.fetch(actor, client_id=client_id)
    name, media = queries.file_name(job, client)
    return download.send(job, partial(_still_theirs, actor, job), name=name, media=media, headers={})


def _still_theirs(actor: Actor, job: Job) -> bool:
    """Whether the file still stands: an erasure takes it away also on the way."""
    with in_client(job.client_id, "leaving.my_data"):
        return Job.objects.filter(
            client_id=job.client_id, pk=job.pk, customer_id=actor.customer_id, size__gt=0
        ).exists()
