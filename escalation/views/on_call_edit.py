"""A schedule is planned: rotations are added and taken out, previewed, and then saved."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.errors import Conflict, Invalid
from access.requests import DoorRequest
from escalation.models import OnCallSchedule
from escalation.oncall import actions, people, plans, queries, shown
from escalation.oncall.forms import LayerForm, ScheduleForm, initial_of, places_for, value_of
from escalation.oncall.people import Person
from escalation.oncall.plans import MOST_LAYERS, MOST_PEOPLE, LayerPlan
from escalation.views.on_call import around, found, to
from helpdesk.lib import clock


@dataclass(frozen=True, slots=True)
class Sheet:
    """The forms of one page."""

    head: ScheduleForm
    layers: list[LayerForm]

    def is_valid(self) -> bool:
        """Whether all of them are, each with its own words beside it."""
        return all([self.head.is_valid(), *(form.is_valid() for form in self.layers)])

    def plans(self) -> list[LayerPlan]:
        """The rotations that were filled in."""
        return [form.plan() for form in self.layers]


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: DoorRequest, client: str, schedule_id: int | None = None) -> HttpResponse:
    """Plan a schedule: see its next shifts, then save it."""
    row = found(request, schedule_id) if schedule_id is not None else None
    vendor_id = row.vendor_id if row is not None else request.actor.vendor_id
    actions.require_edit(request.actor, request.client.id, vendor_id)
    known = _known(request, vendor_id, row)
    if request.method != "POST":
        return _page(request, row, _stored(request, row, known), known)
    do = request.POST.get("do", "preview")
    sheet = _sheet(request.POST, known)
    if do not in ("save", "preview"):
        return _page(request, row, _unasked(sheet, request.POST, known), known)
    if not sheet.is_valid():
        return _page(request, row, sheet, known, status=400)
    return _saved(request, row, vendor_id, sheet, known) if do == "save" else _previewed(request, row, sheet, known)


def _saved(
    request: DoorRequest, row: OnCallSchedule | None, vendor_id: int | None, sheet: Sheet, known: list[Person]
) -> HttpResponse:
    data = sheet.head.cleaned_data
    try:
        saved = actions.save_schedule(
            request.actor,
            client_id=request.client.id,
            vendor_id=vendor_id,
            schedule_id=row.pk if row is not None else None,
            expected_version=data["version"],
            name=data["name"],
            zone=data["zone"],
            passes_on=data["passes_on"],
            layers=sheet.plans(),
        )
    except (Invalid, Conflict) as error:
        return _page(request, row, sheet, known, status=sheet.head.refuse(error))
    messages.success(request, _("%(name)s is saved and holds from now on.") % {"name": saved.name})
    return to(request, "on_call_schedule", saved)


def _previewed(request: DoorRequest, row: OnCallSchedule | None, sheet: Sheet, known: list[Person]) -> HttpResponse:
    data, layers, now = sheet.head.cleaned_data, sheet.plans(), clock.now()
    try:
        plans.check(layers, data["zone"], {person.who for person in known})
    except Invalid as error:
        return _page(request, row, sheet, known, status=sheet.head.refuse(error))
    there = people.there(request.client.id, known)
    rules = plans.rota_of(layers, data["zone"], there, passes_on=data["passes_on"])
    names, named = [plan.name for plan in layers], {person.who: person for person in known}
    drawings, coming = shown.preview(rules, names, data["zone"], now, named)
    with timezone.override(data["zone"]):
        return _page(request, row, sheet, known, drawings=drawings, coming=coming)


def _known(request: DoorRequest, vendor_id: int | None, row: OnCallSchedule | None) -> list[Person]:
    """Who can be named, and who stands in it already, also where they have left."""
    now = clock.now()
    known = {person.who: person for person in people.candidates(request.client.id, vendor_id, now)}
    if row is not None:
        known = {**queries.plan_of(row, now, now).people, **known}
    return sorted(known.values(), key=lambda person: (person.name.casefold(), person.who))


def _stored(request: DoorRequest, row: OnCallSchedule | None, known: list[Person]) -> Sheet:
    now = clock.now()
    if row is None:
        head = {"zone": request.client.time_zone, "rotations": 1}
        form = _layer(None, known, 1, 0, initial={"first": clock.as_local(now, request.client.time_zone).date()})
        return Sheet(ScheduleForm(initial=head), [form])
    layers = [plans.plan_of(layer) for layer in queries.plan_of(row, now, now).layers]
    head = {"name": row.name, "zone": row.zone, "passes_on": row.passes_on, "version": row.version}
    return Sheet(
        ScheduleForm(initial={**head, "rotations": len(layers)}),
        [_layer(None, known, n, len(plan.people), initial=initial_of(plan)) for n, plan in enumerate(layers, start=1)],
    )


def _sheet(data: QueryDict, known: list[Person]) -> Sheet:
    """What was filled in."""
    count = _count(data)
    layers = [_layer(data, known, number, _named(data, number)) for number in range(1, count + 1)]
    return Sheet(ScheduleForm(data), layers)


def _unasked(sheet: Sheet, data: QueryDict, known: list[Person]) -> Sheet:
    """The forms with a rotation more or less, and without complaints: nobody has said that they are done."""
    kept = [_typed(form) for form in sheet.layers]
    do = data.get("do", "")
    if do == "add" and len(kept) < MOST_LAYERS:
        kept.append({"first": kept[0].get("first") if kept else ""})
    elif do.startswith("drop-") and do[5:].isascii() and do[5:].isdigit() and len(kept) > 1:
        kept = [each for number, each in enumerate(kept, start=1) if number != int(do[5:])]
    head = {**_typed(sheet.head), "rotations": len(kept)}
    layers = [_layer(None, known, n, _filled(each), initial=each) for n, each in enumerate(kept, start=1)]
    return Sheet(ScheduleForm(initial=head), layers)


def _typed(form: ScheduleForm | LayerForm) -> dict[str, Any]:
    """What stands in a form as it was typed."""
    return {name: form[name].value() for name in form.fields}


def _filled(values: dict[str, Any]) -> int:
    return sum(1 for name, value in values.items() if value and name.startswith("p") and name[1:].isdigit())


def _count(data: QueryDict) -> int:
    text = data.get("rotations", "1")
    return min(MOST_LAYERS, max(1, int(text))) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _named(data: QueryDict, number: int) -> int:
    """The highest place of a rotation that somebody was named for."""
    return max((n for n in range(1, MOST_PEOPLE + 1) if data.get(f"layer-{number}-p{n}")), default=0)


def _layer(data: QueryDict | None, known: list[Person], number: int, named: int, **more: Any) -> LayerForm:
    choices = [(value_of(person.who), person.name) for person in known]
    return LayerForm(data, prefix=f"layer-{number}", choices=choices, places=places_for(named), **more)


def _page(
    request: DoorRequest,
    row: OnCallSchedule | None,
    sheet: Sheet,
    known: list[Person],
    *,
    status: int = 200,
    **preview: Any,
) -> HttpResponse:
    context = {
        **around(request),
        "schedule": row,
        "head": sheet.head,
        "layers": sheet.layers,
        "nobody": not known,
        "may_add": len(sheet.layers) < MOST_LAYERS,
        **preview,
    }
    return render(request, "escalation/on_call_edit.html", context, status=status)
