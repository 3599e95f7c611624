"""Known problems and major incidents: their list, their page, and what is done about them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console, staff
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation.forms import RefusableForm
from escalation.incidents import announcing, leading, linking, queries
from escalation.incidents.forms import BannerForm, IncidentForm, TellForm
from escalation.incidents.parts import Nature
from escalation.incidents.said import words_of
from escalation.models import Incident
from post import once
from tickets.queries.ticket_page import find_ticket

# A ticket's number has fewer digits.
LONGEST_WORDS, LONGEST_NUMBER = 100, 10


@staff(Right.TICKET_READ)
@require_safe
def listing(request: DoorRequest) -> HttpResponse:
    """What is wrong at all my clients."""
    faces = [face for face in request.actor.clients if request.actor.may(Right.TICKET_READ, face.id)]
    return _list(request, "desk", faces)


@console(Right.TICKET_READ)
@require_safe
def clients_listing(request: DoorRequest, client: str) -> HttpResponse:
    """What is wrong at this client."""
    return _list(request, "console", [request.client])


def _list(request: DoorRequest, place: str, faces: list[Any]) -> HttpResponse:
    every = request.GET.get("show") == "all"
    leads = [face for face in faces if request.actor.may(Right.INCIDENT_LEAD, face.id)]
    context = {
        "base": f"{place}.html",
        "place": place,
        "section": "incidents" if place == "desk" else "inbox",
        "found": queries.listed(request.actor, faces, all_states=every),
        "every": every,
        "leads": leads,
    }
    return render(request, "escalation/incidents.html", context)


@staff(Right.INCIDENT_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: DoorRequest, client: str) -> HttpResponse:
    """Write down a known problem, or declare a major incident on a ticket (`ticket` and `nature` in the address)."""
    asked = request.GET.get("ticket", "")
    ticket = find_ticket(request.actor, request.client.id, int(asked)) if _is_number(asked) else None
    is_major = request.GET.get("nature") == Nature.MAJOR and ticket is not None
    form = IncidentForm(request.POST or None, client_id=request.client.id, row=None, ticket=ticket)
    status = 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid():
                given, nature = form.definition(), Nature.MAJOR if is_major else Nature.PROBLEM
                ticket_id = ticket.pk if ticket is not None else None
                sent, said = request.POST.get("once", ""), repr((given, nature, ticket_id))
                sending = once.Sending(request.actor, request.client.id, form=request.path, sent=sent, given=said)
                if (led_to := sending.earlier()) is not None:
                    return redirect(led_to)
                row = leading.begin(
                    request.actor, client_id=request.client.id, nature=nature, given=given, ticket_id=ticket_id
                )
                messages.success(request, _begun(row))
                answer = _to(request, row.number)
                sending.keep(answer["Location"])
                return answer
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
    context = {"section": "incidents", "form": form, "ticket": ticket, "is_major": is_major}
    return render(request, "escalation/incident_edit.html", context, status=status)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < LONGEST_NUMBER


def _begun(row: Incident) -> str:
    if row.nature == Nature.MAJOR:
        return _("Declared. Link the tickets that it has caused, and tell their customers all at once.")
    return _("Written down. Link the tickets that it has caused.")


@staff(Right.TICKET_READ)
@require_safe
def incident(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """One incident."""
    return _page(request, number)


@staff(Right.TICKET_READ)
@require_safe
def progress(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """How far its announcements have come, as a fragment."""
    shown = queries.progress(request.actor, request.client.id, number)
    return render(request, "escalation/_incident_said.html", {"shown": shown})


@staff(Right.INCIDENT_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Say something else of it; what is said of it has to be read first."""
    request.actor.require(Right.TICKET_READ, request.client.id)
    shown = queries.one(request.actor, request.client, number)
    form = IncidentForm(request.POST or None, client_id=request.client.id, row=shown.row)
    status = 200
    if request.method == "POST":
        status = 400
        try:
            if form.is_valid():
                leading.change(
                    request.actor,
                    client_id=request.client.id,
                    number=number,
                    revision=form.cleaned_data["revision"] or 0,
                    given=form.definition(),
                    review=form.cleaned_data["review"],
                )
                messages.success(request, _("Saved."))
                return _to(request, number)
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
    context = {"section": "incidents", "form": form, "shown": shown, "is_major": shown.is_major}
    return render(request, "escalation/incident_edit.html", context, status=status)


