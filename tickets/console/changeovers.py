"""Going over from one vendor to another: planning it, and how far it is."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from access import changeovers as going
from access.contracting.forms import DayForm, beginning_of, day_field
from access.doors import console
from access.errors import Conflict, Invalid
from access.models import Changeover, Contract
from access.requests import DoorRequest
from access.rights import Right
from tickets.actions import changeovers
from tickets.models import Status, Ticket
from tickets.queries.categories import choices, ids_with_parts

Choices = Sequence[tuple[int, str]]


class ChangeoverForm(DayForm):
    """From whom to whom, from which day on, and what of it."""

    from_contract = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=int)
    to_contract = forms.TypedChoiceField(label=gettext_lazy("To"), coerce=int)
    on_day = day_field(gettext_lazy("From which day on"))
    categories = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Which categories"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "None ticked means everything; then whoever hands over is under notice from that day on."
        ),
    )

    def __init__(self, *args: Any, before: Choices, after: Choices, categories: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in (("from_contract", before), ("to_contract", after), ("categories", categories)):
            cast(forms.TypedChoiceField, self.fields[name]).choices = found

    def clean_on_day(self) -> date | None:
        """Today or later; the action wants one to come."""
        return self.to_come("on_day")


@console(Right.CONTRACT_SIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: DoorRequest, client: str) -> HttpResponse:
    """What is planned and how far it is; plan one more."""
    form = _form(request)
    if form is not None and form.is_valid():
        data = form.cleaned_data
        try:
            row = changeovers.plan(
                request.actor,
                client_id=request.client.id,
                from_id=data["from_contract"],
                to_id=data["to_contract"],
                category_ids=data["categories"],
                on_at=beginning_of(data["on_day"], form.zone),
            )
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            said = _("Planned: from %(before)s to %(after)s on %(day)s. Until that day both work as before.")
            messages.success(request, said % {**_named(row), "day": date_format(data["on_day"], "j M Y")})
            return redirect("console:changeovers", client=client)
    shown = [{"going": each, "left": _left(each)} for each in going.of(request.client.id)]
    context = {"section": "people", "form": form, "changeovers": shown}
    status = 400 if form is not None and form.errors else 200
    return render(request, "tickets/console/changeovers.html", context, status=status)


@console(Right.CONTRACT_SIGN)
@require_POST
def call_off(request: DoorRequest, client: str, changeover_id: int) -> HttpResponse:
    """All stays as it is."""
    try:
        row = changeovers.call_off(request.actor, client_id=request.client.id, changeover_id=changeover_id)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        said = _("Called off: from %(before)s to %(after)s. All stays as it is.")
        messages.success(request, said % _named(row))
    return redirect("console:changeovers", client=client)


def _named(row: Changeover) -> dict[str, str]:
    return {"before": row.vendor.name, "after": row.to_vendor.name}


def _form(request: DoorRequest) -> ChangeoverForm | None:
    """The form, where there is somebody to hand over and somebody to take over."""
    rows = Contract.objects.filter(client_id=request.client.id).select_related("vendor").order_by("pk")
    alive = [row for row in rows if row.state != Contract.State.ENDED]
    before = [row for row in alive if row.state in Contract.IN_FORCE]
    if not before or len({row.vendor_id for row in alive}) < 2:
        return None
    # Begun with two that can hand over to one another.
    other = next(row for row in alive if row.vendor_id != before[0].vendor_id)
    return ChangeoverForm(
        request.POST if request.method == "POST" else None,
        initial={"from_contract": before[0].pk, "to_contract": other.pk},
        before=[_choice(row) for row in before],
        after=[_choice(row) for row in alive],
        categories=choices(request.client.id),
        zone=request.client.time_zone,
    )


def _choice(row: Contract) -> tuple[int, str]:
    return row.pk, f"{row.vendor.name}, {row.reference}"


def _left(each: going.GoingOver) -> int:
    """How many tickets are still to go over."""
    if not each.is_open:
        return 0
    rows = Ticket.objects.filter(client_id=each.row.client_id, contract_id=each.row.contract_id)
    if each.row.category_ids:
        rows = rows.filter(category_id__in=ids_with_parts(each.row.client_id, each.row.category_ids))
    return rows.exclude(status=Status.CLOSED).count()
