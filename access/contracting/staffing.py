"""Staffing: who is on a contract, from when until when and as what; for the vendor's office alone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access import actions, core_team
from access.actions import core_team as core
from access.actions import places
from access.console.forms import CorrectableForm
from access.contracting import staffed
from access.contracting.forms import end_of
from access.contracting.sides import around, contract_of, to
from access.contracting.staffing_forms import (
    AliasForm,
    EndForm,
    HireForm,
    LocationForm,
    PlaceForm,
    RemovalForm,
    RoleForm,
    ShiftsForm,
)
from access.doing import answer
from access.errors import Conflict
from access.models import Client, Contract, User
from access.requests import DoorRequest
from access.rights import Role

# The folded parts of a person's page, by the form that stands in them.
_PARTS = {"shifts": "shifts", "role": "role", "alias": "name", "location": "name", "removal": "core"}

# What a form of a person's page has done, by its name.
SAVED = {
    "place": gettext_lazy("Saved for %(name)s: dates, team and core team. They count from the next click on."),
    "shifts": gettext_lazy("Saved: when %(name)s works."),
    "role": gettext_lazy("Saved: the role of %(name)s at %(client)s. It counts from the next click on."),
    "alias": gettext_lazy("Saved: what %(client)s sees instead of the name of %(name)s."),
    "location": gettext_lazy("Saved: from where %(name)s works. It counts from the next click on."),
    "end": gettext_lazy("The place of %(name)s at %(client)s has ended."),
    "removal": gettext_lazy("Planned: %(name)s leaves the core team. %(client)s is told."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: DoorRequest, client: str, contract_id: int) -> HttpResponse:
    """Everybody on the contract; somebody more is put on it."""
    row, zone = contract_of(request, contract_id), request.client.time_zone
    offered = staffed.to_hire(request.actor, row)
    form = HireForm(request.POST if request.method == "POST" else None, people=offered, zone=zone)
    page = partial(_people, request, row, form)
    if request.method != "POST":
        return page()
    onwards = to(request, "staffing", contract_id=contract_id)
    return answer(request, partial(_hire, request, row, form), _hired, page=page, onwards=onwards, form=form)


def _hired(user: User) -> str:
    return _("%(name)s is on the contract.") % {"name": user.name}


def _people(request: DoorRequest, row: Contract, form: HireForm, *, status: int = 200) -> HttpResponse:
    context = {
        **around(request),
        "contract": row,
        "people": staffed.on(row),
        "team": core_team.of(row),
        "form": form,
        "may_hire": bool(staffed.to_hire(request.actor, row)),
    }
    return render(request, "access/contracts/people.html", context, status=status)


def _hire(request: DoorRequest, row: Contract, form: HireForm) -> User:
    user = User.objects.get(pk=form.cleaned_data["person"])
    actions.hire(
        client=Client.objects.get(pk=row.client_id),
        user=user,
        role=form.cleaned_data["role"],
        contract=row,
        by=request.actor,
        **form.values(),
    )
    return user


@require_safe
def person(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """One person's place on the contract, and everything that may be changed about it."""
    return _page(request, contract_id, user_id)


