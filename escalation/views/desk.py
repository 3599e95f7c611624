"""The vendor's side: asking the client, the strip of the climb on a ticket, taking a question back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import staff
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, checklist, queries, row_words, strip
from escalation.actions.climb import Way, asked_as, way_for
from escalation.forms import EscalateForm, facts_for
from escalation.shown import ShownStep, steps_of_way
from helpdesk.lib import clock
from tickets.actions.contracts import vendor_of
from tickets.models import Message, Ticket
from tickets.queries.ticket_page import find_ticket
from tickets.records import name_of


@staff(Right.TICKET_ESCALATE)
@require_http_methods(["GET", "HEAD", "POST"])
def escalate(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Ask the client; shows which row decides and who will be told when."""
    ticket = find_ticket(request.actor, request.client.id, number)
    if request.method != "POST":
        # What the client reads is written in the client's language.
        with translation.override(request.client.language):
            facts = facts_for(ticket, name_of(request.client, ticket.customer.name))
        form = EscalateForm(initial={"facts": facts, "reason": "decision"})
        return _form_page(request, ticket, form)
    form = EscalateForm(request.POST)
    if not form.is_valid():
        return _form_page(request, ticket, form, status=400)
    try:
        given = _given(request)
        actions.escalate(
            request.actor, client_id=ticket.client_id, ticket_id=ticket.pk, given=given, **form.cleaned_data
        )
    except (Invalid, Conflict) as error:
        return _form_page(request, ticket, form, status=form.refuse(error))
    messages.success(request, _("Sent to %(client)s. The answer comes back here.") % {"client": request.client.name})
    return redirect("desk:ticket", client=client, number=number)


