"""The client's groups of contacts: who is asked together, by what they are reached, and where they are named."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Invalid
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, shown
from escalation import groups as queries
from escalation.forms import GroupForm
from escalation.known import Place
from escalation.models import Contact, ContactGroup
from helpdesk.lib import clock


@console(Right.MATRIX_READ)
@require_safe
def groups(request: DoorRequest, client: str) -> HttpResponse:
    """All groups, those in use first, and the form for a new one."""
    return _page(request, GroupForm(contacts=_choices(request)))


@console(Right.MATRIX_EDIT)
@require_POST
def add_group(request: DoorRequest, client: str) -> HttpResponse:
    """Make a group."""
    form = GroupForm(request.POST, contacts=_choices(request))
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        row = actions.save_group(request.actor, client_id=request.client.id, **form.values())
    except Invalid as error:
        return _page(request, form, status=form.refuse(error))
    messages.success(request, _("%(name)s can be named in a path now.") % {"name": row.name})
    return redirect("console:contact_groups", client=client)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: DoorRequest, client: str, group_id: int) -> HttpResponse:
    """Rename a group, or say anew who is in it."""
    row, members = queries.one(request.client.id, group_id)
    choices = _choices(request, members)
    if request.method != "POST":
        given = {"name": row.name, "members": members}
        return _group_page(request, row, GroupForm(contacts=choices, initial=given))
    form = GroupForm(request.POST, contacts=choices)
    if not form.is_valid():
        return _group_page(request, row, form, status=400)
    try:
        actions.save_group(request.actor, client_id=request.client.id, group_id=group_id, **form.values())
    except Invalid as error:
        return _group_page(request, row, form, status=form.refuse(error))
    messages.success(request, _("Saved."))
    return redirect("console:contact_groups", client=client)


@console(Right.MATRIX_EDIT)
@require_POST
def switch_group(request: DoorRequest, client: str, group_id: int) -> HttpResponse:
    """Let a group rest, or ask it again."""
    active = request.POST.get("active") == "1"
    row = actions.set_group_active(request.actor, client_id=request.client.id, group_id=group_id, active=active)
    told = {"name": row.name}
    messages.success(
        request,
        _("%(name)s can be asked now.") % told if active else _("%(name)s is not asked any more.") % told,
    )
    return redirect("console:contact_groups", client=client)


def _choices(request: DoorRequest, members: list[int] | None = None) -> list[tuple[int, str]]:
    """The contacts in use, and those who are in the group already."""
    rows = Contact.objects.filter(client_id=request.client.id).order_by("name")
    chosen = [row for row in rows if row.is_active or row.pk in (members or ())]
    return [(row.pk, row.name if row.is_active else _("%(name)s (rests)") % {"name": row.name}) for row in chosen]


def _page(request: DoorRequest, form: GroupForm, *, status: int = 200) -> HttpResponse:
    place = Place(request.client.id, clock.now())
    found = [
        (each, [(member, [shown.channel_label(channel) for channel in member.channels]) for member in each.members])
        for each in queries.listed(place)
    ]
    context = {
        "section": "matrix",
        "groups": found,
        "form": form,
        "has_contacts": any(row.is_active for row in place.contacts),
        "may_edit": request.actor.may(Right.MATRIX_EDIT, request.client.id),
    }
    return render(request, "escalation/contact_groups.html", context, status=status)


def _group_page(request: DoorRequest, row: ContactGroup, form: GroupForm, *, status: int = 200) -> HttpResponse:
    context = {"section": "matrix", "group": row, "form": form}
    return render(request, "escalation/contact_group.html", context, status=status)
