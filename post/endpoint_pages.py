"""Endpoints in the client's console, and a vendor's own in its office: where programs are told, and what became of it.

The doors stand in `post.urls`.  What was told is of tickets, so it is shown in the console alone.
"""

from functools import partial
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.console.forms import CorrectableForm
from access.contracting.sides import around, is_office, to
from access.doing import answer
from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from post import endpoints, reasons
from post.models import Endpoint, OutboxCall

SHOWN = 30


class EndpointForm(CorrectableForm):
    """One endpoint of the client's."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    address = forms.CharField(
        label=gettext_lazy("Where we post to"),
        max_length=500,
        help_text=gettext_lazy("https://… Each post is signed; the page shows you the secret once."),
    )
    carries = forms.ChoiceField(
        label=gettext_lazy("What it carries"),
        choices=Endpoint.Carries.choices,
        help_text=gettext_lazy("A text message or a phone call is posted with its number, text and language."),
    )
    provider = forms.ChoiceField(label=gettext_lazy("Sent through"), required=False)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(settings.CALL_PROVIDERS)
        if len(names) == 1:
            del self.fields["provider"]
        else:
            cast(forms.ChoiceField, self.fields["provider"]).choices = [(name, name) for name in names]

    @classmethod
    def of(cls, row: Endpoint) -> "EndpointForm":
        """The form as an endpoint stands."""
        return cls(initial={name: getattr(row, name) for name in cls.base_fields})

    def plan(self) -> endpoints.Plan:
        """What was written."""
        data = self.cleaned_data
        return endpoints.Plan(
            name=data["name"],
            address=data["address"],
            carries=Endpoint.Carries(data["carries"]),
            provider=data.get("provider") or "webhook",
            is_active=data["is_active"],
        )


@require_safe
def overview(request: DoorRequest, client: str) -> HttpResponse:
    """Where programs are told."""
    context = {
        **_around(request),
        "lines": endpoints.lines(request.client.id, _whose(request)),
        "theirs": [] if is_office(request) else endpoints.of_vendors(request.client.id),
    }
    return render(request, "post/console/endpoints.html", context)


def _around(request: DoorRequest) -> dict[str, Any]:
    """The reader's frame; in the console these pages stand beside the record sources."""
    return around(request) if is_office(request) else {**around(request), "section": "record_fields"}


def _whose(request: DoorRequest) -> int | None:
    """The vendor whose endpoints the reader looks after, None for the client's own."""
    return request.actor.vendor_id if is_office(request) else None


@require_http_methods(["GET", "HEAD", "POST"])
def new_endpoint(request: DoorRequest, client: str) -> HttpResponse:
    """Add one; its secret is shown with the answer, and never again."""
    form = EndpointForm(request.POST or None)
    if request.method != "POST":
        return _new(request, form)
    if not form.is_valid():
        return _new(request, form, status=400)
    try:
        row, secret = endpoints.save(request.actor, client_id=request.client.id, plan=form.plan())
    except (Invalid, Conflict) as error:
        return _new(request, form, status=form.refuse(error))
    return _page(request, row, secret=secret)


def _new(request: DoorRequest, form: EndpointForm, *, status: int = 200) -> HttpResponse:
    return render(request, "post/console/new_endpoint.html", {**_around(request), "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def endpoint(request: DoorRequest, client: str, endpoint_id: int) -> HttpResponse:
    """One endpoint with its last calls; a POST changes it."""
    row = endpoints.one(request.client.id, endpoint_id, _whose(request))
    if request.method != "POST":
        return _page(request, row)
    form = EndpointForm(request.POST)

    def act() -> tuple[Endpoint, str]:
        plan = form.plan()
        return endpoints.save(request.actor, client_id=request.client.id, plan=plan, endpoint_id=endpoint_id)

    page = partial(_page, request, row, form=form)
    return answer(request, act, _("Saved."), page=page, onwards=_back(request, endpoint_id), form=form)


@require_POST
def renew_secret(request: DoorRequest, client: str, endpoint_id: int) -> HttpResponse:
    """Another secret; it is shown with the answer, and never again."""
    row, secret = endpoints.renew_secret(request.actor, client_id=request.client.id, endpoint_id=endpoint_id)
    return _page(request, row, secret=secret)


@require_POST
def send_test(request: DoorRequest, client: str, endpoint_id: int) -> HttpResponse:
    """Try it out."""
    row = endpoints.one(request.client.id, endpoint_id, _whose(request))
    act = partial(endpoints.send_test, request.actor, client_id=request.client.id, endpoint_id=endpoint_id)
    said = _("A test is on its way. What became of it stands below in a moment.")
    return answer(request, act, said, page=partial(_page, request, row), onwards=_back(request, endpoint_id))


@require_POST
def retry_calls(request: DoorRequest, client: str, endpoint_id: int) -> HttpResponse:
    """Try all again that were given up."""
    return _retry(request, endpoint_id, None)


@require_POST
def retry_call(request: DoorRequest, client: str, endpoint_id: int, call_id: int) -> HttpResponse:
    """Try one again that was given up."""
    return _retry(request, endpoint_id, call_id)


def _retry(request: DoorRequest, endpoint_id: int, call_id: int | None) -> HttpResponse:
    row = endpoints.one(request.client.id, endpoint_id, _whose(request))
    act = partial(endpoints.retry, request.actor, client_id=request.client.id, endpoint_id=endpoint_id, call_id=call_id)
    return answer(request, act, _again, page=partial(_page, request, row), onwards=_back(request, endpoint_id))


def _again(count: int) -> str:
    if not count:
        return _("Nothing had to be tried again.")
    return ngettext("%(count)s call is on its way again.", "%(count)s calls are on their way again.", count) % {
        "count": count
    }


def _back(request: DoorRequest, endpoint_id: int) -> HttpResponse:
    """The page that the button stood on."""
    if request.POST.get("back") == "undelivered":
        return redirect("console:undelivered", client=request.client.slug)
    return to(request, "endpoint", endpoint_id=endpoint_id)


def _page(
    request: DoorRequest,
    row: Endpoint,
    *,
    form: EndpointForm | None = None,
    secret: str = "",
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = OutboxCall.objects.filter(client_id=request.client.id, endpoint=row).order_by("-pk")
    calls = [] if is_office(request) else list(rows[:SHOWN])
    context = {
        **_around(request),
        "endpoint": row,
        "form": form or EndpointForm.of(row),
        "secret": secret,
        "refusal": refusal,
        "calls": [(call, reasons.of_call(call.last_error) if call.last_error else "") for call in calls],
        "dead": 0 if is_office(request) else endpoints.dead_count(request.client.id, row.pk),
    }
    return render(request, "post/console/endpoint.html", context, status=status)