@require_POST
def change_place(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """Other dates, another team, or into the core team."""
    form = PlaceForm(request.POST, zone=request.client.time_zone, auto_id="place_%s")
    return _done(request, contract_id, user_id, "place", form, places.change_place, lambda: form.values())


@require_POST
def set_shifts(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """When somebody works."""
    form = ShiftsForm(request.POST)
    return _done(request, contract_id, user_id, "shifts", form, places.set_shifts, lambda: form.values())


@require_POST
def change_role(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """Another role at this client."""

    def act(by: Any, *, client_id: int, contract_id: int, user_id: int, **given: Any) -> None:
        staffed.place_of(contract_of(request, contract_id), user_id)
        at, user = Client.objects.get(pk=client_id), User.objects.get(pk=user_id)
        actions.change_role(client=at, user=user, by=by, **given)

    return _done(request, contract_id, user_id, "role", RoleForm(request.POST), act)


@require_POST
def set_alias(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """What the client sees instead of the name."""
    return _done(request, contract_id, user_id, "alias", AliasForm(request.POST), places.set_alias)


@require_POST
def set_location(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """From where somebody works."""
    return _done(request, contract_id, user_id, "location", LocationForm(request.POST), places.set_location)


@require_POST
def end_place(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """End the place at once."""
    return _done(request, contract_id, user_id, "end", EndForm(request.POST), core.end_now)


@require_POST
def plan_removal(request: DoorRequest, client: str, contract_id: int, user_id: int) -> HttpResponse:
    """Plan that somebody leaves the core team, with notice and who follows."""
    row, zone = contract_of(request, contract_id), request.client.time_zone
    form = RemovalForm(request.POST, people=staffed.followers(row, user_id), zone=zone)

    def values() -> dict[str, Any]:
        data = form.cleaned_data
        return {"follower_id": data["follower"], "leaves_at": end_of(data["leaves_on"], zone)}

    return _done(request, contract_id, user_id, "removal", form, core.plan, values)


@require_POST
def call_off(request: DoorRequest, client: str, contract_id: int, removal_id: int) -> HttpResponse:
    """They stay after all."""
    row = contract_of(request, contract_id)
    try:
        stays = core.call_off(request.actor, client_id=row.client_id, removal_id=removal_id)
    except Conflict as error:
        messages.error(request, str(error))
    else:
        said = _("%(name)s stays in the core team. %(client)s is told.")
        messages.success(request, said % {"name": stays.card.name, "client": request.client.name})
    return to(request, "staffing", contract_id=contract_id)


def _done(
    request: DoorRequest,
    contract_id: int,
    user_id: int,
    name: str,
    form: CorrectableForm,
    act: Callable[..., Any],
    values: Callable[[], dict[str, Any]] | None = None,
) -> HttpResponse:
    """Do what a form of the person's page asks, or show the page with the form as it was filled in."""
    about = {"client_id": request.client.id, "contract_id": contract_id, "user_id": user_id}

    def said(_done: object) -> str:
        return SAVED[name] % {"name": User.objects.get(pk=user_id).name, "client": request.client.name}

    return answer(
        request,
        lambda: act(request.actor, **about, **(values() if values else form.cleaned_data)),
        said,
        page=partial(_page, request, contract_id, user_id, filled={name: form}),
        onwards=to(request, "person", _PARTS.get(name, ""), contract_id=contract_id, user_id=user_id),
        form=form,
    )


def _page(
    request: DoorRequest,
    contract_id: int,
    user_id: int,
    *,
    status: int = 200,
    filled: Mapping[str, CorrectableForm] | None = None,
) -> HttpResponse:
    row, zone = contract_of(request, contract_id), request.client.time_zone
    place = staffed.place_of(row, user_id)
    user = User.objects.get(pk=user_id)
    followers = staffed.followers(row, user_id)
    forms: dict[str, CorrectableForm] = {
        "place": PlaceForm.of(place, zone),
        "shifts": ShiftsForm(week=place.shifts),
        "role": RoleForm(initial={"role": place.role}),
        "alias": AliasForm(initial={"alias": place.card.alias}),
        "location": LocationForm(initial={"location": user.location}),
        "end": EndForm(),
        "removal": RemovalForm(people=followers, zone=zone),
    }
    context = {
        **around(request),
        "contract": row,
        "person": user,
        "assignment": place,
        "forms": {**forms, **(filled or {})},
        "leaving": staffed.leaving(row, place),
        "is_over": staffed.is_over(place),
        "is_own": user_id == request.actor.user_id,
        "has_followers": bool(followers),
        "role_label": Role(place.role).label,
        "days_worked": sum(bool(day) for day in place.shifts),
    }
    return render(request, "access/contracts/person.html", context, status=status)
