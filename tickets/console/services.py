"""The client's services, and how priorities follow from impact, urgency and service."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from tickets import seasons
from tickets.actions import priorities as weighing
from tickets.actions import services as actions
from tickets.actions.services import LONGEST_NAME, LONGEST_OWNER, Definition
from tickets.desk.forms import DeskForm
from tickets.models import Criticality, Impact, Service, Urgency
from tickets.portal.forms import WordsField
from tickets.queries import services as queries

STEPS = (
    (2, gettext_lazy("two higher")),
    (1, gettext_lazy("one higher")),
    (0, gettext_lazy("as the table says")),
    (-1, gettext_lazy("one lower")),
)


class ServiceForm(DeskForm):
    """What a service is called, whose it is, and how much hangs on it."""

    name = WordsField(label=gettext_lazy("Name"), max_length=LONGEST_NAME)
    owner = WordsField(
        label=gettext_lazy("Whose it is"),
        max_length=LONGEST_OWNER,
        required=False,
        help_text=gettext_lazy("Somebody of yours who knows it. Your customers don’t see this."),
    )
    criticality = forms.ChoiceField(
        label=gettext_lazy("How much hangs on it"), choices=Criticality.choices, initial=Criticality.ORDINARY.value
    )
    busy = WordsField(
        label=gettext_lazy("Busy seasons"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One a line, month and day: 11-15 to 12-24. One may go over New Year."),
    )
    is_offered = forms.BooleanField(label=gettext_lazy("Your portal’s form offers it"), required=False, initial=True)
    is_retired = forms.BooleanField(
        label=gettext_lazy("Retired: it stays on its tickets, and nobody can choose it"), required=False
    )

    def definition(self) -> Definition:
        """What was written."""
        data = self.cleaned_data
        return Definition(**{**data, "criticality": Criticality(data["criticality"])})


class PrioritiesForm(DeskForm):
    """A priority for each impact and urgency, and what a service adds."""

    def __init__(self, *args: Any, client_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table, weights = queries.priority_table(client_id), weighing.weights_of(client_id)
        numbers = [(n, str(n)) for n in range(1, 5)]
        for impact in Impact:
            for urgency in Urgency:
                self.fields[_cell(impact, urgency)] = forms.TypedChoiceField(
                    label=f"{impact.label}, {urgency.label}",
                    choices=numbers,
                    coerce=int,
                    initial=table[impact, urgency],
                )
        labels = {
            "vital": _("About a vital service"),
            "important": _("About an important service"),
            "ordinary": _("About an ordinary service"),
            "busy": _("And in its busy season"),
        }
        for name, label in labels.items():
            self.fields[name] = forms.TypedChoiceField(
                label=label, choices=STEPS, coerce=int, initial=getattr(weights, name)
            )

    @property
    def rows(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """The table as it is shown: an impact, and its fields by urgency from the most urgent on."""
        return [
            (str(impact.label), [(str(urgency.label), self[_cell(impact, urgency)]) for urgency in Urgency])
            for impact in Impact
        ]

    @property
    def weights(self) -> list[Any]:
        """The fields of what a service adds."""
        return [self[name] for name in ("vital", "important", "ordinary", "busy")]

    def table(self) -> dict[tuple[int, int], int]:
        """What was chosen in the table."""
        return {(int(i), int(u)): self.cleaned_data[_cell(i, u)] for i in Impact for u in Urgency}


def _cell(impact: Impact, urgency: Urgency) -> str:
    return f"p{impact.value}{urgency.value}"


@console(Right.MATRIX_EDIT)
@require_safe
def overview(request: DoorRequest, client: str) -> HttpResponse:
    """Every service, those in use first."""
    context = {"section": "matrix", "services": queries.shown(request.client.id)}
    return render(request, "tickets/console/services.html", context)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_service(request: DoorRequest, client: str) -> HttpResponse:
    """One more service."""
    return _edit(request, client, None)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_service(request: DoorRequest, client: str, service_id: int) -> HttpResponse:
    """Change a service, or retire it."""
    row = Service.objects.filter(client_id=request.client.id, pk=service_id).first()
    if row is None:
        raise NotFound
    return _edit(request, client, row)


def _edit(request: DoorRequest, client: str, row: Service | None) -> HttpResponse:
    form = ServiceForm(request.POST if request.method == "POST" else None, initial=_initial(row) if row else None)
    status = 200
    if form.is_bound:
        status = 400
        try:
            if form.is_valid():
                _save(request, row, form.definition())
                return redirect("console:services", client=client)
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
    context = {"section": "matrix", "form": form, "service": row}
    return render(request, "tickets/console/service.html", context, status=status)


def _initial(row: Service) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("name", "owner", "criticality", "is_offered", "is_retired")}
    return {**facts, "busy": "\n".join(seasons.words(each) for each in row.seasons)}


def _save(request: DoorRequest, row: Service | None, given: Definition) -> None:
    if row is None:
        actions.add_service(request.actor, client_id=request.client.id, given=given)
        messages.success(request, _("“%(service)s” can be chosen on tickets now.") % {"service": given.name})
    else:
        actions.change_service(request.actor, client_id=request.client.id, service_id=row.pk, given=given)
        messages.success(request, _("“%(service)s” is changed.") % {"service": given.name})


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def priorities(request: DoorRequest, client: str) -> HttpResponse:
    """The client's own table, and what a service adds to it."""
    form = PrioritiesForm(request.POST if request.method == "POST" else None, client_id=request.client.id)
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            weights = {name: form.cleaned_data[name] for name in ("vital", "important", "ordinary", "busy")}
            weighing.set_priorities(request.actor, client_id=request.client.id, table=form.table(), weights=weights)
            messages.success(request, _("Priorities follow so for new tickets, and for those sorted anew."))
            return redirect("console:priorities", client=client)
    context = {"section": "matrix", "form": form, "urgencies": [urgency.label for urgency in Urgency]}
    return render(request, "tickets/console/priorities.html", context, status=status)
