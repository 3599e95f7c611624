"""The pages of the systems register: the client's, where removals are confirmed, and the lead's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.actions import systems
from access.actor import Actor, ClientFace
from access.asked import Item
from access.console.forms import CorrectableForm
from access.doing import answer
from access.doors import console, staff
from access.models import Assignment, ClientSystem, SystemAccount
from access.requests import DoorRequest
from access.rights import Right
from helpdesk.lib import clock

SHOWN_REMOVED = 20
ASKED = "access/console/_removal_asked.html"


class SystemForm(CorrectableForm):
    """One of the client's own systems."""

    name = forms.CharField(label=gettext_lazy("System"), max_length=80)
    removed_by = forms.CharField(
        label=gettext_lazy("Who removes accounts there"),
        max_length=160,
        help_text=gettext_lazy("A person or a desk of yours, with how they are reached."),
    )
    note = forms.CharField(label=gettext_lazy("Where it is, or a note"), max_length=300, required=False)


class AccountForm(CorrectableForm):
    """Who holds an account in which system, under which name, since when."""

    system = forms.TypedChoiceField(label=gettext_lazy("System"), coerce=int)
    person = forms.TypedChoiceField(label=gettext_lazy("Who"), coerce=int)
    login = forms.CharField(label=gettext_lazy("They sign in there as"), max_length=120)
    since = forms.DateField(
        label=gettext_lazy("Since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty means today."),
    )

    def __init__(self, *args: Any, client_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stand = ClientSystem.objects.filter(client_id=client_id, retired_at=None).order_by("name")
        cast(forms.TypedChoiceField, self.fields["system"]).choices = list(stand.values_list("pk", "name"))
        people = Assignment.objects.filter(client_id=client_id).order_by("card__name", "user_id")
        chosen = dict(people.values_list("user_id", "card__name"))
        cast(forms.TypedChoiceField, self.fields["person"]).choices = list(chosen.items())


class RemovedForm(CorrectableForm):
    """On which day an account was removed."""

    removed_on = forms.DateField(required=False)


@dataclass(frozen=True, slots=True)
class Removal:
    """An account that is to be removed, and whether that is overdue."""

    row: SystemAccount
    is_late: bool


@console(Right.CONSOLE)
@require_safe
def all_systems(request: DoorRequest, client: str) -> HttpResponse:
    """What is to be removed, which systems there are, and who holds accounts there."""
    return _page(request)


@console(Right.CLEARANCE_EDIT)
@require_POST
def add_system(request: DoorRequest, client: str) -> HttpResponse:
    """Write a system down."""
    return _done(request, "system_form", SystemForm(request.POST, auto_id="system_%s"), _add)


@console(Right.CLEARANCE_EDIT)
@require_POST
def register_account(request: DoorRequest, client: str) -> HttpResponse:
    """Write an account down."""
    form = AccountForm(request.POST, client_id=request.client.id, auto_id="account_%s")
    return _done(request, "account_form", form, _register)


@console(Right.CLEARANCE_EDIT)
@require_POST
def retire_system(request: DoorRequest, client: str, system_id: int) -> HttpResponse:
    """Use a system no longer."""
    act = partial(systems.retire_system, request.actor, client_id=request.client.id, system_id=system_id)
    onwards = redirect("console:systems", client=client)
    return answer(request, act, _retired, page=partial(_page, request), onwards=onwards)


def _retired(row: ClientSystem) -> str:
    return _("%(name)s is used no longer.") % {"name": row.name}


@console(Right.CLEARANCE_EDIT)
@require_POST
def ask_removal(request: DoorRequest, client: str, account_id: int) -> HttpResponse:
    """Have an account removed although its person stays."""
    row = systems.ask_removal(request.actor, client_id=request.client.id, account_id=account_id)
    messages.success(request, _("To be removed: %(account)s.") % {"account": _said(row)})
    return redirect("console:systems", client=client)


@console(Right.CLEARANCE_EDIT)
@require_POST
def confirm_removal(request: DoorRequest, client: str, account_id: int) -> HttpResponse:
    """Say that an account was removed, and when."""
    form = RemovedForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, refusal=_("Give the day as it stands in the calendar."))
    about = {"client_id": request.client.id, "account_id": account_id, "removed_on": form.cleaned_data["removed_on"]}
    act, onwards = partial(systems.confirm_removal, request.actor, **about), redirect("console:systems", client=client)
    return answer(request, act, _removed, page=partial(_page, request), onwards=onwards)


def _removed(row: SystemAccount) -> str:
    told = {"account": _said(row), "day": date_format(row.removed_on, "j M Y") if row.removed_on else ""}
    return _("Removed on %(day)s: %(account)s.") % told