@staff(Right.TICKET_TRIAGE)
@require_POST
def link(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Link the tickets that were ticked."""
    ids = [int(each) for each in request.POST.getlist("ticket") if each.isdecimal() and len(each) < 19]
    tell = request.POST.get("tell") == "on"

    def act() -> str:
        about = {"client_id": request.client.id, "number": number}
        found = linking.link(request.actor, ticket_ids=ids, tell=tell, **about)
        text = ngettext("%(count)s ticket is linked.", "%(count)s tickets are linked.", len(found))
        return text % {"count": len(found)}

    return _do(request, number, act, part="tickets-h")


@staff(Right.TICKET_TRIAGE)
@require_POST
def unlink(request: DoorRequest, client: str, number: int, ticket_number: int) -> HttpResponse:
    """Take a ticket off."""
    ticket = find_ticket(request.actor, request.client.id, ticket_number)
    reason = request.POST.get("reason", "")

    def act() -> str:
        about = {"client_id": request.client.id, "number": number}
        linking.unlink(request.actor, ticket_id=ticket.pk, reason=reason, **about)
        return _("#%(number)s is linked no longer.") % {"number": ticket.number}

    return _do(request, number, act, part="tickets-h")


@staff(Right.INCIDENT_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Tell all customers something: written, looked at, then sent."""
    return _tell(request, number, is_fix=False)


@staff(Right.INCIDENT_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def fix(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """It is mended: the same, with the last word."""
    return _tell(request, number, is_fix=True)


def _tell(request: DoorRequest, number: int, *, is_fix: bool) -> HttpResponse:
    request.actor.require(Right.TICKET_READ, request.client.id)
    shown = queries.one(request.actor, request.client, number)
    form = TellForm(request.POST or None)
    if not is_fix:
        del form.fields["solves"]
    status, is_preview = 200, False
    if request.method == "POST":
        status = 400
        if form.is_valid():
            is_preview = request.POST.get("do") != "send"
            if is_preview:
                status = 200
            else:
                try:
                    _send(request, number, form, is_fix=is_fix)
                    messages.success(request, _("It is on its way to each of them."))
                    return _to(request, number, "said-h")
                except (Invalid, Conflict) as error:
                    status = form.refuse(error)
    context = {"section": "incidents", "shown": shown, "form": form, "is_fix": is_fix, "is_preview": is_preview}
    return render(request, "escalation/incident_tell.html", context, status=status)


def _send(request: DoorRequest, number: int, form: TellForm, *, is_fix: bool) -> None:
    data = form.cleaned_data
    about: dict[str, Any] = {"client_id": request.client.id, "number": number, "body": data["body"]}
    if is_fix:
        leading.fix(request.actor, solves=data["solves"], once=data["once"], **about)
    else:
        announcing.tell_all(request.actor, once=data["once"], **about)


_STEPS: dict[str, tuple[Callable[..., Any], Any]] = {
    "ease": (leading.ease, lambda: _("Noted: the worst is over.")),
    "again": (leading.open_again, lambda: _("Open again.")),
    "close": (leading.close, lambda: _("Closed. It stays here for whoever looks it up.")),
    "retry": (announcing.again, lambda: _("It is tried once more.")),
}


@staff(Right.INCIDENT_LEAD)
@require_POST
def step(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Eased, open again, closed, or what could not be said tried once more."""
    if request.POST.get("do", "") not in _STEPS:
        raise NotFound
    action, said = _STEPS[request.POST["do"]]

    def act() -> str:
        action(request.actor, client_id=request.client.id, number=number)
        return str(said())

    return _do(request, number, act)


@staff(Right.INCIDENT_LEAD)
@require_POST
def banner(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Say something on the portal, or take it away."""
    form = BannerForm(request.POST)
    if not form.is_valid():
        return _page(request, number, status=400, banner_form=form)
    try:
        text = form.cleaned_data["banner"]
        leading.put_banner(request.actor, client_id=request.client.id, number=number, text=text)
    except (Invalid, Conflict) as error:
        return _page(request, number, status=form.refuse(error), banner_form=form)
    messages.success(request, _("The portal says so now.") if text.strip() else _("The portal says nothing more."))
    return _to(request, number, "banner-h")


@staff(Right.TICKET_READ)
@require_safe
def of_ticket(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """What a ticket hangs on, as a fragment for its page."""
    ticket = find_ticket(request.actor, request.client.id, number)
    context = {
        "ticket": ticket,
        "found": queries.of_ticket(ticket.client_id, ticket.pk),
        "reads_articles": request.actor.may(Right.ARTICLE_READ, ticket.client_id),
    }
    return render(request, "escalation/_incident_strip.html", context)


@staff(Right.TICKET_TRIAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def cause(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Say what a ticket is caused by: one of what is known, or something new."""
    ticket = find_ticket(request.actor, request.client.id, number)
    refusal, status = "", 200
    if request.method == "POST":
        chosen = request.POST.get("incident", "")
        try:
            if not _is_number(chosen):
                raise Invalid(_("Choose what it is caused by."))
            linking.link(
                request.actor,
                client_id=ticket.client_id,
                number=int(chosen),
                ticket_ids=[ticket.pk],
                tell=request.POST.get("tell") == "on",
            )
            messages.success(request, _("Linked."))
            return redirect("desk:ticket", client=client, number=number)
        except (Invalid, Conflict) as error:
            refusal, status = str(error), error.status
    linked = {row.pk for row in queries.of_ticket(ticket.client_id, ticket.pk)}
    context = {
        "section": "queue",
        "ticket": ticket,
        "lasting": [row for row in queries.lasting(ticket.client_id) if row.pk not in linked],
        "may_lead": request.actor.may(Right.INCIDENT_LEAD, ticket.client_id),
        "refusal": refusal,
    }
    return render(request, "escalation/cause.html", context, status=status)


def _do(request: DoorRequest, number: int, act: Callable[[], str], part: str = "") -> HttpResponse:
    try:
        messages.success(request, act())
    except (Invalid, Conflict) as error:
        return _page(request, number, status=error.status, refusal=str(error))
    return _to(request, number, part)


def _to(request: DoorRequest, number: int, part: str = "") -> HttpResponse:
    address = reverse("desk:incident", kwargs={"client": request.client.slug, "number": number})
    return redirect(f"{address}#{part}" if part else address)


def _page(
    request: DoorRequest,
    number: int,
    *,
    status: int = 200,
    refusal: str = "",
    banner_form: RefusableForm | None = None,
) -> HttpResponse:
    words = request.GET.get("q", "")[:LONGEST_WORDS].strip()
    shown = queries.one(request.actor, request.client, number, words)
    actor, client_id = request.actor, request.client.id
    context = {
        "section": "incidents",
        "shown": shown,
        "words": words,
        "refusal": refusal,
        "turns": [(turn, words_of(turn, request.client.name)) for turn in shown.turns],
        "banner_form": banner_form
        or BannerForm(initial={"banner": shown.banner.text if shown.banner is not None else ""}),
        "may_lead": actor.may(Right.INCIDENT_LEAD, client_id),
        "reads_articles": actor.may(Right.ARTICLE_READ, client_id),
        "may_link": actor.may(Right.TICKET_TRIAGE, client_id),
        "may_tell": actor.may(Right.INCIDENT_LEAD, client_id) and actor.may(Right.TICKET_REPLY, client_id),
    }
    return render(request, "escalation/incident.html", context, status=status)
