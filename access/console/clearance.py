"""What clearance takes at this client: its NDA, networks, certificates, and how strict it is."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from access import clearance as cleared
from access.actions import clearing
from access.console.forms import ONCE, CertificationForm, CorrectableForm, NdaForm, NetworksForm, RulesForm
from access.doing import answer
from access.doors import console
from access.models import Certification, Nda, NetworkRule
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock


@console(Right.CLEARANCE_EDIT)
@require_safe
def clearance(request: DoorRequest, client: str) -> HttpResponse:
    """Everything that is asked for, each with its form."""
    return _page(request)


@console(Right.CLEARANCE_EDIT)
@require_POST
def publish_nda(request: DoorRequest, client: str) -> HttpResponse:
    """Publish the next version; one that counts at once says first what it would do."""
    form = NdaForm(request.POST)
    if form.is_valid() and form.cleaned_data["when"] == ONCE and not form.cleaned_data["sure"]:
        stop = cleared.would_stop(request.client.id)
        context = {"section": "people", "form": form, "stop": stop}
        return render(request, "access/console/nda_at_once.html", context)
    return _done(request, "nda", form, _publish)


@console(Right.CLEARANCE_EDIT)
@require_POST
def set_networks(request: DoorRequest, client: str) -> HttpResponse:
    """Say from which networks the client may be worked for."""
    return _done(request, "networks", NetworksForm(request.POST), _networks)


@console(Right.CLEARANCE_EDIT)
@require_POST
def set_rules(request: DoorRequest, client: str) -> HttpResponse:
    """Say how strict the client is."""
    return _done(request, "rules", RulesForm(request.POST), _rules)


@console(Right.CLEARANCE_EDIT)
@require_POST
def require_certification(request: DoorRequest, client: str) -> HttpResponse:
    """Ask for one more certificate."""
    return _done(request, "certification", CertificationForm(request.POST), _certification)


@console(Right.CLEARANCE_EDIT)
@require_POST
def retire_certification(request: DoorRequest, client: str, certification_id: int) -> HttpResponse:
    """Ask for a certificate no longer."""
    row = clearing.retire_certification(request.actor, client_id=request.client.id, certification_id=certification_id)
    messages.success(request, _("%(name)s is asked for no longer.") % {"name": row.name})
    return redirect("console:clearance", client=client)


Act = Callable[[DoorRequest, dict[str, Any]], str]


def _publish(request: DoorRequest, data: dict[str, Any]) -> str:
    at_once = data["when"] == ONCE
    nda = clearing.publish_nda(request.actor, client_id=request.client.id, text=data["text"], at_once=at_once)
    if at_once:
        return _("Version %(number)s of your NDA is in effect. Whoever is kept out by it gets a mail.") % {
            "number": nda.number
        }
    said = _("Version %(number)s of your NDA takes effect on %(day)s. Whoever has to accept it gets a mail.")
    day = date_format(clock.as_local(nda.effective_at, request.client.time_zone), "j M Y")
    return said % {"number": nda.number, "day": day}


def _networks(request: DoorRequest, data: dict[str, Any]) -> str:
    count = clearing.set_networks(request.actor, client_id=request.client.id, text=data["networks"])
    if not count:
        return _("From the next click on, agents work for you from anywhere.")
    said = ngettext(
        "From the next click on, agents work for you from that %(count)s network alone.",
        "From the next click on, agents work for you from those %(count)s networks alone.",
        count,
    )
    return said % {"count": count}


def _rules(request: DoorRequest, data: dict[str, Any]) -> str:
    clearing.set_rules(request.actor, client_id=request.client.id, **data)
    return _("How strict you are is saved. It counts from the next click on.")


def _certification(request: DoorRequest, data: dict[str, Any]) -> str:
    row = clearing.require_certification(request.actor, client_id=request.client.id, **data)
    return _("%(name)s is asked for from now on.") % {"name": row.name}


def _done(request: DoorRequest, name: str, form: CorrectableForm, act: Act) -> HttpResponse:
    """Do what a form asks and go back to the page, or show the page with the form as it was filled in."""
    page, onwards = (
        partial(_page, request, filled={name: form}),
        redirect("console:clearance", client=request.client.slug),
    )
    return answer(request, lambda: act(request, form.cleaned_data), str, page=page, onwards=onwards, form=form)


def _page(
    request: DoorRequest, *, status: int = 200, filled: Mapping[str, CorrectableForm] | None = None
) -> HttpResponse:
    client_id, now = request.client.id, clock.now()
    rules = NetworkRule.objects.filter(client_id=client_id).order_by("pk")
    shown = "\n".join(f"{rule.network}  # {rule.note}" if rule.note else rule.network for rule in rules)
    versions = list(Nda.objects.filter(client_id=client_id).order_by("-number"))
    forms: dict[str, CorrectableForm] = {
        # Most versions change little; one begins with the newest, which may be yet to take effect.
        "nda": NdaForm(auto_id="nda_%s", initial={"text": versions[0].text if versions else ""}),
        "networks": NetworksForm(initial={"networks": shown}),
        "rules": RulesForm.of(clearing.rules_of(client_id)),
        "certification": CertificationForm(auto_id="cert_%s"),
    }
    forms |= filled or {}
    cast(NdaForm, forms["nda"]).tell(cleared.would_stop(client_id, now=now))
    context = {
        "section": "people",
        "forms": forms,
        "versions": versions,
        "current": next((row for row in versions if row.effective_at <= now), None),
        "certifications": Certification.objects.filter(client_id=client_id, retired_at=None).order_by("name"),
        "now": now,
    }
    return render(request, "access/console/clearance.html", context, status=status)
