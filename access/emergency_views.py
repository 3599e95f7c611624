"""The asker's pages of emergency access: asking, and ending it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from access import emergency
from access.actions.emergency import ask, end_own, nda_to_read
from access.doors import staff
from access.emergency_form import EmergencyForm
from access.errors import Conflict, Invalid, RightMissing
from access.models import EmergencyAccess
from access.requests import DoorRequest
from access.rights import Side


@staff()
@require_http_methods(["GET", "HEAD", "POST"])
def ask_emergency(request: DoorRequest) -> HttpResponse:
    """Ask a client to be let in for one ticket."""
    if request.actor.side is not Side.VENDOR:
        raise RightMissing
    clients = emergency.askable(request.actor)
    chosen = {"client": request.GET.get("client", "")}
    form = EmergencyForm(request.POST if request.method == "POST" else None, clients=clients, initial=chosen)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                asked = ask(request.actor, **form.given())
            except (Invalid, Conflict) as error:
                field = getattr(error, "field", None)
                form.add_error(field if field in form.fields else None, str(error))
                status = error.status
            else:
                name = next(face.name for face in clients if face.id == asked.client_id)
                said = _("%(client)s is asked about #%(number)s. You get a mail as soon as somebody has decided.")
                messages.success(request, said % {"client": name, "number": asked.ticket_number})
                return redirect("desk:my_access")
        else:
            status = 400
    chosen_id = form.client_id()
    nda = nda_to_read(request.actor, client_id=chosen_id) if chosen_id else None
    context = {"form": form, "clients": clients, "nda": nda, "section": "my_access"}
    return render(request, "access/ask_emergency.html", context, status=status)


@staff()
@require_POST
def end_emergency(request: DoorRequest, emergency_id: int) -> HttpResponse:
    """Take my request back, or end my access before its time."""
    row = end_own(request.actor, emergency_id=emergency_id)
    is_back = row.state == EmergencyAccess.State.WITHDRAWN
    said = (
        _("Your request about #%(number)s is taken back.") if is_back else _("Your access for #%(number)s has ended.")
    )
    messages.success(request, said % {"number": row.ticket_number})
    return redirect("desk:my_access")
