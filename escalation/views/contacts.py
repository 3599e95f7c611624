"""The client's contacts: who can be asked, added, changed, and let rest."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.doors import console
from access.errors import Invalid, NotFound
from access.models import Membership
from access.requests import DoorRequest
from access.rights import Right
from escalation import actions, queries
from escalation.forms import ContactForm
from escalation.models import Contact
from escalation.recipients import Reach
from helpdesk.lib import clock


@console(Right.MATRIX_READ)
@require_safe
def contacts(request: DoorRequest, client: str) -> HttpResponse:
    """All contacts, those in use first, and the form for a new one."""
    return _page(request, ContactForm(people=_people(request.client.id), initial={"language": request.client.language}))


@console(Right.MATRIX_EDIT)
@require_POST
def add_contact(request: DoorRequest, client: str) -> HttpResponse:
    """Add a contact."""
    form = ContactForm(request.POST, people=_people(request.client.id))
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        contact = actions.save_contact(request.actor, client_id=request.client.id, **form.cleaned_data)
    except Invalid as error:
        return _page(request, form, status=form.refuse(error))
    messages.success(request, _("%(name)s can be asked now.") % {"name": contact.name})
    return redirect("console:contacts", client=client)


@console(Right.MATRIX_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: DoorRequest, client: str, contact_id: int) -> HttpResponse:
    """Change a contact."""
    row = Contact.objects.filter(client_id=request.client.id, pk=contact_id).first()
    if row is None:
        raise NotFound
    people = _people(request.client.id)
    if request.method != "POST":
        return _contact_page(request, row, ContactForm(people=people, initial=vars(row)))
    form = ContactForm(request.POST, people=people)
    if not form.is_valid():
        return _contact_page(request, row, form, status=400)
    try:
        actions.save_contact(request.actor, client_id=request.client.id, contact_id=contact_id, **form.cleaned_data)
    except Invalid as error:
        return _contact_page(request, row, form, status=form.refuse(error))
    messages.success(request, _("Saved."))
    return redirect("console:contacts", client=client)


@console(Right.MATRIX_EDIT)
@require_POST
def switch_contact(request: DoorRequest, client: str, contact_id: int) -> HttpResponse:
    """Let a contact rest, or ask them again."""
    active = request.POST.get("active") == "1"
    row = actions.set_contact_active(request.actor, client_id=request.client.id, contact_id=contact_id, active=active)
    if active:
        messages.success(request, _("%(name)s can be asked now.") % {"name": row.name})
    else:
        messages.success(
            request, _("%(name)s is not asked any more. Links in earlier mails are dead.") % {"name": row.name}
        )
    return redirect("console:contacts", client=client)


def _people(client_id: int) -> list[tuple[int, str]]:
    rows = Membership.objects.filter(client_id=client_id).select_related("card").order_by("card__name")
    return [(row.card_id, row.card.name) for row in rows]


def _page(request: DoorRequest, form: ContactForm, *, status: int = 200) -> HttpResponse:
    reach = Reach(request.client.id, clock.now())
    context = {
        "section": "matrix",
        "contacts": queries.contacts(request.client.id),
        "left": reach.left,
        "members": [row.card for row in reach.members],
        "form": form,
        "may_edit": request.actor.may(Right.MATRIX_EDIT, request.client.id),
    }
    return render(request, "escalation/contacts.html", context, status=status)


def _contact_page(request: DoorRequest, row: Contact, form: ContactForm, *, status: int = 200) -> HttpResponse:
    return render(
        request, "escalation/contact.html", {"section": "matrix", "contact": row, "form": form}, status=status
    )
