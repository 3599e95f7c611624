"""Record sources: the client's own systems, how they are asked, and what of their records is shown to whom."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import links
from access.doors import console
from access.errors import Conflict, Invalid, NotFound
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions import sources as actions
from tickets.actions.sources import Plan
from tickets.desk.forms import DeskForm
from tickets.models import RecordSource
from tickets.models.customers import Sensitivity
from tickets.portal.forms import WordsField
from tickets.sources import LONGEST_URL, secret


class SourceForm(DeskForm):
    """One system of the client's."""

    name = WordsField(label=gettext_lazy("Name"), max_length=80)
    lookup = WordsField(
        label=gettext_lazy("Where we ask"),
        max_length=LONGEST_URL,
        required=False,
        help_text=gettext_lazy("https://…/{external_id}. Leave it empty where the system pushes its records to us."),
    )
    link = WordsField(
        label=gettext_lazy("Where an agent opens it"),
        max_length=LONGEST_URL,
        required=False,
        help_text=gettext_lazy("https://…/{external_id}, with the customer’s number in its place."),
    )
    fields_ = WordsField(
        label=gettext_lazy("Fields of its records"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line: key, kind (text, number, date, yes_no, email, phone), class (public, contact, sensitive)"
            " and label. What is not named here is left out."
        ),
    )
    number_class = forms.ChoiceField(label=gettext_lazy("Who sees numbers and titles"), choices=Sensitivity.choices)
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def refuse(self, error: Any) -> int:
        """Show why an action refused; `fields` is called otherwise in a form."""
        if getattr(error, "field", None) == "fields":
            error.field = "fields_"
        return super().refuse(error)

    def plan(self) -> Plan:
        """What was written."""
        data = self.cleaned_data
        return Plan(
            name=data["name"],
            lookup=data["lookup"],
            link=data["link"],
            fields=data["fields_"],
            number_class=Sensitivity(data["number_class"]),
            is_active=data["is_active"],
        )


@console(Right.SOURCES_EDIT)
@require_safe
def overview(request: DoorRequest, client: str) -> HttpResponse:
    """The systems that are connected."""
    rows = RecordSource.objects.filter(client_id=request.client.id).order_by("name")
    return render(request, "tickets/console/record_sources.html", {"section": "record_fields", "sources": rows})


@console(Right.SOURCES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def new_source(request: DoorRequest, client: str) -> HttpResponse:
    """Connect one more."""
    return _edit(request, client, None)


@console(Right.SOURCES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_source(request: DoorRequest, client: str, source_id: int) -> HttpResponse:
    """Change how one is connected; its secret is shown here, to whoever may change it."""
    row = RecordSource.objects.filter(client_id=request.client.id, pk=source_id).first()
    if row is None:
        raise NotFound
    return _edit(request, client, row)


def _edit(request: DoorRequest, client: str, row: RecordSource | None) -> HttpResponse:
    form = SourceForm(request.POST if request.method == "POST" else None, initial=_initial(row) if row else None)
    status = 200
    if form.is_bound:
        status = 400
        try:
            if form.is_valid():
                saved = actions.save_source(
                    request.actor, client_id=request.client.id, plan=form.plan(), source_id=row.pk if row else None
                )
                messages.success(request, _("%(name)s is connected so.") % {"name": saved.name})
                return redirect("console:record_source", client=client, source_id=saved.pk)
        except (Invalid, Conflict) as error:
            status = form.refuse(error)
    context: dict[str, Any] = {"section": "record_fields", "form": form, "source": row}
    if row:
        context["secret"] = secret(row.client_id, row.pk, row.secret_version)
        context["push_url"] = links.absolute(f"/api/v1/records/{row.slug}/")
    return render(request, "tickets/console/record_source.html", context, status=status)


def _initial(row: RecordSource) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("name", "lookup", "link", "number_class", "is_active")}
    lines = [f"{each['key']} {each['kind']} {each['sensitivity']} {each['label']}" for each in row.fields]
    return {**facts, "fields_": "\n".join(lines)}


@console(Right.SOURCES_EDIT)
@require_POST
def renew_secret(request: DoorRequest, client: str, source_id: int) -> HttpResponse:
    """Another secret from now on."""
    row = actions.renew_secret(request.actor, client_id=request.client.id, source_id=source_id)
    said = _("Lookups at %(name)s are signed with the new secret from now on.")
    messages.success(request, said % {"name": row.name})
    return redirect("console:record_source", client=client, source_id=source_id)


@console(Right.SOURCES_EDIT)
@require_POST
def remove_source(request: DoorRequest, client: str, source_id: int) -> HttpResponse:
    """Cut it off."""
    row = actions.remove_source(request.actor, client_id=request.client.id, source_id=source_id)
    messages.success(request, _("%(name)s is cut off, and what it told is gone.") % {"name": row.name})
    return redirect("console:record_sources", client=client)
