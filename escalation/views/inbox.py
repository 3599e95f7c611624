"""The client's inbox of questions, and one question in the console."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, queries, strip
from escalation.models import Escalation
from escalation.parts import name_of
from escalation.views import answering
from helpdesk.lib import clock, html, paging

PAGE = 30
STATES = ("open", "answered", "")


@console(Right.CONSOLE)
@require_safe
def inbox(request: DoorRequest, client: str) -> HttpResponse:
    """All questions, open and answered, the newest first."""
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    words = html.clean_line(request.GET.get("q", "")[:200], limit=600)
    rows = queries.inbox(request.client.id, state=state, words=words)
    try:
        page = paging.keyset(rows, order=queries.INBOX_ORDER, cursor=request.GET.get("at"), size=PAGE)
    except paging.BadCursor:
        return redirect("console:inbox", client=client)
    context = {
        "section": "inbox",
        "page": page,
        "state": state,
        "words": words,
        "now": clock.now(),
        "may_answer": request.actor.may(Right.ESCALATION_ANSWER, request.client.id),
        "vendor_name": queries.vendor_name(request.client.id),
    }
    return render(request, "escalation/inbox.html", context)


@console(Right.CONSOLE)
@require_http_methods(["GET", "HEAD", "POST"])
def escalation(request: DoorRequest, client: str, escalation_id: int) -> HttpResponse:
    """One question with its answer, or with the form that answers it."""
    actor, client_id = request.actor, request.client.id
    found = queries.asked(client_id, escalation_id)
    if request.method != "POST":
        if not actor.may(Right.TICKET_READ, client_id):
            raise NotFound
        answering.log_view(actor, found, "question")
        return _page(request, found)
    actor.require(Right.ESCALATION_ANSWER, client_id)
    what, text = request.POST.get("do", ""), request.POST.get("answer", "")
    try:
        answered = answering.say(actor, client_id, escalation_id, what, text)
    except Invalid as error:
        return _page(request, found, text=text, error=str(error), status=error.status)
    except Conflict as error:
        return _page(request, queries.asked(client_id, escalation_id), text=text, error=str(error), status=error.status)
    messages.success(request, _said(answered, found.vendor_name))
    if answered.state == Escalation.State.TAKEN_OVER:
        return redirect("desk:ticket", client=client, number=found.ticket.number)
    return redirect("console:escalation", client=client, escalation_id=escalation_id)


@console(Right.ESCALATION_ANSWER)
@require_POST
def press(request: DoorRequest, client: str, escalation_id: int, step_id: int) -> HttpResponse:
    """Have a step told that waits for a button."""
    try:
        actions.press(request.actor, client_id=request.client.id, escalation_id=escalation_id, step_id=step_id)
        messages.success(request, _("They are told now."))
    except Conflict as error:
        messages.info(request, str(error))
    return redirect("console:escalation", client=client, escalation_id=escalation_id)


def _page(
    request: DoorRequest, found: queries.Asked, *, text: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    actor, client_id = request.actor, request.client.id
    context = {
        "section": "inbox",
        "asked": found,
        "climb": strip.climb_of(client_id, found.escalation.pk),
        "vendor_name": found.vendor_name,
        "may_press": actor.may(Right.ESCALATION_ANSWER, client_id),
        "press_route": "console",
        "taken_on_by_reader": found.taken_on_by == name_of(actor, client_id),
        "text": text,
        "error": error,
        "now": clock.now(),
        "may_answer": actor.may(Right.ESCALATION_ANSWER, client_id),
        "may_take": actor.may(Right.TICKET_REPLY, client_id),
        "may_read_ticket": actor.may(Right.TICKET_READ, client_id),
    }
    return render(request, "escalation/question.html", context, status=status)


def _said(escalation: Escalation, vendor: str) -> str:
    if escalation.state == Escalation.State.ACKNOWLEDGED:
        return _("Noted: you are on it. Nobody else is asked. The question stays open until you answer.")
    if escalation.state == Escalation.State.TAKEN_OVER:
        return _("The ticket is yours. Answer the customer here, in your own name.")
    return _("Sent to %(vendor)s. They go on at once.") % {"vendor": vendor or _("support")}