@staff(Right.CLEARANCE_EXTEND)
@require_http_methods(["GET", "HEAD", "POST"])
def of_lead(request: DoorRequest, client: str) -> HttpResponse:
    """Which accounts my people hold in the client's systems; and write one down."""
    form = AccountForm(
        request.POST if request.method == "POST" else None, client_id=request.client.id, auto_id="account_%s"
    )
    page = partial(_page_of_lead, request, form)
    if request.method != "POST":
        return page()
    onwards = redirect("desk:systems", client=client)
    return answer(request, lambda: _register(request, form.cleaned_data), str, page=page, onwards=onwards, form=form)


def _page_of_lead(request: DoorRequest, form: AccountForm, *, status: int = 200) -> HttpResponse:
    context = {**_standing(request.client.id), "account_form": form, "section": "my_access"}
    return render(request, "access/systems.html", context, status=status)


@staff(Right.CLEARANCE_EXTEND)
@require_POST
def ask_removal_as_lead(request: DoorRequest, client: str, account_id: int) -> HttpResponse:
    """Ask the client to remove an account of one of my people."""
    row = systems.ask_removal(request.actor, client_id=request.client.id, account_id=account_id)
    told = {"client": request.client.name, "account": _said(row)}
    messages.success(request, _("%(client)s is asked to remove this account: %(account)s.") % told)
    return redirect("desk:systems", client=client)


def _said(row: SystemAccount) -> str:
    """Whose account, and in which system."""
    return f"{row.card.name}, {row.system.name} ({row.login})"


Act = Callable[[DoorRequest, dict[str, Any]], str]


def _add(request: DoorRequest, data: dict[str, Any]) -> str:
    row = systems.add_system(request.actor, client_id=request.client.id, **data)
    return _("%(name)s is in the register.") % {"name": row.name}


def _register(request: DoorRequest, data: dict[str, Any]) -> str:
    row = systems.register_account(
        request.actor,
        client_id=request.client.id,
        system_id=data["system"],
        user_id=data["person"],
        login=data["login"],
        since=data["since"],
    )
    return _("%(login)s is in the register.") % {"login": row.login}


def _done(request: DoorRequest, name: str, form: CorrectableForm, act: Act) -> HttpResponse:
    page = partial(_page, request, filled={name: form})
    onwards = redirect("console:systems", client=request.client.slug)
    return answer(request, lambda: act(request, form.cleaned_data), str, page=page, onwards=onwards, form=form)


def _page(
    request: DoorRequest, *, status: int = 200, refusal: str = "", filled: Mapping[str, CorrectableForm] | None = None
) -> HttpResponse:
    client_id = request.client.id
    gone = SystemAccount.objects.filter(client_id=client_id, confirmed_at__isnull=False)
    context = {
        "section": "people",
        **_standing(client_id),
        "removed": gone.select_related("system", "card").order_by("-confirmed_at")[:SHOWN_REMOVED],
        "system_form": SystemForm(auto_id="system_%s"),
        "account_form": AccountForm(client_id=client_id, auto_id="account_%s"),
        "may_edit": request.actor.may(Right.CLEARANCE_EDIT, client_id),
        "refusal": refusal,
        **(filled or {}),
    }
    return render(request, "access/console/systems.html", context, status=status)


def _standing(client_id: int) -> dict[str, Any]:
    """The systems with the accounts that stand there, and those that are to be removed, what is due first."""
    stand = ClientSystem.objects.filter(client_id=client_id, retired_at=None).order_by("name")
    rows = SystemAccount.objects.filter(client_id=client_id, confirmed_at=None).select_related("system", "card")
    accounts = list(rows.order_by("card__name", "login"))
    return {
        "systems": [{"row": each, "accounts": [a for a in accounts if a.system_id == each.pk]} for each in stand],
        "removals": removals(accounts, clock.now()),
    }


def asked_of_client(_actor: Actor, face: ClientFace) -> list[Item]:
    """The accounts that are to be removed, among what waits for the client's word."""
    rows = SystemAccount.objects.filter(client_id=face.id, confirmed_at=None, due_at__isnull=False)
    found = removals(list(rows.select_related("system", "card")), clock.now())
    return [
        Item(ASKED, each.row.asked_at or each.row.registered_at, each, is_late=each.is_late, is_told=True)
        for each in found
    ]


def removals(accounts: Sequence[SystemAccount], now: datetime) -> list[Removal]:
    """Of these accounts those that are to be removed, what is due first."""
    asked = sorted((row.due_at, row.pk, row) for row in accounts if row.due_at is not None)
    return [Removal(row, due_at < now) for due_at, _pk, row in asked]
