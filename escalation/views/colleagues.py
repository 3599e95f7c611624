"""Asking a colleague or one's lead about a ticket."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access.doors import staff
from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from access.rights import Right
from escalation.actions import colleagues
from escalation.forms import RefusableForm
from post import once
from tickets.models import Ticket
from tickets.queries.ticket_page import find_ticket


class AskForm(RefusableForm):
    """Whom, and what."""

    whom = forms.ChoiceField(label=gettext_lazy("Whom"))
    question = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=colleagues.LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("It becomes a note of your company’s own; they answer with a note."),
    )

    def __init__(self, data: object = None, *, people: list[tuple[str, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict or nothing
        whom = self.fields["whom"]
        assert isinstance(whom, forms.ChoiceField)
        whom.choices = people


@staff(Right.TICKET_ESCALATE)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: DoorRequest, client: str, number: int) -> HttpResponse:
    """Pull somebody in without handing the ticket over."""
    ticket = find_ticket(request.actor, request.client.id, number)
    people = _people(request)
    if request.method != "POST":
        return _page(request, ticket, AskForm(people=people))
    form = AskForm(request.POST, people=people)
    if not form.is_valid():
        return _page(request, ticket, form, status=400)
    url = reverse("desk:ticket", kwargs={"client": client, "number": number})
    about = {"form": request.path, "sent": request.POST.get("once", ""), "given": repr(form.cleaned_data)}
    sending = once.Sending(request.actor, ticket.client_id, **about)
    try:
        if (led_to := sending.earlier()) is not None:
            return redirect(led_to)
        colleagues.ask(request.actor, client_id=ticket.client_id, ticket_id=ticket.pk, **form.cleaned_data)
        sending.keep(url)
    except (Invalid, Conflict) as error:
        return _page(request, ticket, form, status=form.refuse(error))
    messages.success(request, _("Asked. The ticket stays as it is; the answer comes as a note."))
    return redirect(url)


def _people(request: DoorRequest) -> list[tuple[str, str]]:
    """Whoever leads first, then everybody who is cleared, with their team and role."""
    found = colleagues.colleagues(request.actor, request.client.id) if request.actor.vendor_id is not None else []
    leading = colleagues.leads(found)
    first = [(colleagues.LEADS, _("Our leads: %(names)s") % {"names": ", ".join(line.name for line in leading)})]
    each = [
        (str(line.user_id), ", ".join(filter(None, (line.name, line.team, str(line.role_label))))) for line in found
    ]
    return [*(first if leading else []), *each]


def _page(request: DoorRequest, ticket: Ticket, form: AskForm, *, status: int = 200) -> HttpResponse:
    context = {"section": "queue", "ticket": ticket, "form": form, "has_people": bool(_people(request))}
    return render(request, "escalation/ask_colleague.html", context, status=status)