@staff(Right.TICKET_READ)
@require_safe
def escalation_strip(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """The climb of a ticket as a fragment for its page; empty where it was never escalated."""
    ticket = find_ticket(request.actor, request.client.id, number)
    found = strip.climbs(ticket.client_id, ticket.pk)
    context = {
        "ticket": ticket,
        "climb": found[0] if found else None,
        "decided": row_words.decided(found[0].escalation) if found else None,
        "earlier": found[1:],
        "vendor_name": queries.vendor_name(ticket.client_id),
        "may_press": request.actor.may(Right.TICKET_ESCALATE, ticket.client_id),
        "press_route": "desk",
        "may_take_back": request.actor.may(Right.TICKET_ESCALATE, ticket.client_id)
        and request.actor.vendor_id is not None,
        "may_take_on": _may_take_on(request, found),
        "may_read_matrix": request.actor.may(Right.MATRIX_READ, ticket.client_id),
    }
    return render(request, "escalation/_strip.html", context)


def _may_take_on(request: DoorRequest, found: list[strip.Climb]) -> bool:
    """Whether the reader's own role was asked to take on the running climb, and nobody has taken it on."""
    actor, client_id = request.actor, request.client.id
    running = found[0] if found and found[0].escalation.ended_at is None else None
    if running is None or running.escalation.acknowledged_at or not actor.may(Right.TICKET_ESCALATE, client_id):
        return False
    return bool(asked_as(actor, client_id, [told.step for told in running.steps]))


@staff(Right.TICKET_ESCALATE)
@require_POST
def take_on(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Say "I am on it" as one of those whom a step has told: nobody further is."""
    ticket = find_ticket(request.actor, request.client.id, number)
    running = _running(ticket)
    try:
        if running is None:
            raise Conflict(_("The question was answered meanwhile."))
        actions.acknowledge_as_role(request.actor, client_id=ticket.client_id, escalation_id=running.escalation.pk)
        messages.success(request, _("Noted: you are on it. Nobody further is told."))
    except Conflict as error:
        messages.info(request, str(error))
    return redirect("desk:ticket", client=client, number=number)


@staff(Right.TICKET_ESCALATE)
@require_POST
def give(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Give one more of what the client asks for."""
    ticket = find_ticket(request.actor, request.client.id, number)
    running, place = _running(ticket), request.POST.get("place", "")
    try:
        if running is None:
            raise Conflict(_("The question was answered meanwhile."))
        if not (place.isascii() and place.isdigit() and len(place) < 4):
            raise NotFound
        about = {"client_id": ticket.client_id, "escalation_id": running.escalation.pk}
        actions.give(request.actor, place=int(place), text=request.POST.get("given", ""), **about)
        messages.success(request, _("Given. The client sees it with the question."))
    except (Conflict, Invalid) as error:
        messages.info(request, str(error))
    return redirect("desk:ticket", client=client, number=number)


@staff(Right.TICKET_ESCALATE)
@require_POST
def press(request: DoorRequest, client: str, number: int, step_id: int) -> HttpResponse:
    """Have a step told that waits for a button."""
    ticket = find_ticket(request.actor, request.client.id, number)
    running = _running(ticket)
    try:
        if running is None:
            raise Conflict(_("The question was answered meanwhile."))
        about = {"client_id": ticket.client_id, "escalation_id": running.escalation.pk}
        actions.press(request.actor, step_id=step_id, **about)
        messages.success(request, _("They are told now."))
    except Conflict as error:
        messages.info(request, str(error))
    return redirect("desk:ticket", client=client, number=number)


def _given(request: DoorRequest) -> dict[str, str]:
    """What the form gives of what the path asks for, by what it asks."""
    asked, texts = request.POST.getlist("asked"), request.POST.getlist("given")
    return dict(zip(asked, texts, strict=False))


def _running(ticket: Ticket) -> strip.Climb | None:
    """The climb that has not ended."""
    return next((c for c in strip.climbs(ticket.client_id, ticket.pk) if c.escalation.ended_at is None), None)


@staff(Right.TICKET_ESCALATE)
@require_POST
def take_back(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Take the question back: the ticket is ours, as if it had never been asked."""
    ticket = find_ticket(request.actor, request.client.id, number)
    running = _running(ticket)
    if running is None:
        messages.info(request, _("The question was answered meanwhile."))
        return redirect("desk:ticket", client=client, number=number)
    actions.withdraw(request.actor, client_id=ticket.client_id, escalation_id=running.escalation.pk)
    messages.success(request, _("The question is taken back. Our clock goes on as if it had never paused."))
    return redirect("desk:ticket", client=client, number=number)


def _form_page(request: DoorRequest, ticket: Ticket, form: EscalateForm, *, status: int = 200) -> HttpResponse:
    now, vendor = clock.now(), vendor_of(ticket)
    path, problem = None, ""
    try:
        path = way_for(ticket.client_id, ticket, now)
    except Invalid as error:
        problem = str(error)
    context = {
        "section": "queue",
        "ticket": ticket,
        "form": form,
        "path": path,
        "steps": _steps(path) if path else [],
        "asks": _asks(request, path),
        "may_wait": checklist.may_wait(ticket.priority),
        "problem": problem,
        "said": _said_last(ticket),
        "vendor_name": vendor.name if vendor else "",
    }
    return render(request, "escalation/escalate.html", context, status=status)


def _asks(request: DoorRequest, way: Way | None) -> list[checklist.Item]:
    """What the path asks for, with what was written already."""
    written = _given(request) if request.method == "POST" else {}
    return list(checklist.begin(way.path.asks, written, by="", at="")) if way else []


def _said_last(ticket: Ticket) -> Message | None:
    """What the customer wrote last, to have it before one's eyes while asking."""
    theirs = Message.objects.filter(client_id=ticket.client_id, ticket=ticket, author=Message.Author.CUSTOMER)
    return theirs.filter(audience=Message.Audience.PUBLIC).order_by("-pk").first()


def _steps(way: Way) -> list[ShownStep]:
    return steps_of_way(way.path, way.names, clock.now())
