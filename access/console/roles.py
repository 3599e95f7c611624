"""Roles: what each stands for at this client, and the client's own copy of it."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from access import clearance, roles
from access.actions.role_rights import CLIENTS_ALONE, set_role_rights
from access.console.forms import RightsForm
from access.doing import answer
from access.doors import console
from access.errors import NotFound
from access.fresh import fresh_sign_in
from access.models import RoleRights
from access.requests import DoorRequest
from access.rights import CLIENT_ROLES, GRANTABLE, VENDOR_ROLES, Right, Role


@console(Right.ROLES_EDIT)
@require_safe
def all_roles(request: DoorRequest, client: str) -> HttpResponse:
    """Every role, who has it, and whether it is the client's own copy."""
    client_id = request.client.id
    copies, lines = roles.copies(client_id), clearance.grid(client_id, request.client.name)
    shown = [
        {
            "role": role,
            "is_theirs": role in VENDOR_ROLES,
            "is_copy": role in copies,
            "rights": [right for right in Right if right in copies.get(role, role.rights)],
            "people": [line for line in lines if line.role == role],
        }
        for role in (*CLIENT_ROLES, *VENDOR_ROLES)
    ]
    return render(request, "access/console/roles.html", {"section": "people", "roles": shown})


@console(Right.ROLES_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in(gettext_lazy("look at what a role may do, or change it"))
def role(request: DoorRequest, client: str, name: str) -> HttpResponse:
    """Change what one role stands for here; a refused form keeps what was ticked."""
    if name not in set(Role):
        raise NotFound
    which = Role(name)
    now = roles.rights_at(request.client.id, which)
    if request.method != "POST":
        return _page(request, which, _form(which, initial={"rights": [right.value for right in now]}))
    form = _form(which, request.POST)
    if not form.is_valid():
        return _page(request, which, form, status=400)
    wanted = which.rights if request.POST.get("reset") else frozenset(form.cleaned_data["rights"])
    act = partial(set_role_rights, request.actor, client_id=request.client.id, role=which, rights=wanted)
    page, onwards = partial(_page, request, which, form), redirect("console:roles", client=client)
    return answer(request, act, _saved, page=page, onwards=onwards, form=form)


def _saved(people: int) -> str:
    return ngettext("Saved; %(n)s person.", "Saved; %(n)s people.", people) % {"n": people}


def _form(which: Role, *args: object, **more: object) -> RightsForm:
    offered = GRANTABLE if which in CLIENT_ROLES else GRANTABLE - CLIENTS_ALONE
    return RightsForm(*args, offered=[right for right in Right if right in offered], **more)


def _page(request: DoorRequest, which: Role, form: RightsForm, *, status: int = 200) -> HttpResponse:
    copy = RoleRights.objects.filter(client_id=request.client.id, role=which).first()
    context = {"section": "people", "role": which, "form": form, "copy": copy, "is_theirs": which in VENDOR_ROLES}
    return render(request, "access/console/role.html", context, status=status)
