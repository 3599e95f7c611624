"""Customer fields: who sees which, why one is shown without a ticket, and the fields of the client's own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions import record_fields as actions
from tickets.actions.record_fields import MOST_REASONS, Definition
from tickets.desk.forms import DeskForm
from tickets.models.customers import FieldKind, Sensitivity
from tickets.portal.forms import WordsField
from tickets.queries.records import Keeping, keeping
from tickets.records import BUILT_IN, FLOORS, FieldSpec, strictest

WHO_SEES = {
    Sensitivity.PUBLIC: gettext_lazy("Everybody who opens the record"),
    Sensitivity.CONTACT: gettext_lazy("Whoever has their open ticket"),
    Sensitivity.SENSITIVE: gettext_lazy("Nobody, until it is shown on request"),
}


class GuardForm(DeskForm):
    """Who sees the fields of every record, and the reasons."""

    country = WordsField(
        label=gettext_lazy("Country your customers dial in"),
        max_length=2,
        required=False,
        help_text=gettext_lazy("Two letters. A number without a country code is one of this country."),
    )
    reasons = WordsField(
        label=gettext_lazy("Reasons to show a field without a ticket"),
        max_length=900,
        required=False,
        widget=forms.Textarea(attrs={"rows": MOST_REASONS}),
        help_text=gettext_lazy("Six at most, one a line. They stand in your access log."),
    )

    def __init__(self, *args: Any, kept: Keeping, **kwargs: Any) -> None:
        reasons = "\n".join(str(words) for _kept, words in kept.reasons)
        kwargs["initial"] = {"country": kept.country, "reasons": reasons}
        super().__init__(*args, **kwargs)
        guards = {}
        for spec in BUILT_IN:
            allowed = [each for each in Sensitivity if strictest(FLOORS[spec.key], each) == each]
            guards[spec.key] = forms.ChoiceField(
                label=str(spec.label),
                choices=[(each.value, WHO_SEES[each]) for each in allowed],
                initial=kept.specs[spec.key].sensitivity.value,
            )
        self.fields = {**guards, **self.fields}

    def classes(self) -> dict[str, str]:
        """The class of each field."""
        return {key: self.cleaned_data[key] for key in FLOORS}


class FieldForm(DeskForm):
    """A field of the client's own."""

    label = WordsField(label=gettext_lazy("Name"), max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=FieldKind.choices)
    sensitivity = forms.ChoiceField(
        label=gettext_lazy("Who sees it"),
        choices=[(each.value, words) for each, words in WHO_SEES.items()],
        initial=Sensitivity.CONTACT.value,
    )
    required = forms.BooleanField(label=gettext_lazy("Must be filled in"), required=False)
    least = WordsField(
        label=gettext_lazy("At least"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("The length of a text, the value of a number, the day of a date."),
    )
    most = WordsField(label=gettext_lazy("At most"), max_length=20, required=False)
    choices = WordsField(
        label=gettext_lazy("Choices"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, where it is one of several."),
    )

    def definition(self) -> Definition:
        """What was written."""
        data = self.cleaned_data
        return Definition(
            label=data["label"],
            kind=FieldKind(data["kind"]),
            sensitivity=Sensitivity(data["sensitivity"]),
            required=data["required"],
            least=data["least"],
            most=data["most"],
            choices=data["choices"].splitlines(),
        )


@console(Right.SOURCES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: DoorRequest, client: str) -> HttpResponse:
    """Who sees which field, the reasons, and the client's own fields."""
    kept = keeping(request.client)
    form = GuardForm(request.POST if request.method == "POST" else None, kept=kept)
    status = 200
    if form.is_bound:
        status = 400
        try:
            if form.is_valid():
                reasons = _own_reasons(kept, form.cleaned_data["reasons"])
                country = form.cleaned_data["country"]
                actions.guard_records(
                    request.actor, client_id=request.client.id, classes=form.classes(), reasons=reasons, country=country
                )
                messages.success(request, _("Your customers’ records are guarded so from now on."))
                return redirect("console:record_fields", client=client)
        except Invalid as error:
            status = form.refuse(error)
    context = {"section": "record_fields", "form": form, "own": kept.own, "guards": [form[key] for key in FLOORS]}
    return render(request, "tickets/console/record_fields.html", context, status=status)


def _own_reasons(kept: Keeping, text: str) -> list[str]:
    """The lines; the product's own list, unchanged, stays the product's, in every reader's language."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines == [str(words) for _kept, words in kept.reasons]:
        return list(kept.settings.reasons) if kept.settings else []
    return lines


@console(Right.SOURCES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_field(request: DoorRequest, client: str) -> HttpResponse:
    """One more field."""
    return _edit(request, client, None)


@console(Right.SOURCES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_field(request: DoorRequest, client: str, field_id: int) -> HttpResponse:
    """Change a field."""
    spec = next((each for each in keeping(request.client).own if each.id == field_id), None)
    if spec is None:
        raise NotFound
    return _edit(request, client, spec)


def _edit(request: DoorRequest, client: str, spec: FieldSpec | None) -> HttpResponse:
    form = FieldForm(request.POST if request.method == "POST" else None, initial=_initial(spec) if spec else None)
    status = 200
    if form.is_bound:
        status = 400
        try:
            if form.is_valid():
                _save(request, spec, form.definition())
                return redirect("console:record_fields", client=client)
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
    context = {"section": "record_fields", "form": form, "spec": spec}
    return render(request, "tickets/console/record_field.html", context, status=status)


def _initial(spec: FieldSpec) -> dict[str, Any]:
    facts = {name: getattr(spec, name) for name in ("label", "required", "least", "most")}
    return {**facts, "kind": spec.kind.value, "sensitivity": spec.sensitivity.value, "choices": "\n".join(spec.choices)}


def _save(request: DoorRequest, spec: FieldSpec | None, given: Definition) -> None:
    if spec is None or spec.id is None:
        actions.add_field(request.actor, client_id=request.client.id, given=given)
        messages.success(request, _("“%(field)s” stands on every record now.") % {"field": given.label})
    else:
        actions.change_field(request.actor, client_id=request.client.id, field_id=spec.id, given=given)
        messages.success(request, _("“%(field)s” is changed.") % {"field": given.label})


@console(Right.SOURCES_EDIT)
@require_POST
def remove_field(request: DoorRequest, client: str, field_id: int) -> HttpResponse:
    """Take a field and its values away."""
    row = actions.remove_field(request.actor, client_id=request.client.id, field_id=field_id)
    messages.success(request, _("“%(field)s” and its values are gone.") % {"field": row.label})
    return redirect("console:record_fields", client=client)


@console(Right.SOURCES_EDIT)
@require_POST
def move_field(request: DoorRequest, client: str, field_id: int) -> HttpResponse:
    """One place up or down."""
    up = request.POST.get("to") != "down"
    actions.move_field(request.actor, client_id=request.client.id, field_id=field_id, up=up)
    return redirect("console:record_fields", client=client)
