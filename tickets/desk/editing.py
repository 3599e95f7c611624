"""A customer's record, changed by whoever may: what is hidden from them can be replaced, not read."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access import log
from access.doors import staff
from access.errors import Conflict, Invalid
from access.middleware import note_refusal
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions.customers import LONGEST, change_customer
from tickets.desk.forms import DeskForm
from tickets.models.customers import FieldKind
from tickets.portal.forms import WordsField
from tickets.queries import customers, records
from tickets.record_values import LONGEST as LONGEST_VALUE
from tickets.record_values import YES_NO
from tickets.records import FieldSpec, Record, Relation, name_in_list


class RecordForm(DeskForm):
    """One input for each field; a hidden one begins empty, and stays as it is unless something is typed."""

    def __init__(self, *args: Any, whole: Record, relation: Relation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hidden: set[str] = set()
        for key, spec in whole.specs.items():
            shown = whole.shown(key, relation)
            self.fields[key] = _input(spec, shown.text, masked=shown.masked)
            if shown.masked:
                self.hidden.add(key)
                self.fields[f"{key}__clear"] = forms.BooleanField(
                    label=_("Remove: %(label)s") % {"label": spec.label}, required=False
                )

    def given(self) -> tuple[dict[str, str], set[str]]:
        """What was written, by field; hidden fields only where they are replaced or removed; and all their keys."""
        values: dict[str, str] = {}
        for key, text in self.cleaned_data.items():
            if key.endswith("__clear"):
                continue
            if key not in self.hidden or text:
                values[key] = text
            elif self.cleaned_data[f"{key}__clear"]:
                values[key] = ""
        return values, set(values)


def _input(spec: FieldSpec, text: str, *, masked: bool) -> forms.Field:
    """The input of one field, never with a value that its reader may not see."""
    help_text = _("Hidden: %(mask)s. Leave it empty to keep it.") % {"mask": text} if masked else ""
    common: dict[str, Any] = {
        "label": spec.label,
        "required": False,
        "help_text": help_text,
        "initial": "" if masked else text,
    }
    if spec.kind in (FieldKind.CHOICE, FieldKind.YES_NO):
        pairs = YES_NO.items() if spec.kind is FieldKind.YES_NO else ((each, each) for each in spec.choices)
        return forms.ChoiceField(choices=[("", ""), *pairs], **common)
    widget = forms.DateInput(attrs={"type": "date"}) if spec.kind is FieldKind.DATE else forms.TextInput()
    widget.attrs["autocomplete"] = "off"
    return WordsField(max_length=LONGEST.get(spec.key, LONGEST_VALUE), widget=widget, **common)


@staff(Right.CUSTOMER_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str, customer: int) -> HttpResponse:
    """The form, and the record that comes of it."""
    found = customers.find(request.actor, request.client.id, customer)
    kept = records.keeping(request.client)
    whole, held = records.of_customer(kept, found), records.held_ticket(request.actor, found.client_id, found.pk)
    relation = records.relation(held)
    form = RecordForm(request.POST if request.method == "POST" else None, whole=whole, relation=relation)
    status = 200
    if form.is_bound:
        try:
            if form.is_valid():
                values, keys = form.given()
                own = {spec.key: values.pop(spec.key) for spec in kept.own if spec.key in keys}
                change_customer(
                    request.actor, client_id=found.client_id, customer_id=found.pk, own_fields=own, **values
                )
                messages.success(request, _("The record is changed."))
                return redirect("desk:customer", client=client, customer=customer)
            status = 400
        except (Invalid, Conflict) as error:
            note_refusal(request, error)
            status = form.refuse(error)
    log.record(request.actor, found.client_id, log.Action.VIEW, (log.CUSTOMER, found.pk))
    name = name_in_list(whole.shown("name", relation).text)
    context = {"section": "queue", "form": form, "customer": found, "name": name}
    return render(request, "tickets/desk/edit_customer.html", context, status=status)
