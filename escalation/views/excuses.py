"""The broken promises of a ticket, for both its sides: saying that one was nobody's fault, and deciding about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from access.doors import staff
from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from access.rights import Right
from escalation.actions import excuses as actions
from escalation.forms import RefusableForm
from escalation.models import Clock, Excuse, Metric
from helpdesk.lib import clock
from tickets.models import Ticket
from tickets.queries.ticket_page import find_ticket


class ReasonForm(RefusableForm):
    """Why it was nobody's fault."""

    reason = forms.CharField(
        label=gettext_lazy("Why it was nobody’s fault"),
        max_length=actions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AnswerForm(RefusableForm):
    """What the other side says to it."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        required=False,
        max_length=actions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Say why, where you refuse it."),
    )


@dataclass(frozen=True, slots=True)
class Breach:
    """One broken promise, with what was said about it, the newest first, and the form for what can be said now."""

    clock: Clock
    label: str
    excuses: list[Excuse] = field(default_factory=list)
    form: RefusableForm | None = None

    @property
    def call_at(self) -> datetime | None:
        """The moment of a promised call; None for every other promise."""
        if self.clock.metric != Metric.CALL_BACK:
            return None
        return self.clock.started_at + timedelta(seconds=self.clock.target_seconds)

    @property
    def waiting(self) -> Excuse | None:
        """The excuse that nobody has decided about."""
        return next((row for row in self.excuses if row.state == Excuse.State.PROPOSED), None)

    @property
    def is_excused(self) -> bool:
        """Whether both sides have excused it."""
        return any(row.state == Excuse.State.ACCEPTED for row in self.excuses)


@staff(Right.TICKET_READ)
@require_safe
def breaches(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Each promise that was broken, and what both sides say about it."""
    return _page(request, find_ticket(request.actor, request.client.id, number))


@staff(Right.TICKET_ESCALATE)
@require_POST
def propose(request: DoorRequest, client: str, number: int, clock_id: int) -> HttpResponse:
    """Say why one was nobody's fault."""
    ticket, form = find_ticket(request.actor, request.client.id, number), ReasonForm(request.POST)

    def act() -> str:
        about = {"client_id": ticket.client_id, "ticket_id": ticket.pk, "clock_id": clock_id}
        actions.propose_excuse(request.actor, reason=form.cleaned_data["reason"], **about)
        return _("Proposed. The promise counts as broken until the other side accepts it.")

    return _done(request, ticket, form, act, clock_id)


@staff(Right.TICKET_ESCALATE)
@require_POST
def decide(request: DoorRequest, client: str, number: int, excuse_id: int) -> HttpResponse:
    """Accept or refuse the other side's excuse, or take one's own back."""
    ticket, form = find_ticket(request.actor, request.client.id, number), AnswerForm(request.POST)
    rows = Excuse.objects.filter(client_id=ticket.client_id, ticket=ticket, pk=excuse_id)
    clock_id = rows.values_list("clock_id", flat=True).first() or 0

    def act() -> str:
        about = {"client_id": ticket.client_id, "ticket_id": ticket.pk, "excuse_id": excuse_id}
        answer = form.cleaned_data["answer"]
        match request.POST.get("do"):
            case "accept":
                actions.accept_excuse(request.actor, answer=answer, **about)
                return _("Accepted. Reports show it as broken and excused.")
            case "withdraw":
                actions.withdraw_excuse(request.actor, **about)
                return _("Taken back.")
            case "refuse":
                actions.refuse_excuse(request.actor, answer=answer, **about)
                return _("Refused. The promise stays broken.")
        raise Invalid(_("Choose one of the buttons."))

    return _done(request, ticket, form, act, clock_id)


def _done(
    request: DoorRequest, ticket: Ticket, form: RefusableForm, act: Callable[[], str], clock_id: int
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, ticket, form, clock_id, status=400)
    try:
        messages.success(request, act())
    except (Invalid, Conflict) as error:
        return _page(request, ticket, form, clock_id, status=form.refuse(error))
    return redirect("desk:breaches", client=request.client.slug, number=ticket.number)


def _page(
    request: DoorRequest, ticket: Ticket, refused: RefusableForm | None = None, clock_id: int = 0, *, status: int = 200
) -> HttpResponse:
    actor, now = request.actor, clock.now()
    said: dict[int, list[Excuse]] = {}
    for row in Excuse.objects.filter(client_id=ticket.client_id, ticket=ticket).order_by("-pk"):
        said.setdefault(row.clock_id, []).append(row)
    clocks = Clock.objects.filter(client_id=ticket.client_id, ticket=ticket).order_by("pk")
    found = []
    for each in clocks:
        if actions.is_broken(each, now) or each.pk in said:
            excuses = said.get(each.pk, [])
            waits = any(row.state == Excuse.State.PROPOSED for row in excuses)
            form = refused if refused and each.pk == clock_id else (AnswerForm() if waits else ReasonForm())
            found.append(Breach(each, str(Metric(each.metric).label), excuses, form))
    may_propose = actor.may(Right.TICKET_ESCALATE, ticket.client_id)
    context = {
        "section": "queue",
        "ticket": ticket,
        "breaches": found,
        "own_side": actions.side_of(actor),
        "may_propose": may_propose,
        "may_decide": may_propose and actor.may(Right.REPORT_READ, ticket.client_id),
    }
    return render(request, "escalation/breaches.html", context, status=status)
